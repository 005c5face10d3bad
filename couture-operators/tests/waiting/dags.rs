//! DAGs of DAGs.

use couture_core::{DagBuilder, DynOperator, EngineError, TaskState};
use couture_operators::sensor::{ExternalTaskMarker, FnSensor, Sensor};
use couture_operators::{
    BashOperator, DagOperator, EmptyOperator, LoopableBatchOperator, SkippableDagOperator, SubDagOperator,
    TriggerDagRunOperator,
};
use serde_json::{Value, json};

use crate::rig::Rig;

/// Two DAGs to run: one succeeds, one fails.
async fn with_targets() -> Rig {
    let rig = Rig::new().await;
    let good = DagBuilder::new("good");
    good.task("work", EmptyOperator {}, ());
    rig.define(good).await;
    let bad = DagBuilder::new("bad");
    bad.task("work", FnSensor::new("wait.fails_for_good"), ());
    rig.define(bad).await;
    rig
}

/// Runs a DAG with `operator` as its only task; how that ended, and how many runs of `target` there are then, the last with which conf.
async fn check(
    rig: &Rig,
    operator: impl DynOperator,
    target: &str,
    expected: (TaskState, &str),
    more_runs: usize,
    conf: Value,
) {
    let before = rig.runs(target).await.len();
    let shown = format!("{operator:?}");
    let dag = DagBuilder::new("master");
    dag.erased::<Value>("run", std::sync::Arc::new(operator), couture_core::dag::Input::None);
    let row = rig.only(dag).await;
    let found = row.error.as_deref().unwrap_or_default();
    assert!(row.state == expected.0 && found.contains(expected.1), "{shown}: {:?} {found}", row.state);
    let runs = rig.runs(target).await;
    assert_eq!(runs.len() - before, more_runs, "{shown}");
    if more_runs > 0 {
        assert_eq!(runs.last().unwrap().conf, conf, "{shown}");
    }
}

#[tokio::test]
async fn a_dag_runs_another_and_ends_as_it_does() {
    use TaskState::{Failed, Skipped, Success};
    let rig = with_targets().await;
    let (yes, no) = (json!({"condition_param": true, "message": "Hii there!!"}), json!({"condition_param": false}));
    let conf = json!({"message": "Hii there!!"});
    check(&rig, DagOperator::new("good"), "good", (Success, ""), 1, json!({})).await;
    check(&rig, DagOperator::new("bad"), "bad", (Failed, "of dag bad is failed"), 1, json!({})).await;
    let asked = |params: &Value| DagOperator::new("good").condition("wait.conditionally", params.clone());
    check(&rig, asked(&yes), "good", (Success, ""), 1, conf.clone()).await;
    check(&rig, asked(&no), "good", (Success, ""), 0, Value::Null).await;
    let asked = |params: &Value| SkippableDagOperator::new("good", "wait.conditionally", params.clone());
    check(&rig, asked(&yes), "good", (Success, ""), 1, conf.clone()).await;
    check(&rig, asked(&no), "good", (Skipped, "the condition declined"), 0, Value::Null).await;
    check(&rig, DagOperator::new("none"), "none", (Failed, "there is no dag \"none\""), 0, Value::Null).await;
    check(&rig, DagOperator::new("no dag"), "good", (Failed, "dag id"), 0, Value::Null).await;
    check(&rig, ExternalTaskMarker::new("good", "work"), "good", (Success, ""), 0, Value::Null).await;
}

#[tokio::test]
async fn a_run_is_triggered() {
    use TaskState::{Failed, Success};
    let rig = with_targets().await;
    let to = |dag: &str| TriggerDagRunOperator::new(dag);
    let waiting = |dag: &str| TriggerDagRunOperator { wait_for_completion: true, ..to(dag) };
    check(&rig, to("bad"), "bad", (Success, ""), 1, json!({})).await;
    check(&rig, waiting("good"), "good", (Success, ""), 1, json!({})).await;
    check(&rig, waiting("bad"), "bad", (Failed, "of dag bad is failed"), 1, json!({})).await;
    let lenient = TriggerDagRunOperator {
        allowed_states: vec!["failed".into()],
        failed_states: vec!["success".into()],
        ..waiting("bad")
    };
    check(&rig, lenient, "bad", (Success, ""), 1, json!({})).await;
    let given = TriggerDagRunOperator {
        trigger_run_id: Some("mine".into()),
        logical_date: Some("2025-05-05".into()),
        conf: json!({"a": [1]}),
        ..to("good")
    };
    check(&rig, given.clone(), "good", (Success, ""), 1, json!({"a": [1]})).await;
    let run = rig.runs("good").await.pop().unwrap();
    assert_eq!((run.run_id.as_str(), run.logical_date.to_string().as_str()), ("mine", "2025-05-05T00:00:00+00:00"));
    check(&rig, given.clone(), "good", (Failed, "dag good has a run mine already"), 0, Value::Null).await;
    let again = TriggerDagRunOperator { reset_dag_run: true, wait_for_completion: true, ..given };
    check(&rig, again, "good", (Success, ""), 0, Value::Null).await;
    assert_eq!(rig.tries("good", "mine").await, [2], "it began again");
    let old = TriggerDagRunOperator {
        condition: Some("wait.conditionally".into()),
        params: json!({"condition_param": true, "message": 1}),
        ..to("good")
    };
    check(&rig, old.clone(), "good", (Success, ""), 1, json!({"message": 1})).await;
    let declined = TriggerDagRunOperator { params: json!({}), ..old };
    check(&rig, declined, "good", (Success, ""), 0, Value::Null).await;
}

