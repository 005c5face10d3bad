//! Whole runs.

use couture_core::order;
use couture_core::store::{Store, StoreReader};
use couture_core::task::XComValue;
use couture_core::{DagBuilder, MapIndex, RunState, TaskState, TriggerRule};

use crate::operators::{Add, End, Ending, Nothing};
use crate::rig::Rig;

#[tokio::test]
async fn an_empty_dag_succeeds_at_once() {
    let ran = Rig::new().await.run(DagBuilder::new("empty")).await;
    assert_eq!(ran.state, RunState::Success);
}

#[tokio::test]
async fn values_flow_along_data_edges() {
    let rig = Rig::new().await;
    let dag = DagBuilder::new("sum");
    let one = dag.task("one", Add(1), Vec::new());
    let ten = dag.task("ten", Add(10), vec![one]);
    dag.task("all", Add(100), vec![one, ten]);
    let ran = rig.run(dag).await;
    assert_eq!(ran.state, RunState::Success);
    let value = rig.store.xcom(ran.key, ran.dag.find("all").unwrap(), MapIndex::NONE, "return_value").await.unwrap();
    assert_eq!(value, Some(XComValue::Json("112".into())));
    let all = ran.task("all");
    assert!(all.queued_at <= all.started_at && all.started_at <= all.ended_at && all.started_at.is_some());
}

#[tokio::test]
async fn a_wide_run_ends_with_every_task_recorded_in_full() {
    let rig = Rig::new().await;
    let dag = DagBuilder::new("wide");
    for n in 0..5_000 {
        dag.task(format!("t{n}"), Nothing, ());
    }
    let ran = rig.run(dag).await;
    assert_eq!((ran.state, ran.tasks.len()), (RunState::Success, 5_000));
    for task in &ran.tasks {
        assert_eq!((task.state, task.token.try_number, task.token.launch), (TaskState::Success, 1, 1));
        assert!(task.started_at.is_some() && task.ended_at.is_some() && task.worker.is_some());
    }
    let pools = rig.store.pools().await.unwrap();
    assert!(pools.iter().all(|pool| pool.used == 0), "{pools:?}");
}

#[tokio::test]
async fn ends_travel_downstream_by_trigger_rule() {
    let rig = Rig::new().await;
    let dag = DagBuilder::new("rules");
    let bad = dag.task("bad", Ending(End::Fail), ());
    let skip = dag.task("skip", Ending(End::Skip), ());
    let good = dag.task("good", Ending(End::Succeed), ());
    let after_bad = dag.task("after_bad", Nothing, ());
    let after_skip = dag.task("after_skip", Nothing, ());
    let cleanup = dag.task("cleanup", Nothing, ()).trigger_rule(TriggerRule::AllDone);
    let rescue = dag.task("rescue", Nothing, ()).trigger_rule(TriggerRule::OneFailed);
    order!(bad >> after_bad >> cleanup);
    order!(skip >> after_skip >> cleanup);
    order!([bad, good] >> rescue);
    let ran = rig.run(dag).await;
    use TaskState::{Failed, Skipped, Success, UpstreamFailed};
    assert_eq!(
        ran.states(),
        [
            ("bad", Some(Failed)),
            ("skip", Some(Skipped)),
            ("good", Some(Success)),
            ("after_bad", Some(UpstreamFailed)),
            ("after_skip", Some(Skipped)),
            ("cleanup", Some(Success)),
            ("rescue", Some(Success)),
        ]
    );
    assert_eq!(ran.state, RunState::Success, "only leaves decide");
}

#[tokio::test]
async fn a_failed_leaf_fails_the_run() {
    let dag = DagBuilder::new("leaf");
    dag.task("good", Nothing, ());
    dag.task("bad", Ending(End::FailForGood), ()).retries(5);
    let ran = Rig::new().await.run(dag).await;
    assert_eq!(ran.state, RunState::Failed);
    assert_eq!(ran.task("bad").error.as_deref(), Some("it failed for good"));
    assert_eq!(ran.task("bad").token.try_number, 1, "a fatal failure uses no retries");
}

#[tokio::test]
async fn the_journal_has_no_gaps() {
    let rig = Rig::new().await;
    let dag = DagBuilder::new("journal");
    let first = dag.task("first", Nothing, ());
    let second = dag.task("second", Nothing, ());
    order!(first >> second);
    let ran = rig.run(dag).await;
    let entries = rig.store.journal(ran.key.shard(), 0, 100).await.unwrap();
    let sequences: Vec<_> = entries.iter().map(|entry| entry.sequence).collect();
    assert_eq!(sequences, (1..=entries.len() as u64).collect::<Vec<_>>());
    // The DAG, the run, two tasks queued and ended, the run's end.
    assert_eq!(entries.len(), 7, "{entries:#?}");
}
