//! A law: whatever is cleared and marked, and however often the engine is lost meanwhile, the run ends, and everything that was cleared has
//! come to an end since.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use couture_core::executor::LocalSettings;
use couture_core::store::{
    ClearOnly, JournalChange, MarkedRunState, MarkedState, MemoryStore, StoreReader, TaskChoice,
};
use couture_core::{Dag, DagBuilder, MapIndex, RunKey, Scope, TaskIndex, TaskState, TriggerRule};
use proptest::prelude::*;
use serde_json::json;

use crate::operators::{Add, End, Ending, Nothing};
use crate::rig::Rig;

#[derive(Clone, Debug)]
enum Change {
    Clear {
        task: u32,
        downstream: bool,
        upstream: bool,
    },
    ClearFailed,
    Mark {
        task: u32,
        success: bool,
    },
    MarkRun {
        success: bool,
    },
    RunTask(u32),
    /// The engine is lost, and another one goes on.
    Crash,
    /// The run is waited for.
    Wait,
}

fn change() -> impl Strategy<Value = Change> {
    let task = 0..6_u32;
    prop_oneof![
        4 => (task.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(task, downstream, upstream)| Change::Clear { task, downstream, upstream }),
        1 => Just(Change::ClearFailed),
        2 => (task.clone(), any::<bool>()).prop_map(|(task, success)| Change::Mark { task, success }),
        1 => any::<bool>().prop_map(|success| Change::MarkRun { success }),
        1 => task.prop_map(Change::RunTask),
        2 => Just(Change::Crash),
        1 => Just(Change::Wait),
    ]
}

/// Six tasks of all kinds, one of them mapped.
fn dag() -> Dag {
    let dag = DagBuilder::new("d");
    let first =
        dag.task("t0", Ending(End::FailUntilTry(2)), ()).retries(1).options(|options| options.retry_delay_ms = 1);
    let second = dag.task("t1", Ending(End::Succeed), ());
    let third = dag.task("t2", Ending(End::FailUntilTry(3)), ());
    let fourth = dag.task("t3", Nothing, ()).trigger_rule(TriggerRule::OneSuccess);
    let fifth = dag.task("t4", Nothing, ());
    let sixth = dag.task("t5", Nothing, ()).trigger_rule(TriggerRule::AllDone);
    second.set_upstream(&first);
    third.set_upstream(&first);
    fourth.set_upstream(&[second, third]);
    fifth.set_upstream(&third);
    sixth.set_upstream(&[fourth, fifth]);
    let _ = Add(0);
    dag.build().unwrap()
}

async fn engine(store: &MemoryStore) -> Rig {
    Rig::with(store.clone(), LocalSettings { capacity: 4, threads: 1, kill_grace: Duration::from_millis(20) }).await
}

async fn apply(rig: &Rig, dag: &Arc<Dag>, key: RunKey, change: &Change) {
    let dag_id = dag.dag_id.clone();
    let choice = |task: u32| TaskChoice::from(dag.task(TaskIndex(task)).task_id.clone());
    let state = |success: bool| if success { MarkedState::Success } else { MarkedState::Failed };
    match change {
        Change::Clear { task, downstream, upstream } => {
            let scope = Scope::tasks(dag_id, key, [choice(*task)]);
            let scope = Scope { downstream: *downstream, upstream: *upstream, ..scope };
            rig.engine.clear(&scope, ClearOnly::All, false).await.unwrap();
        }
        Change::ClearFailed => {
            rig.engine.clear(&Scope::run(dag_id, key), ClearOnly::Failed, false).await.unwrap();
        }
        Change::Mark { task, success } => {
            let scope = Scope::tasks(dag_id, key, [choice(*task)]);
            rig.engine.mark(&scope, state(*success), false).await.unwrap();
        }
        Change::MarkRun { success } => {
            let state = if *success { MarkedRunState::Success } else { MarkedRunState::Failed };
            rig.engine.mark_run(dag_id, key, state).await.unwrap();
        }
        // Refused where an attempt is live.
        Change::RunTask(task) => drop(rig.engine.run_task(dag_id, key, choice(*task)).await),
        Change::Wait => drop(rig.wait(dag.clone(), key).await),
        Change::Crash => unreachable!("handled by the caller"),
    }
}

async fn check(changes: Vec<Change>) {
    let store = MemoryStore::new(1);
    let dag = Arc::new(dag());
    let mut rig = engine(&store).await;
    rig.engine.register(dag.clone()).await.unwrap();
    let key = rig.engine.trigger(&dag.dag_id, json!({})).await.unwrap();
    for change in &changes {
        if matches!(change, Change::Crash) {
            rig.engine.stop().await;
            rig = engine(&store).await;
        } else {
            apply(&rig, &dag, key, change).await;
        }
    }
    let ran = rig.wait(dag.clone(), key).await;
    assert!(ran.state.is_finished());
    let mut last: BTreeMap<(TaskIndex, MapIndex), (Option<u64>, Option<u64>)> = BTreeMap::new();
    for entry in store.journal(couture_core::ShardId(0), 0, usize::MAX).await.unwrap() {
        if let JournalChange::Task(token, state) = entry.change {
            let seen = last.entry((token.task, token.map_index)).or_default();
            match state {
                TaskState::Cleared => seen.0 = Some(entry.sequence),
                state if state.is_finished() => seen.1 = Some(entry.sequence),
                _ => {}
            }
        }
    }
    for (instance, (cleared, ended)) in last {
        assert!(ended > cleared, "{instance:?} was cleared at {cleared:?} and ended last at {ended:?}");
    }
    let pools = couture_core::Store::pools(&store).await.unwrap();
    assert!(pools.iter().all(|pool| pool.used == 0), "{pools:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_is_cleared_ends_again(changes in prop::collection::vec(change(), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(changes));
    }
}
