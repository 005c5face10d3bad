//! Each thing that can be wrong with a DAG, and the words for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use couture_core::dag::Input;
use couture_core::{Dag, DagBuilder, Out, TaskIndex};

use crate::operators::{Double, Emit, Sum};

fn check(define: impl FnOnce(&DagBuilder), expected: &str) {
    let builder = DagBuilder::new("dag");
    define(&builder);
    check_built(builder, expected);
}

fn check_built(builder: DagBuilder, expected: &str) {
    let found = builder.build().map_or_else(|error| error.to_string(), |dag| format!("{} tasks", dag.tasks().len()));
    assert_eq!(found, expected);
}

fn emit<'d>(dag: &'d DagBuilder, task_id: &str) -> Out<'d, i64> {
    dag.task(task_id, Emit { value: 1 }, ())
}

#[test]
fn ids() {
    check_built(DagBuilder::new(""), "dag id is empty");
    check_built(DagBuilder::new("a b"), "dag id \"a b\" holds ' '; letters, digits, '_', '-' and '.' are allowed");
    check(|dag| _ = emit(dag, ""), "task id is empty");
    check(|dag| _ = emit(dag, "a/b"), "task id \"a/b\" holds '/'; letters, digits, '_', '-' and '.' are allowed");
    let start = "a".repeat(40);
    check(
        |dag| _ = emit(dag, &"a".repeat(10_000)),
        &format!("task id \"{start}\"… has 10000 bytes; at most 250 are allowed"),
    );
    check(|dag| _ = emit(dag, "a").pool(""), "pool name is empty");
}

#[test]
fn duplicates() {
    check(|dag| _ = ["a", "b", "a"].map(|id| emit(dag, id)), "task id \"a\" is used twice");
    let twice = "the dependency a >> b is stated twice (an input is a dependency already)";
    check(
        |dag| {
            let (a, b) = (emit(dag, "a"), emit(dag, "b"));
            a.set_downstream(&b).set_downstream(&[b]);
        },
        twice,
    );
    check(
        |dag| {
            let a = emit(dag, "a");
            dag.task("b", Double, a).set_upstream(&a);
        },
        twice,
    );
    // The same output twice in one input is one dependency.
    check(
        |dag| {
            let a = emit(dag, "a");
            dag.task("b", Sum, [a, a]);
        },
        "2 tasks",
    );
}

#[test]
fn cycles() {
    check(
        |dag| {
            let a = emit(dag, "a");
            a.set_downstream(&a);
        },
        "these tasks wait for each other: a >> a",
    );
    check(
        |dag| {
            let [a, b, c, d] = ["a", "b", "c", "d"].map(|id| emit(dag, id));
            a.set_downstream(&b);
            b.set_downstream(&c);
            c.set_downstream(&[b, d]);
        },
        "these tasks wait for each other: b >> c >> b",
    );
    check(
        |dag| {
            let tasks: Vec<_> = (0..12).map(|at| emit(dag, &format!("t{at}"))).collect();
            for (at, task) in tasks.iter().enumerate() {
                task.set_downstream(&tasks[(at + 1) % 12]);
            }
        },
        "these tasks wait for each other: t0 >> t1 >> t2 >> t3 >> t4 >> t5 >> t6 >> t7 >> t8 >> t9 >> … (2 more) >> t0",
    );
}