#[tokio::test]
async fn a_paused_dag_is_waited_for_and_the_reason_says_so() {
    let rig = with_targets().await;
    rig.pause("good", true).await;
    let dag = DagBuilder::new("master");
    dag.task("run", DagOperator::new("good"), ());
    let dag = rig.define(dag).await;
    let key = rig.start(&dag).await;
    let reason = rig.waits(key).await;
    assert!(reason.starts_with("dag good is paused: unpause it, and its run dag__"), "{reason}");
    rig.pause("good", false).await;
    assert_eq!(rig.end(key).await, couture_core::RunState::Success);
    assert_eq!(rig.runs("good").await.len(), 1);
}

#[tokio::test]
async fn a_sub_dag_runs_for_the_same_date() {
    let rig = Rig::new().await;
    for (section, sensor, expected) in
        [("section-1", "wait.third_time", TaskState::Success), ("section-2", "wait.fails_for_good", TaskState::Failed)]
    {
        let sub_id = format!("parent.{section}");
        let sub = DagBuilder::new(&sub_id);
        sub.task("work", FnSensor::new(sensor).poke_interval(std::time::Duration::from_secs(1)), ());
        rig.define(sub).await;
        rig.pause(&sub_id, true).await;
        let dag = DagBuilder::new("parent");
        dag.task(section, SubDagOperator { subdag_id: Some(sub_id.clone()), conf: Value::Null }, ());
        assert_eq!(rig.only(dag).await.state, expected);
        let (parent, sub) = (rig.runs("parent").await.pop().unwrap(), rig.runs(&sub_id).await);
        assert_eq!(sub.len(), 1);
        assert_eq!((sub[0].logical_date, &sub[0].conf), (parent.logical_date, &parent.conf));
        assert!(!rig.dag(&sub_id).await.paused, "its parent decides when it runs");
    }
    let wrong = DagBuilder::new("parent");
    wrong.task("section-3", SubDagOperator { subdag_id: Some("else".into()), conf: Value::Null }, ());
    let row = rig.only(wrong).await;
    assert!(row.error.as_deref().unwrap().contains("it must be \"parent.section-3\""), "{row:?}");
}

#[tokio::test]
async fn dags_that_would_wait_for_themselves_are_refused() {
    let rig = Rig::new().await;
    let define = async |dag_id: &str, operator: Box<dyn DynOperator>| {
        let dag = DagBuilder::new(dag_id);
        dag.erased::<Value>("run", operator.into(), couture_core::dag::Input::None);
        match rig.engine.register(dag.build().unwrap()).await {
            Ok(()) => String::new(),
            Err(EngineError::Refused(refusal)) => refusal.to_string(),
            Err(other) => panic!("{other}"),
        }
    };
    let dag = |to: &str| -> Box<dyn DynOperator> { Box::new(DagOperator::new(to)) };
    let refused =
        |path: &str| format!("its tasks would wait for themselves: {path}; end the cycle at one of these dags");
    let cycle = refused("dag \"a\" waits for dag \"b\" waits for dag \"c\" waits for dag \"a\"");
    assert_eq!(define("c", dag("a")).await, "");
    assert_eq!(define("b", Box::new(LoopableBatchOperator::new("c", "x.csv"))).await, "");
    assert_eq!(define("a", dag("b")).await, cycle);
    assert_eq!(define("self", dag("self")).await, refused("dag \"self\" waits for dag \"self\""));
    let waits = TriggerDagRunOperator { wait_for_completion: true, ..TriggerDagRunOperator::new("b") };
    assert_eq!(define("a", Box::new(waits)).await, cycle);
    assert_eq!(define("a", Box::new(TriggerDagRunOperator::new("b"))).await, "", "who does not wait ends");
    assert_eq!(define("d", Box::new(BashOperator::new("true"))).await, "");
    assert_eq!(define("c", dag("d")).await, "");
    assert_eq!(define("a", dag("b")).await, "", "c no longer waits for a");
}
