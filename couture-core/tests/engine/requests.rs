//! What may be asked, and what is refused.

use std::sync::Arc;

use couture_core::store::{Answer, Refusal, Request, Store, StoreReader, Trigger};
use couture_core::{DagBuilder, Dialect, EngineError, RunId, RunState, Timestamp};
use serde_json::{Value, json};

use crate::operators::Nothing;
use crate::rig::{Rig, dag_id};

fn trigger(dag: &str, run_id: Option<&str>, conf: Value) -> Request {
    let run_id = run_id.map(|id| RunId::new(id).unwrap());
    Request::Trigger(Trigger { run_id, conf, ..Trigger::of(dag_id(dag)) })
}

async fn refusal(rig: &Rig, request: Request) -> String {
    match rig.engine.request(request).await {
        Err(EngineError::Refused(refusal)) => refusal.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

async fn with_dag(id: &str) -> Rig {
    let rig = Rig::new().await;
    let dag = DagBuilder::new(id);
    dag.task("only", Nothing, ());
    rig.engine.register(dag.build().unwrap()).await.unwrap();
    rig
}

#[tokio::test]
async fn wrong_requests_are_refused_in_words() {
    let rig = with_dag("d").await;
    assert_eq!(refusal(&rig, trigger("x", None, json!({}))).await, r#"there is no dag "x""#);
    let conf = "conf must be a JSON object of at most 1048576 bytes";
    assert_eq!(refusal(&rig, trigger("d", None, json!([1]))).await, conf);
    assert_eq!(refusal(&rig, trigger("d", None, json!({"a": "x".repeat(1 << 20)}))).await, conf);
    let cancel = Request::CancelRun { dag_id: dag_id("d"), run_id: RunId::new("r").unwrap() };
    assert_eq!(refusal(&rig, cancel).await, r#"dag "d" has no unfinished run "r""#);
}

#[tokio::test]
async fn a_conf_that_the_params_do_not_allow_is_refused() {
    let rig = Rig::new().await;
    let dag = |dag_id: &str, dialect| {
        let dag = DagBuilder::new(dag_id).params([("n".to_owned(), json!(3))].into()).attributes(|attributes| {
            attributes.dialect = dialect;
            let spec = |spec: Value| serde_json::from_value(spec).unwrap();
            attributes.param_specs = vec![
                spec(json!({"name": "n", "schema": {"type": "integer", "maximum": 5}})),
                spec(json!({"name": "who", "required": true, "schema": {"type": "string"}})),
            ];
        });
        dag.task("only", Nothing, ());
        dag.build().unwrap()
    };
    rig.engine.register(dag("new", Dialect::V2)).await.unwrap();
    rig.engine.register(dag("old", Dialect::V1_10)).await.unwrap();
    let check = async |dag_id: &str, conf: Value, expected: Option<&str>| {
        let answer = rig.engine.request(trigger(dag_id, None, conf)).await;
        match (answer, expected) {
            (Ok(Answer::Triggered { .. }), None) => {}
            (Err(EngineError::Refused(refusal)), Some(expected)) => {
                assert_eq!(refusal.to_string(), format!("dag \"new\" cannot run with this conf: param {expected}"));
            }
            (answer, _) => panic!("{answer:?}"),
        }
    };
    check("new", json!({"who": "me"}), None).await;
    check("new", json!({"who": "me", "n": 5, "unknown": [1]}), None).await;
    check("new", json!({"who": "me", "n": 6}), Some("\"n\": 6 is greater than the maximum of 5")).await;
    check("new", json!({"n": "x", "who": "me"}), Some("\"n\": \"x\" is not of type \"integer\"")).await;
    check("new", Value::Null, Some("\"who\": it has no default, and conf gives no value; give one in conf")).await;
    // There a conf changes no param.
    check("old", json!({"n": 6}), None).await;
}

#[tokio::test]
async fn a_run_id_is_used_once() {
    let rig = with_dag("d").await;
    let Answer::Triggered { key, run_id } = rig.engine.request(trigger("d", Some("r"), json!({}))).await.unwrap()
    else {
        panic!("not triggered")
    };
    assert_eq!(run_id.as_str(), "r");
    rig.engine.finished(key).await.unwrap();
    assert_eq!(refusal(&rig, trigger("d", Some("r"), json!({}))).await, r#"dag "d" already has a run "r""#);
}

#[tokio::test]
async fn triggers_of_one_moment_get_ids_of_their_own() {
    let rig = with_dag("d").await;
    let date = Some(Timestamp::parse("2026-01-01").unwrap());
    let mut ids = Vec::new();
    for _ in 0..3 {
        let request = Trigger { logical_date: date, ..Trigger::of(dag_id("d")) };
        match rig.engine.request(Request::Trigger(request)).await.unwrap() {
            Answer::Triggered { run_id, .. } => ids.push(run_id.to_string()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(ids[0], "manual__2026-01-01T00:00:00+00:00");
    assert_eq!(ids[1], "manual__2026-01-01T00:00:00.000001+00:00");
    assert_eq!(ids[2], "manual__2026-01-01T00:00:00.000002+00:00");
    let runs = rig.store.runs(Some(&dag_id("d")), None, 10).await.unwrap();
    assert!(runs.iter().all(|run| Some(run.logical_date) == date));
}

#[tokio::test]
async fn a_paused_dag_keeps_its_runs_waiting() {
    let rig = with_dag("d").await;
    let pause = |paused| Request::SetPaused { dag_id: dag_id("d"), paused };
    assert_eq!(rig.engine.request(pause(true)).await.unwrap(), Answer::Done);
    let key = rig.engine.trigger(&dag_id("d"), Value::Null).await.unwrap();
    let run = rig.store.runs(None, None, 1).await.unwrap().remove(0);
    assert_eq!((run.state, run.started_at), (RunState::Queued, None));
    assert_eq!(rig.store.tasks(key, None, 10).await.unwrap(), []);
    rig.engine.request(pause(false)).await.unwrap();
    assert_eq!(rig.engine.finished(key).await.unwrap(), RunState::Success);
}

#[tokio::test]
async fn a_deregistered_dag_runs_no_more() {
    let rig = with_dag("d").await;
    rig.engine.deregister(dag_id("d")).await.unwrap();
    let error = refusal(&rig, trigger("d", None, json!({}))).await;
    assert_eq!(error, Refusal::InactiveDag(dag_id("d")).to_string());
}

#[tokio::test]
async fn a_pool_that_is_missing_or_too_small_holds_back_its_tasks_alone() {
    let rig = Rig::new().await;
    let dag = DagBuilder::new("pools");
    dag.task("missing", Nothing, ()).pool("gpu");
    dag.task("big", Nothing, ()).options(|options| options.pool_slots = 1_000);
    dag.task("fits", Nothing, ());
    let dag = Arc::new(dag.build().unwrap());
    rig.engine.register(dag.clone()).await.unwrap();
    let key = rig.engine.trigger(&dag.dag_id, Value::Null).await.unwrap();
    let rows = rig.until(key, |tasks| tasks.iter().any(|task| task.ended_at.is_some()).then_some(tasks.len())).await;
    assert_eq!(rows, 1);
    rig.store.set_pool(&couture_core::PoolName::new("gpu").unwrap(), 1).await.unwrap();
    rig.store.set_pool(&couture_core::PoolName::default(), 1_000).await.unwrap();
    rig.engine.pools_changed().await.unwrap();
    assert_eq!(rig.engine.finished(key).await.unwrap(), RunState::Success);
}

#[tokio::test]
async fn a_stopped_engine_says_so() {
    let rig = with_dag("d").await;
    rig.engine.stop().await;
    assert!(matches!(rig.engine.request(trigger("d", None, json!({}))).await, Err(EngineError::Stopped)));
}
