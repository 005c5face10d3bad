//! Clearing and marking, runs that are over and runs that are not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use couture_core::dag::TaskRole;
use couture_core::store::{ClearOnly, MarkedRunState, MarkedState, StoreReader, TaskChoice};
use couture_core::{
    Dag, DagBuilder, EngineError, Failure, MapIndex, Operator, RunKey, RunScope, RunState, Scope, TaskContext, TaskId,
    TaskState, TriggerRule, operator,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::operators::{End, Ending, Nothing};
use crate::rig::{Ran, Rig, dag_id};

/// Fails while it is told to.
#[derive(Serialize, Deserialize, Debug, Clone)]
struct Moody;
static IS_MOODY: AtomicBool = AtomicBool::new(true);

#[async_trait]
impl Operator for Moody {
    type Input = ();
    type Output = ();
    async fn run(&self, (): (), _: &TaskContext) -> Result<(), Failure> {
        if IS_MOODY.load(Ordering::Acquire) { Err("moody".into()) } else { Ok(()) }
    }
}
operator!(Moody, "test.moody");

fn choice(task: &str) -> TaskChoice {
    TaskId::new(task).unwrap().into()
}

fn scope(ran: &Ran, tasks: &[&str]) -> Scope {
    Scope::tasks(ran.dag.dag_id.clone(), ran.key, tasks.iter().map(|task| choice(task)))
}

/// a -> b -> c, beside: a -> d.
fn diamond(id: &str, b: End) -> DagBuilder {
    let dag = DagBuilder::new(id);
    let a = dag.task("a", Nothing, ());
    let b = dag.task("b", Ending(b), ());
    let c = dag.task("c", Nothing, ());
    let d = dag.task("d", Nothing, ());
    b.set_upstream(&a);
    c.set_upstream(&b);
    d.set_upstream(&a);
    dag
}

fn tries(ran: &Ran) -> Vec<u32> {
    ["a", "b", "c", "d"].iter().map(|task| ran.task(task).token.try_number).collect()
}

async fn again(rig: &Rig, ran: &Ran) -> Ran {
    rig.wait(ran.dag.clone(), ran.key).await
}

#[tokio::test]
async fn cleared_tasks_of_a_finished_run_run_again() {
    let rig = Rig::new().await;
    let ran = rig.run(diamond("d", End::Succeed)).await;
    let affected = rig.engine.clear(&Scope { downstream: true, ..scope(&ran, &["b"]) }, ClearOnly::All, true).await;
    let names: Vec<_> = affected.unwrap().into_iter().map(|instance| instance.task_id.to_string()).collect();
    assert_eq!(names, ["b", "c"]);
    assert_eq!(tries(&again(&rig, &ran).await), [1, 1, 1, 1], "a dry run does nothing");
    let scope = Scope { downstream: true, ..scope(&ran, &["b"]) };
    rig.engine.clear(&scope, ClearOnly::All, false).await.unwrap();
    let second = again(&rig, &ran).await;
    assert_eq!((second.state, tries(&second)), (RunState::Success, vec![1, 2, 2, 1]));
    let run = rig.store.runs(None, None, 1).await.unwrap().remove(0);
    assert!(run.ended_at.is_some() && run.started_at > Some(ran.task("a").started_at.unwrap()));
    let earlier = rig.store.tries(ran.key, ran.dag.find("b").unwrap(), MapIndex::NONE).await.unwrap();
    assert_eq!(
        earlier.iter().map(|row| (row.token.try_number, row.state)).collect::<Vec<_>>(),
        [(1, TaskState::Success)]
    );
    let scope = Scope { upstream: true, ..Scope::tasks(dag_id("d"), ran.key, [choice("c")]) };
    let affected = rig.engine.clear(&scope, ClearOnly::All, false).await.unwrap();
    assert_eq!(affected.len(), 3);
    assert_eq!(tries(&again(&rig, &ran).await), [2, 3, 3, 1]);
}

#[tokio::test]
async fn only_what_failed_is_cleared_and_gets_its_retries_again() {
    let rig = Rig::new().await;
    let dag = DagBuilder::new("d");
    dag.task("a", Ending(End::FailUntilTry(4)), ()).retries(1).options(|options| options.retry_delay_ms = 1);
    let b = dag.task("b", Nothing, ());
    let dag = {
        let a = dag.task("x", Ending(End::Fail), ());
        b.set_upstream(&a);
        dag
    };
    let ran = rig.run(dag).await;
    assert_eq!(ran.state, RunState::Failed);
    assert_eq!(ran.task("a").token.try_number, 2);
    let affected = rig.engine.clear(&Scope::run(dag_id("d"), ran.key), ClearOnly::Failed, false).await.unwrap();
    assert_eq!(affected.len(), 3);
    let second = again(&rig, &ran).await;
    assert_eq!(second.task("a").state, TaskState::Success);
    assert_eq!((second.task("a").token.try_number, second.task("a").max_tries), (4, 3));
    assert_eq!(second.task("x").token.try_number, 2);
    assert_eq!(second.task("b").state, TaskState::UpstreamFailed);
}

#[tokio::test]
async fn live_attempts_end_before_they_begin_again() {
    let rig = Rig::new().await;
    let dag = Arc::new(diamond("d", End::Obey).build().unwrap());
    rig.engine.register(dag.clone()).await.unwrap();
    let key = rig.engine.trigger(&dag.dag_id, json!({})).await.unwrap();
    let running = |number: u32| {
        move |rows: &[couture_core::store::TaskRecord]| {
            rows.iter().find(|row| row.state == TaskState::Running && row.token.try_number == number).map(|_| ())
        }
    };
    rig.until(key, running(1)).await;
    let scope = Scope::tasks(dag.dag_id.clone(), key, [choice("b")]);
    rig.engine.clear(&scope, ClearOnly::Running, false).await.unwrap();
    rig.until(key, running(2)).await;
    // Marked while it runs: its end does not matter any more.
    rig.engine.mark(&scope, MarkedState::Success, false).await.unwrap();
    let ran = rig.wait(dag, key).await;
    assert_eq!(ran.state, RunState::Success);
    assert_eq!(tries(&ran), [1, 2, 1, 1]);
}

#[tokio::test]
async fn a_marked_task_counts_and_what_failed_below_begins_again() {
    let rig = Rig::new().await;
    let ran = rig.run(diamond("d", End::Fail)).await;
    assert_eq!((ran.state, ran.task("c").state), (RunState::Failed, TaskState::UpstreamFailed));
    rig.engine.mark(&scope(&ran, &["b"]), MarkedState::Success, false).await.unwrap();
    let second = again(&rig, &ran).await;
    assert_eq!((second.state, second.task("c").state), (RunState::Success, TaskState::Success));
    assert_eq!(tries(&second), [1, 1, 1, 1]);
    let times = |ran: &Ran, task: &str| (ran.task(task).started_at, ran.task(task).ended_at);
    assert_eq!(times(&second, "b"), times(&ran, "b"), "a mark changes no duration");
    rig.engine.mark(&scope(&ran, &["d"]), MarkedState::Failed, false).await.unwrap();
    let third = again(&rig, &ran).await;
    assert_eq!((third.state, third.task("d").error.as_deref()), (RunState::Failed, Some("marked as failed")));
    assert_eq!(times(&third, "d"), times(&ran, "d"));
    rig.engine.mark_run(dag_id("d"), ran.key, MarkedRunState::Success).await.unwrap();
    assert_eq!(again(&rig, &ran).await.state, RunState::Success);
    rig.engine.mark_run(dag_id("d"), ran.key, MarkedRunState::Failed).await.unwrap();
    assert_eq!(again(&rig, &ran).await.state, RunState::Failed);
    rig.engine.clear(&Scope::run(dag_id("d"), ran.key), ClearOnly::All, false).await.unwrap();
    assert_eq!(again(&rig, &ran).await.state, RunState::Failed, "b fails again");
}

#[tokio::test]
async fn a_task_marked_as_skipped_is_skipped_and_so_is_what_depends_on_it() {
    let rig = Rig::new().await;
    let ran = rig.run(diamond("d", End::Fail)).await;
    assert_eq!(ran.state, RunState::Failed);
    let affected = rig.engine.mark(&scope(&ran, &["b"]), MarkedState::Skipped, false).await.unwrap();
    assert_eq!(affected.len(), 1);
    let second = again(&rig, &ran).await;
    let state = |task: &str| second.task(task).state;
    assert_eq!((state("b"), state("c"), second.state), (TaskState::Skipped, TaskState::Skipped, RunState::Success));
    assert_eq!(second.task("b").error.as_deref(), Some("marked as skipped"));
    let affected = rig.engine.mark(&scope(&ran, &["b"]), MarkedState::Skipped, false).await.unwrap();
    assert_eq!(affected, [], "it is so already");
    // A live attempt is ended first.
    let dag = Arc::new(diamond("live", End::Obey).build().unwrap());
    rig.engine.register(dag.clone()).await.unwrap();
    let key = rig.engine.trigger(&dag.dag_id, json!({})).await.unwrap();
    rig.until(key, |rows| rows.iter().find(|row| row.state == TaskState::Running).map(|_| ())).await;
    let live = Scope::tasks(dag.dag_id.clone(), key, [choice("b")]);
    rig.engine.mark(&live, MarkedState::Skipped, false).await.unwrap();
    let ran = rig.wait(dag, key).await;
    assert_eq!((ran.task("b").state, ran.state), (TaskState::Skipped, RunState::Success));
}

#[tokio::test]
async fn a_running_run_can_be_marked() {
    for (state, expected) in [
        (MarkedRunState::Success, (RunState::Success, TaskState::Success, TaskState::Success)),
        (MarkedRunState::Failed, (RunState::Failed, TaskState::Failed, TaskState::Skipped)),
    ] {
        let rig = Rig::new().await;
        let dag = Arc::new(diamond("d", End::Obey).build().unwrap());
        rig.engine.register(dag.clone()).await.unwrap();
        let key = rig.engine.trigger(&dag.dag_id, json!({})).await.unwrap();
        rig.until(key, |rows| rows.iter().find(|row| row.state == TaskState::Running).map(|_| ())).await;
        rig.engine.mark_run(dag.dag_id.clone(), key, state).await.unwrap();
        let ran = rig.wait(dag, key).await;
        assert_eq!((ran.state, ran.task("b").state, ran.task("c").state), expected);
    }
}

#[tokio::test]
async fn one_task_runs_whatever_its_upstream_tasks_came_to() {
    let rig = Rig::new().await;
    let ran = rig.run(diamond("d", End::Fail)).await;
    rig.engine.run_task(dag_id("d"), ran.key, choice("c")).await.unwrap();
    let second = again(&rig, &ran).await;
    assert_eq!((second.state, second.task("c").state), (RunState::Success, TaskState::Success));
    assert_eq!(tries(&second), [1, 1, 1, 1]);
    let unknown = rig.engine.run_task(dag_id("d"), ran.key, choice("z")).await.unwrap_err().to_string();
    assert_eq!(unknown, r#"the run has no task "z""#);
    let nothing = rig.engine.run_task(dag_id("d"), RunKey(ran.key.0 + 1_000), choice("c")).await.unwrap_err();
    assert!(nothing.to_string().contains("its history may have been deleted"), "{nothing}");
}

#[tokio::test]
async fn setups_and_teardowns_go_with_the_work_between_them() {
    let rig = Rig::new().await;
    let dag = DagBuilder::new("d");
    let setup = dag.task("setup", Nothing, ()).options(|options| options.role = TaskRole::Setup);
    let work = dag.task("work", Nothing, ());
    let teardown = dag.task("teardown", Nothing, ()).options(|options| options.role = TaskRole::Teardown);
    dag.task("other", Nothing, ());
    work.set_upstream(&setup);
    teardown.set_upstream(&[work, setup]);
    let ran = rig.run(dag).await;
    assert_eq!(ran.state, RunState::Success);
    let affected = rig.engine.clear(&scope(&ran, &["work"]), ClearOnly::All, false).await.unwrap();
    assert_eq!(affected.len(), 3);
    let second = again(&rig, &ran).await;
    let tries = ["setup", "work", "teardown", "other"].map(|task| second.task(task).token.try_number);
    assert_eq!((second.state, tries), (RunState::Success, [2, 2, 2, 1]));
}

#[tokio::test]
async fn decisions_of_tasks_that_are_not_cleared_still_hold() {
    let rig = Rig::new().await;
    let dag = DagBuilder::new("d");
    let skip = dag.task("skip", Ending(End::Skip), ());
    let below = dag.task("below", Nothing, ());
    let end = dag.task("end", Nothing, ()).trigger_rule(TriggerRule::AllDone);
    below.set_upstream(&skip);
    end.set_upstream(&below);
    let ran = rig.run(dag).await;
    rig.engine.clear(&Scope { downstream: true, ..scope(&ran, &["below"]) }, ClearOnly::All, false).await.unwrap();
    let second = again(&rig, &ran).await;
    assert_eq!((second.task("below").state, second.task("end").token.try_number), (TaskState::Skipped, 2));
}

#[tokio::test]
async fn past_and_future_runs_are_cleared_with_one() {
    let rig = Rig::new().await;
    let dag = Arc::new(diamond("d", End::Succeed).build().unwrap());
    rig.engine.register(dag.clone()).await.unwrap();
    let mut keys = Vec::new();
    for _ in 0..4 {
        let key = rig.engine.trigger(&dag.dag_id, json!({})).await.unwrap();
        rig.wait(dag.clone(), key).await;
        keys.push(key);
    }
    let check = async |past: bool, future: bool, expected: [bool; 4]| {
        let scope = Scope { past, future, ..Scope::tasks(dag.dag_id.clone(), keys[1], [choice("a")]) };
        let affected = rig.engine.clear(&scope, ClearOnly::All, true).await.unwrap();
        assert_eq!(keys.iter().map(|key| affected.iter().any(|one| one.run == *key)).collect::<Vec<_>>(), expected);
    };
    check(false, false, [false, true, false, false]).await;
    check(true, false, [true, true, false, false]).await;
    check(false, true, [false, true, true, true]).await;
    check(true, true, [true; 4]).await;
    let runs = rig.store.runs(None, None, 10).await.unwrap();
    let between = RunScope::Between(runs[1].logical_date, runs[0].logical_date);
    let scope = Scope { runs: between, ..Scope::run(dag.dag_id.clone(), keys[0]) };
    rig.engine.clear(&scope, ClearOnly::All, false).await.unwrap();
    for (key, expected) in keys.into_iter().zip([1, 1, 2, 2]) {
        assert_eq!(rig.wait(dag.clone(), key).await.task("d").token.try_number, expected);
    }
}

#[tokio::test]
async fn a_history_goes_when_nothing_is_unfinished() {
    let rig = Rig::new().await;
    let dag = Arc::new(diamond("d", End::Obey).build().unwrap());
    rig.engine.register(dag.clone()).await.unwrap();
    let key = rig.engine.trigger(&dag.dag_id, json!({})).await.unwrap();
    let error = rig.engine.delete_history(dag_id("d")).await.unwrap_err().to_string();
    assert!(error.contains("1 unfinished runs"), "{error}");
    rig.engine.mark_run(dag_id("d"), key, MarkedRunState::Failed).await.unwrap();
    rig.wait(dag, key).await;
    rig.engine.delete_history(dag_id("d")).await.unwrap();
    assert_eq!(rig.store.runs(None, None, 10).await.unwrap(), []);
    let gone = rig.engine.clear(&Scope::run(dag_id("d"), key), ClearOnly::All, false).await;
    assert!(matches!(gone, Err(EngineError::Refused(_))));
}

fn version(first: &str, tasks: &[&str]) -> Arc<Dag> {
    let dag = DagBuilder::new("d").attributes(|attributes| attributes.newest_version_on_clear = true);
    let first = dag.task(first, Moody, ());
    for task in tasks {
        dag.task(*task, Nothing, ()).set_upstream(&first);
    }
    Arc::new(dag.build().unwrap())
}

#[tokio::test]
async fn a_cleared_run_goes_on_in_the_newest_version() {
    let rig = Rig::new().await;
    let old = version("a", &["b", "gone"]);
    rig.engine.register(old.clone()).await.unwrap();
    let key = rig.engine.trigger(&old.dag_id, json!({})).await.unwrap();
    assert_eq!(rig.wait(old.clone(), key).await.state, RunState::Failed);
    IS_MOODY.store(false, Ordering::Release);
    let new = version("first", &["new", "a", "b"]);
    rig.engine.register(new.clone()).await.unwrap();
    rig.engine.clear(&Scope::run(old.dag_id.clone(), key), ClearOnly::All, false).await.unwrap();
    let ran = rig.wait(new, key).await;
    assert_eq!(ran.state, RunState::Success);
    assert!(ran.states().iter().all(|(_, state)| *state == Some(TaskState::Success)), "{:?}", ran.states());
    assert_eq!(
        rig.store.runs(None, None, 1).await.unwrap()[0].version,
        rig.store.dags(None, 1).await.unwrap()[0].version
    );
}
