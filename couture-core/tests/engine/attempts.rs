//! How attempts end, and what follows.

use std::sync::atomic::Ordering;
use std::time::Duration;

use couture_core::order;
use couture_core::store::{Request, StoreReader};
use couture_core::{DagBuilder, MapIndex, RunState, TaskState};
use serde_json::json;

use crate::operators::{BLOCKED, DOOR, End, Ending, Nothing};
use crate::rig::Rig;

#[tokio::test]
async fn retries_are_used_and_counted() {
    let rig = Rig::new().await;
    let dag = DagBuilder::new("retries");
    dag.task("third", Ending(End::FailUntilTry(3)), ()).retries(5).retry_delay(Duration::from_millis(1));
    dag.task("never", Ending(End::Fail), ()).retries(2).retry_delay(Duration::from_millis(1));
    let ran = rig.run(dag).await;
    assert_eq!((ran.task("third").state, ran.task("third").token.try_number), (TaskState::Success, 3));
    assert_eq!((ran.task("never").state, ran.task("never").token.try_number), (TaskState::Failed, 3));
    let tries = rig.store.tries(ran.key, ran.dag.find("never").unwrap(), MapIndex::NONE).await.unwrap();
    let numbers: Vec<_> = tries.iter().map(|row| row.token.try_number).collect();
    assert_eq!(numbers, [1, 2]);
    assert!(tries.iter().all(|row| row.error.as_deref() == Some("it failed") && row.ended_at.is_some()));
}

#[tokio::test]
async fn a_panic_is_a_failure_with_its_message() {
    let dag = DagBuilder::new("panic");
    dag.task("bad", Ending(End::Panic), ());
    let ran = Rig::new().await.run(dag).await;
    assert_eq!(ran.task("bad").error.as_deref(), Some("the operator panicked: it panicked"));
    assert_eq!(ran.state, RunState::Failed);
}

#[tokio::test]
async fn a_timeout_ends_an_attempt_that_obeys_and_one_that_does_not() {
    for end in [End::Obey, End::Ignore] {
        let dag = DagBuilder::new("timeout");
        dag.task("slow", Ending(end), ()).execution_timeout(Duration::from_millis(20));
        let ran = Rig::new().await.run(dag).await;
        assert_eq!(ran.task("slow").state, TaskState::Failed);
        assert_eq!(ran.task("slow").error.as_deref(), Some("ran longer than its execution_timeout of 20ms"));
    }
}

#[tokio::test]
async fn a_dagrun_timeout_ends_the_run() {
    let dag = DagBuilder::new("run_timeout").dagrun_timeout(Duration::from_millis(20));
    let slow = dag.task("slow", Ending(End::Obey), ());
    let after = dag.task("after", Nothing, ());
    order!(slow >> after);
    let ran = Rig::new().await.run(dag).await;
    assert_eq!(ran.state, RunState::Failed);
    assert_eq!(ran.states(), [("slow", Some(TaskState::Failed)), ("after", Some(TaskState::Skipped))]);
}

/// Operators that block their threads, more of them than there are threads, hold up neither the engine nor other tasks.
#[tokio::test]
async fn blocked_threads_are_replaced() {
    let rig = Rig::new().await;
    let dag = DagBuilder::new("blocked");
    for n in 0..5 {
        dag.task(format!("b{n}"), Ending(End::Block), ()).priority_weight(10);
    }
    dag.task("timed", Ending(End::Block), ()).priority_weight(10).execution_timeout(Duration::from_millis(100));
    let dag = std::sync::Arc::new(dag.build().unwrap());
    rig.engine.register(dag.clone()).await.unwrap();
    let key = rig.engine.trigger(&dag.dag_id, json!({})).await.unwrap();
    while BLOCKED.load(Ordering::Acquire) < 6 {
        tokio::task::yield_now().await;
    }
    let other = DagBuilder::new("other");
    other.task("quick", Nothing, ());
    assert_eq!(rig.run(other).await.state, RunState::Success);
    let timed = dag.find("timed").unwrap();
    rig.until(key, |tasks| {
        tasks.iter().any(|task| task.token.task == timed && task.state == TaskState::Failed).then_some(())
    })
    .await;
    *DOOR.0.lock().unwrap() = true;
    DOOR.1.notify_all();
    assert_eq!(rig.wait(dag, key).await.state, RunState::Failed);
}

#[tokio::test]
async fn cancelling_a_run_kills_what_is_live_and_skips_the_rest() {
    let rig = Rig::new().await;
    let dag = DagBuilder::new("cancel");
    let slow = dag.task("slow", Ending(End::Obey), ()).retries(3);
    let after = dag.task("after", Nothing, ());
    order!(slow >> after);
    let dag = std::sync::Arc::new(dag.build().unwrap());
    rig.engine.register(dag.clone()).await.unwrap();
    let key = rig.engine.trigger(&dag.dag_id, json!({})).await.unwrap();
    rig.until(key, |tasks| tasks.iter().any(|task| task.state == TaskState::Running).then_some(())).await;
    let run = rig.store.runs(None, None, 1).await.unwrap().remove(0);
    rig.engine.request(Request::CancelRun { dag_id: run.dag_id, run_id: run.run_id }).await.unwrap();
    let ran = rig.wait(dag, key).await;
    assert_eq!(ran.state, RunState::Failed);
    assert_eq!(ran.states(), [("slow", Some(TaskState::Failed)), ("after", Some(TaskState::Skipped))]);
    assert_eq!(ran.task("slow").error.as_deref(), Some("ended with its run"));
}
