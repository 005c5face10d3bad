//! The serialised form: what it looks like, and that nothing is lost in it.

use std::collections::BTreeMap;
use std::time::Duration;

use couture_core::dag::Input;
use couture_core::{Dag, DagBuilder, TaskIndex, TaskOptions, TriggerRule};
use serde_json::json;

use crate::operators::{Double, Emit, Sum, edges};

/// A DAG in which everything is set that can be.
fn full() -> DagBuilder {
    let dag = DagBuilder::new("full")
        .description("all of it")
        .owner("ü")
        .tag("b")
        .tag("a")
        .params(BTreeMap::from([("limit".into(), json!(5)), ("deep".into(), json!({ "x": [1.5, null] }))]))
        .dagrun_timeout(Duration::from_millis(90_500));
    let one = dag.task("one", Emit { value: -7 }, ());
    let two = dag
        .task("two", Double, one)
        .retries(3)
        .retry_delay(Duration::from_secs(10))
        .pool("two words")
        .priority_weight(-5);
    let all = dag
        .task("all", Sum, [one, two, one])
        .trigger_rule(TriggerRule::NoneFailedMinOneSuccess)
        .execution_timeout(Duration::from_secs(60))
        .options(|options| {
            options.retry_exponential_backoff = true;
            options.max_retry_delay_ms = Some(1);
            options.pool_slots = 2;
        });
    dag.default_options(TaskOptions { retries: 1, ..TaskOptions::default() });
    dag.task("last", Emit { value: 0 }, ()).set_upstream(&[all, one]);
    dag
}

#[test]
fn the_form_is_what_people_can_read() {
    let dag = full().build().unwrap();
    let found: serde_json::Value = serde_json::from_slice(&dag.to_json()).unwrap();
    let expected = json!({
        "dag_id": "full", "description": "all of it", "owner": "ü", "tags": ["b", "a"],
        "params": { "deep": { "x": [1.5, null] }, "limit": 5 }, "dagrun_timeout_ms": 90_500,
        "tasks": [
            { "task_id": "one", "operator": { "type": "test.emit", "value": -7 } },
            { "task_id": "two", "operator": { "type": "test.double" }, "input": "one",
              "retries": 3, "retry_delay_ms": 10_000, "pool": "two words", "priority_weight": -5 },
            { "task_id": "all", "operator": { "type": "test.sum" }, "input": ["one", "two", "one"],
              "trigger_rule": "none_failed_min_one_success", "execution_timeout_ms": 60_000,
              "retry_exponential_backoff": true, "max_retry_delay_ms": 1, "pool_slots": 2 },
            { "task_id": "last", "operator": { "type": "test.emit", "value": 0 }, "upstream": ["one", "all"], "retries": 1 },
        ],
    });
    assert_eq!(found, expected);
}

#[test]
fn nothing_is_lost() {
    for dag in [full().build().unwrap(), DagBuilder::new("empty").build().unwrap()] {
        let json = dag.to_json();
        let read = Dag::from_json(&json).unwrap();
        assert_eq!(String::from_utf8_lossy(&read.to_json()), String::from_utf8_lossy(&json));
        assert_eq!((&read.dag_id, &read.attributes, edges(&read)), (&dag.dag_id, &dag.attributes, edges(&dag)));
        for (read, task) in read.tasks().iter().zip(dag.tasks()) {
            assert_eq!((&read.task_id, &read.options, &read.input), (&task.task_id, &task.options, &task.input));
            assert_eq!(
                (&read.upstream, &read.downstream, read.operator.tag()),
                (&task.upstream, &task.downstream, task.operator.tag())
            );
        }
    }
}

#[test]
fn a_task_may_name_later_ones() {
    let json = br#"{"dag_id":"d","tasks":[
        {"task_id":"b","operator":{"type":"test.double"},"input":"a","upstream":[]},
        {"task_id":"a","operator":{"type":"test.emit","value":1}}]}"#;
    let dag = Dag::from_json(json).unwrap();
    assert_eq!(edges(&dag), [(1, 0)]);
    assert_eq!(dag.tasks()[0].input, Input::One(TaskIndex(1)));
    assert_eq!(dag.leaves().collect::<Vec<_>>(), [TaskIndex(0)]);
    assert_eq!((dag.find("a"), dag.find("c")), (Some(TaskIndex(1)), None));
}

#[test]
fn old_names_are_understood() {
    let rule = |name: &str| {
        let json = format!(
            r#"{{"dag_id":"d","tasks":[{{"task_id":"a","operator":{{"type":"test.double"}},"trigger_rule":"{name}"}}]}}"#
        );
        Dag::from_json(json.as_bytes()).unwrap().tasks()[0].options.trigger_rule
    };
    assert_eq!(rule("dummy"), TriggerRule::Always);
    assert_eq!(rule("none_failed_or_skipped"), TriggerRule::NoneFailedMinOneSuccess);
}

#[test]
fn a_version_is_the_hash_of_the_form() {
    let version = |dag: DagBuilder| Dag::version_of(&dag.build().unwrap().to_json());
    assert_eq!(version(full()), version(full()));
    assert_ne!(version(full()), version(full().tag("c")));
    assert_eq!(Dag::version_of(b"abc"), "ba7816bf8f01cfea414140de5dae2223");
}
