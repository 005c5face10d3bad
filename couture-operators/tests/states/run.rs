//! Runs a case's DAG on the real engine, from a store that holds its run already.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use couture_core::clock::SystemClock;
use couture_core::schedule::DataInterval;
use couture_core::store::{
    Commit, DagRecord, DagVersion, MemoryStore, Record, RunRecord, ShardCommit, Store, StoreReader,
};
use couture_core::task::XComValue;
use couture_core::{
    Clock, Dag, Engine, EngineSettings, Epoch, LocalExecutor, LocalSettings, Now, RunId, RunKey, RunState, Services,
    ShardId, TaskState, Timestamp, WorkerId,
};

use crate::case::{Case, Ended};
use crate::{examples, probes};

/// A Saturday, on which the answers do not depend.
const NOW: &str = "2026-07-04T12:00:00Z";

/// Its wall stands still; it waits as the system's does.
#[derive(Debug)]
struct Standing(SystemClock, Timestamp);

#[async_trait]
impl Clock for Standing {
    fn now(&self) -> Now {
        Now { wall: self.1, mono: self.0.now().mono }
    }
    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }
}

pub async fn to_its_end(case: &Case) -> Ended {
    let dag =
        probes::dag(case).or_else(|| examples::dag(case)).unwrap_or_else(|| panic!("{} is not written", case.dag_id));
    assert_eq!(dag.dag_id.as_str(), case.dag_id);
    let store = MemoryStore::new(1);
    let key = prepare(&store, &dag, case).await;
    let clock = Arc::new(Standing(SystemClock::new(), Timestamp::parse(NOW).unwrap()));
    let shared = Arc::new(store.clone());
    let worker = WorkerId::new("test", 1);
    // One after the other, by priority, as the answers were measured: some depend on that order.
    let local = LocalSettings { capacity: 1, threads: 2, ..LocalSettings::default() };
    let executor = LocalExecutor::new(worker, local, clock.clone(), shared.clone(), Services::default());
    let engine = Engine::start(shared, Arc::new(executor), clock, EngineSettings::default()).await.unwrap();
    let state =
        tokio::time::timeout(Duration::from_secs(60), engine.finished(key)).await.expect("the run ends").unwrap();
    engine.stop().await;
    ended(&store, &dag, key, state).await
}

/// Puts the DAG and its run into the store, as an earlier server would have left them.
async fn prepare(store: &MemoryStore, dag: &Dag, case: &Case) -> RunKey {
    let shard = ShardId(0);
    let version = DagVersion::of(dag);
    store.put_version(&version).await.unwrap();
    let earlier = WorkerId::new("earlier", 1);
    let epoch = store.claim(shard, Epoch(0), Some(&earlier)).await.unwrap().unwrap();
    let key = RunKey::new(shard, 2);
    let end = dag.timetable.following(case.logical_date).unwrap_or(case.logical_date);
    let run = RunRecord {
        key,
        dag_id: dag.dag_id.clone(),
        version: version.version.clone(),
        run_id: RunId::new("the_run").unwrap(),
        run_type: case.run_type,
        logical_date: case.logical_date,
        data_interval: DataInterval::new(case.logical_date, end),
        backfill: None,
        origin: Default::default(),
        conf: serde_json::json!({}),
        state: RunState::Queued,
        queued_at: case.logical_date,
        started_at: None,
        ended_at: None,
        cancelled: false,
    };
    let known = DagRecord {
        dag_id: dag.dag_id.clone(),
        paused: false,
        active: true,
        version: version.version,
        last_interval: None,
        changed_assets: Default::default(),
    };
    let records = vec![Record::Dag(known), Record::RunCreated(run)];
    let shards = vec![ShardCommit { shard, epoch, sequence: 0, records }];
    store.commit(&Commit { at: case.logical_date, shards, pools: Vec::new() }).await.unwrap();
    key
}

async fn ended(store: &MemoryStore, dag: &Dag, key: RunKey, state: RunState) -> Ended {
    let (mut tasks, mut outputs) = (BTreeMap::new(), BTreeMap::new());
    for row in store.tasks(key, None, usize::MAX).await.unwrap() {
        let (task, map_index) = (row.token.task, row.token.map_index);
        let mut id = dag.task(task).task_id.to_string();
        if row.state == TaskState::Expanded {
            continue;
        }
        if map_index.0 >= 0 {
            id = format!("{id}[{}]", map_index.0);
        }
        if let Some(XComValue::Json(json)) = store.xcom(key, task, map_index, "return_value").await.unwrap() {
            outputs.insert(id.clone(), serde_json::from_str(&json).unwrap());
        }
        tasks.insert(id, row.state.to_string());
    }
    Ended { state: state.to_string(), tasks, outputs }
}