#[test]
fn tasks_of_another_dag() {
    let other = DagBuilder::new("other");
    let stranger = emit(&other, "stranger");
    let expected = "task \"stranger\" belongs to the DAG \"other\"; tasks of two DAGs cannot be wired";
    let cases: [fn(&DagBuilder, Out<'_, i64>); 5] = [
        |dag, stranger| _ = emit(dag, "a").set_downstream(&stranger),
        |dag, stranger| _ = emit(dag, "a").set_upstream(&[stranger]),
        |dag, stranger| _ = dag.task("a", Double, stranger),
        |dag, stranger| _ = dag.task("a", Sum, [emit(dag, "b"), stranger]),
        |dag, stranger| _ = dag.task("a", Sum, vec![stranger]),
    ];
    for define in cases {
        check(|dag| define(dag, stranger), expected);
    }
}

#[test]
fn places_that_are_no_task() {
    let absent = Input::Many([TaskIndex(0), TaskIndex(7)].into());
    check(
        |dag| {
            emit(dag, "a");
            dag.erased::<i64>("b", Arc::new(Sum), absent);
        },
        "task \"b\" depends on \"#7\", which is not a task of this DAG",
    );
}

#[test]
fn settings() {
    let task =
        |change: fn(Out<'_, i64>) -> Out<'_, i64>, expected: &str| check(|dag| _ = change(emit(dag, "a")), expected);
    task(|a| a.options(|o| o.pool_slots = 0), "task \"a\": pool_slots is 0; a task holds at least 1");
    task(|a| a.retries(10_001), "task \"a\": retries is 10001; at most 10000 are allowed");
    task(|a| a.execution_timeout(Duration::ZERO), "task \"a\": execution_timeout is 0; leave it out for none");
    let too_long = "task \"a\": a delay or timeout is longer than a hundred years";
    task(|a| a.retry_delay(Duration::MAX), too_long);
    task(|a| a.execution_timeout(Duration::MAX), too_long);
    task(|a| a.options(|o| o.max_retry_delay_ms = Some(u64::MAX)), too_long);
    task(|a| a.retries(10_000).execution_timeout(Duration::from_nanos(1)), "1 tasks");
    let dag = |timeout: Duration| DagBuilder::new("dag").params(BTreeMap::new()).dagrun_timeout(timeout);
    check_built(dag(Duration::ZERO), "dagrun_timeout is 0; leave it out for none");
    check_built(dag(Duration::MAX), "dagrun_timeout is longer than a hundred years");
    check_built(dag(Duration::from_secs(1)), "0 tasks");
}

#[test]
fn texts() {
    let check = |json: &str, expected: &str| {
        let found = Dag::from_json(json.as_bytes()).expect_err(json).to_string();
        // The column is serde's business.
        assert_eq!(found.split(" column ").next(), Some(expected), "{json}");
    };
    let task = |rest: &str| {
        format!(
            "{{\"dag_id\":\"d\",\"tasks\":[{{\"task_id\":\"a\",\"operator\":{{\"type\":\"test.double\"}}{rest}}}]}}"
        )
    };
    check("{", "EOF while parsing an object at line 1");
    check("{\"dag_id\":\"d\"}", "missing field `tasks` at line 1");
    check(
        "{\"dag_id\":\"d d\",\"tasks\":[]}",
        "dag id \"d d\" holds ' '; letters, digits, '_', '-' and '.' are allowed at line 1",
    );
    check(&task(",\"upstream\":[\"b\"]"), "task \"a\" depends on \"b\", which is not a task of this DAG");
    check(&task(",\"input\":\"b\""), "task \"a\" depends on \"b\", which is not a task of this DAG");
    check(&task(",\"input\":[\"a\"]"), "these tasks wait for each other: a >> a");
    check(&task(",\"input\":7"), "an input is a task id or a list of task ids at line 1");
    check(&task(",\"retrys\":7"), "\"retrys\" is no setting of a task at line 1");
    check(&task(",\"retries\":-1"), "invalid value: integer `-1`, expected u32 at line 1");
    check(&task(",\"pool_slots\":0"), "task \"a\": pool_slots is 0; a task holds at least 1");
    check(&task("").replace("\"dag_id\"", "\"owners\":[],\"dag_id\""), "\"owners\" is no setting of a DAG at line 1");
    check(&task(",\n\"input\":7\n").replace("}]", "\n}]"), "an input is a task id or a list of task ids at line 4");
    let unknown = Dag::from_json(task("").replace("test.double", "test.triple").as_bytes())
        .expect_err("no such operator")
        .to_string();
    assert!(unknown.starts_with("unknown variant `test.triple`, expected one of "), "{unknown}");
}
