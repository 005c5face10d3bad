//! The DAGs that probe branching and skipping.

use std::sync::Arc;
use std::time::Duration;

use couture_core::dag::Input;
use couture_core::{Dag, DagBuilder, Out, Schedule, TriggerRule, order};
use couture_operators::{BranchOperator, DummyOperator, FnOperator, ShortCircuitOperator};
use serde_json::{Value, json};

use crate::case::Case;
use crate::functions::{fail, skip};

/// A DAG in the dialect of the case.
pub fn builder(case: &Case, schedule: Schedule) -> DagBuilder {
    let (dialect, start) = (case.dialect, couture_core::Timestamp::parse("2021-01-01").unwrap());
    DagBuilder::new(case.dag_id.clone()).attributes(|dag| {
        dag.dialect = dialect;
        dag.schedule = schedule;
        dag.start_date = Some(start);
    })
}

pub fn dummy<'d>(dag: &'d DagBuilder, id: &str) -> Out<'d, ()> {
    dag.task(id, DummyOperator::default(), ())
}

/// A branch whose callable gives this.
pub fn branch<'d>(dag: &'d DagBuilder, id: &str, gives: Value) -> Out<'d, ()> {
    dag.erased(id, Arc::new(BranchOperator { function: "states.give".into(), params: gives }), Input::None)
}

/// A short circuit whose callable gives this.
pub fn short_circuit<'d>(dag: &'d DagBuilder, id: &str, gives: Value, ignores_rules: bool) -> Out<'d, ()> {
    let operator = ShortCircuitOperator {
        function: "states.give".into(),
        params: gives,
        ignore_downstream_trigger_rules: ignores_rules,
    };
    dag.erased(id, Arc::new(operator), Input::None)
}

/// The DAG of a case, if it is one of these.
pub fn dag(case: &Case) -> Option<Dag> {
    let dag = builder(case, Schedule::cron("@daily"));
    let d = &dag;
    match case.dag_id.strip_prefix("p_")? {
        "branch_join_default" => {
            let [x, y, join] = ["x", "y", "join"].map(|id| dummy(d, id));
            order! { branch(d, "b", json!("x")) >> [x, y] ; [x, y] >> join }
        }
        "branch_join_none_failed" => {
            let [x, y, join] = ["x", "y", "join"].map(|id| dummy(d, id));
            let join = join.trigger_rule(TriggerRule::NoneFailed);
            order! { branch(d, "b", json!("x")) >> [x, y] ; [x, y] >> join }
        }
        "branch_list" => {
            let [x, y, z, after_y] = ["x", "y", "z", "after_y"].map(|id| dummy(d, id));
            order! { branch(d, "b", json!(["x", "z"])) >> [x, y, z] ; y >> after_y }
        }
        "branch_empty_branch" => {
            let [t1, t2, join] = ["t1", "t2", "join"].map(|id| dummy(d, id));
            order! { branch(d, "b", json!("t1")) >> [t1, t2, join] ; t1 >> join }
        }
        "branch_follow_join" => {
            let [t1, join, join_nf] = ["t1", "join", "join_nf"].map(|id| dummy(d, id));
            let join_nf = join_nf.trigger_rule(TriggerRule::NoneFailed);
            order! { branch(d, "b", json!("join")) >> [t1, join] ; t1 >> join >> join_nf }
        }
        "branch_returns_none" => below(d, branch(d, "b", Value::Null)),
        "branch_returns_empty_list" => below(d, branch(d, "b", json!([]))),
        "branch_unknown_id" => below(d, branch(d, "b", json!("nope"))),
        "branch_grandchild" => {
            let [x, x2, y] = ["x", "x2", "y"].map(|id| dummy(d, id));
            order! { branch(d, "b", json!("x2")) >> [x, y] ; x >> x2 }
        }
        "branch_callable_fails" => {
            let [x, y, z] = ["x", "y", "z"].map(|id| dummy(d, id));
            let (y, z) = (y.trigger_rule(TriggerRule::AllDone), z.trigger_rule(TriggerRule::OneFailed));
            order! { BranchOperator::task(d, "b", fail, ()) >> [x, y, z] }
        }
        "nested_branch_skip_outer" => {
            let [l, m, n, j2, j1] = ["l", "m", "n", "j2", "j1"].map(|id| dummy(d, id));
            let [j2, j1] = [j2, j1].map(|join| join.trigger_rule(TriggerRule::OneSuccess));
            let (b1, b2) = (branch(d, "b1", json!("l")), branch(d, "b2", json!("m")));
            order! { b1 >> l >> j1 ; b1 >> b2 >> [m, n] >> j2 >> j1 }
        }
        other => skips(d, other)?,
    }
    Some(dag.build().unwrap())
}

fn below<'d>(d: &'d DagBuilder, branch: Out<'d, ()>) {
    order! { branch >> ["x", "y"].map(|id| dummy(d, id)) }
}

/// Those about short circuits and skips.
fn skips(d: &DagBuilder, id: &str) -> Option<()> {
    match id {
        "shortcircuit_false" => {
            let [a, c, side, cleanup, mixed] = ["a", "c", "side", "cleanup", "mixed"].map(|id| dummy(d, id));
            let cleanup = cleanup.trigger_rule(TriggerRule::AllDone);
            let mixed = mixed.trigger_rule(TriggerRule::OneSuccess);
            order! { short_circuit(d, "sc", json!(false), true) >> a >> c >> cleanup ; [c, side] >> mixed }
        }
        "shortcircuit_falsy_values" => {
            let values = json!([null, 0, "", [], {}, "no", 1, [0], "False"]);
            for (at, value) in values.as_array().into_iter().flatten().enumerate() {
                let after = dummy(d, &format!("after_{at}"));
                order! { short_circuit(d, &format!("sc_{at}"), value.clone(), true) >> after }
            }
        }
        "skip_exception_chain" => {
            let s = FnOperator::task(d, "s", skip, ());
            let [b, c, last, e, f] = ["b", "c", "d", "e", "f"].map(|id| dummy(d, id));
            let c = c.trigger_rule(TriggerRule::NoneFailed);
            let (e, f) = (e.trigger_rule(TriggerRule::AllDone), f.trigger_rule(TriggerRule::NoneSkipped));
            order! { s >> b >> c >> last ; b >> [e, f] }
        }
        "skip_does_not_retry" => {
            FnOperator::task(d, "s", skip, ()).retries(3).retry_delay(Duration::from_secs(1));
        }
        _ => return None,
    }
    Some(())
}
