//! Runs that go on in another version of their DAG, or do not.

use std::sync::Arc;

use couture_core::store::{ClearOnly, Refusal, StoreReader, TaskChoice};
use couture_core::{Dag, DagBuilder, EngineError, RunState, Scope, TaskId, TaskState};
use serde_json::json;

use crate::operators::{End, Ending, Nothing};
use crate::rig::Rig;

/// Tasks in a row; the run goes on in the newest version where `by_itself` says so, or somebody does.
fn version(tasks: &[&str], by_itself: bool) -> Arc<Dag> {
    let dag = DagBuilder::new("d").attributes(|attributes| attributes.newest_version_on_clear = by_itself);
    for task in tasks {
        dag.task(*task, Nothing, ());
    }
    Arc::new(dag.build().unwrap())
}

fn choice(task: &str) -> TaskChoice {
    TaskId::new(task).unwrap().into()
}

async fn check(by_itself: bool, newest: Option<bool>, moves: bool) {
    let rig = Rig::new().await;
    let old = version(&["a", "b"], by_itself);
    rig.engine.register(old.clone()).await.unwrap();
    let key = rig.engine.trigger(&old.dag_id, json!({})).await.unwrap();
    rig.wait(old.clone(), key).await;
    let new = version(&["a", "b", "c"], by_itself);
    rig.engine.register(new.clone()).await.unwrap();
    let scope = Scope::tasks(old.dag_id.clone(), key, [choice("b")]);
    rig.engine.clear_in(&scope, ClearOnly::All, newest, false).await.unwrap();
    let ran = rig.wait(if moves { new } else { old }, key).await;
    let expected = if moves { 3 } else { 2 };
    assert_eq!(ran.state, RunState::Success);
    assert_eq!(ran.states().len(), expected);
    assert!(ran.states().iter().all(|(_, state)| *state == Some(TaskState::Success)), "{:?}", ran.states());
    let run = rig.store.runs(None, None, 1).await.unwrap().pop().unwrap();
    let newest = &rig.store.dags(None, 1).await.unwrap()[0].version;
    assert_eq!(run.version == *newest, moves, "{by_itself} {moves}");
}

#[tokio::test]
async fn who_clears_may_choose_the_version() {
    for by_itself in [false, true] {
        check(by_itself, None, by_itself).await;
        check(by_itself, Some(true), true).await;
        check(by_itself, Some(false), false).await;
    }
}

#[tokio::test]
async fn new_tasks_join_a_run_that_is_over() {
    let rig = Rig::new().await;
    let old = version(&["a", "b"], false);
    rig.engine.register(old.clone()).await.unwrap();
    let key = rig.engine.trigger(&old.dag_id, json!({})).await.unwrap();
    rig.wait(old.clone(), key).await;
    let new = version(&["a", "b", "c"], false);
    rig.engine.register(new.clone()).await.unwrap();
    rig.engine.take_new_tasks(old.dag_id.clone(), key).await.unwrap();
    let ran = rig.wait(new, key).await;
    let tries: Vec<_> = ["a", "b", "c"].map(|task| ran.task(task).token.try_number).into();
    assert_eq!((ran.state, tries), (RunState::Success, vec![1, 1, 1]));
}

#[tokio::test]
async fn a_run_that_cannot_move_is_refused_where_that_was_insisted_on() {
    let rig = Rig::new().await;
    let old = version(&["a", "b"], false);
    rig.engine.register(old.clone()).await.unwrap();
    let key = rig.engine.trigger(&old.dag_id, json!({})).await.unwrap();
    rig.wait(old.clone(), key).await;
    let check = async |new: &[&str], cleared: &str, expected: &str| {
        rig.engine.register(version(new, false)).await.unwrap();
        let scope = Scope::tasks(old.dag_id.clone(), key, [choice(cleared)]);
        let error = rig.engine.clear_in(&scope, ClearOnly::All, Some(true), false).await.unwrap_err();
        assert!(matches!(error, EngineError::Refused(Refusal::StaysInVersion { .. })), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(&["b", "a"], "a", "the place of task \"b\"").await;
    check(&["b"], "a", "has no task \"a\"").await;
    assert_eq!(rig.wait(old.clone(), key).await.state, RunState::Success, "nothing has changed");
    // Nor one in which something is live.
    let dag = DagBuilder::new("live");
    dag.task("a", Ending(End::Obey), ());
    let dag = Arc::new(dag.build().unwrap());
    rig.engine.register(dag.clone()).await.unwrap();
    let key = rig.engine.trigger(&dag.dag_id, json!({})).await.unwrap();
    rig.until(key, |rows| rows.iter().find(|row| row.state == TaskState::Running).map(|_| ())).await;
    let other = DagBuilder::new("live");
    other.task("a", Ending(End::Obey), ());
    other.task("b", Nothing, ());
    rig.engine.register(Arc::new(other.build().unwrap())).await.unwrap();
    let error = rig.engine.clear_in(&Scope::run(dag.dag_id.clone(), key), ClearOnly::All, Some(true), false).await;
    assert!(error.unwrap_err().to_string().contains("live"));
}
