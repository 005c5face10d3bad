//! Records to write, and a writer that keeps count of its shard.

use serde_json::{Value, json};

use crate::ids::{
    AssetName, AttemptToken, DagId, Epoch, MapIndex, RunId, RunKey, ShardId, TaskId, TaskIndex, WorkerId,
};
use crate::schedule::DataInterval;
use crate::state::{RunState, RunType, TaskState};
use crate::store::{
    AssetEvent, AssetNews, Backfill, BackfillState, ChangedAssets, Commit, CommitError, DagRecord, Record, Reprocess,
    RunChange, RunOrigin, RunRecord, ShardCommit, SlaMiss, Store, TaskRecord, TriggeredBy,
};
use crate::time::Timestamp;

/// The moment of all sample commits.
pub(super) const AT: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// The owner of one shard, as a driver is.
#[derive(Clone, Debug)]
pub struct ShardWriter {
    /// The shard.
    pub shard: ShardId,
    /// The epoch of the last claim.
    pub epoch: Epoch,
    /// The last journal position.
    pub sequence: u64,
}

impl ShardWriter {
    /// Claims `shard` and continues its journal.
    pub async fn claim<S: Store + ?Sized>(store: &S, shard: u32) -> Self {
        let shard = ShardId(shard);
        let seen = store.shards().await.unwrap()[shard.0 as usize].epoch;
        let owner = WorkerId::new("tester", 1);
        let epoch = store.claim(shard, seen, Some(&owner)).await.unwrap().expect("nobody else claims");
        Self { shard, epoch, sequence: store.restore(shard).await.unwrap().sequence }
    }

    /// The key of a run that the record number `ahead` (from 0) of the next commit creates.
    pub fn key(&self, ahead: u64) -> RunKey {
        RunKey::new(self.shard, self.sequence + 1 + ahead)
    }

    /// `records` as they follow what this writer has written.
    pub fn part(&self, records: Vec<Record>) -> ShardCommit {
        ShardCommit { shard: self.shard, epoch: self.epoch, sequence: self.sequence, records }
    }

    /// A commit of this shard alone.
    pub fn commit(&self, records: Vec<Record>) -> Commit {
        Commit { at: AT, shards: vec![self.part(records)], pools: Vec::new() }
    }

    /// Writes `records`, and counts them if the store took them.
    pub async fn try_write<S: Store + ?Sized>(&mut self, store: &S, records: Vec<Record>) -> Result<(), CommitError> {
        let count = records.len() as u64;
        store.commit(&self.commit(records)).await?;
        self.sequence += count;
        Ok(())
    }

    /// Writes `records`, which must succeed.
    pub async fn write<S: Store + ?Sized>(&mut self, store: &S, records: Vec<Record>) {
        self.try_write(store, records).await.unwrap();
    }

    /// Creates a running run of DAG `dag_id`, which must succeed.
    pub async fn create_run<S: Store + ?Sized>(&mut self, store: &S, dag_id: &str, run_id: &str) -> RunKey {
        let key = self.key(0);
        self.write(store, vec![Record::RunCreated(sample_run(key, dag_id, run_id))]).await;
        key
    }
}

/// A DAG that is active and not paused.
pub fn sample_dag(dag_id: &str) -> DagRecord {
    DagRecord {
        dag_id: DagId::new(dag_id).unwrap(),
        paused: false,
        active: true,
        version: "v1".to_owned(),
        last_interval: None,
        changed_assets: ChangedAssets::default(),
    }
}

/// Changes of these assets, one each.
pub(super) fn sample_changes(assets: impl IntoIterator<Item = AssetName>) -> ChangedAssets {
    let mut changed = ChangedAssets { last_run: Some(Timestamp::from_micros(-7)), ..ChangedAssets::default() };
    for asset in assets {
        changed.add(&AssetNews { asset, at: AT, data_interval: DataInterval::at(AT) });
    }
    changed
}

/// All that can be said of who asked for a run.
pub(super) fn sample_origin() -> RunOrigin {
    RunOrigin {
        triggered_by: Some(TriggeredBy::RestApi),
        user: Some("Ada%".to_owned()),
        run_after: Some(Timestamp::from_micros(25)),
    }
}

/// A run in state running.
pub fn sample_run(key: RunKey, dag_id: &str, run_id: &str) -> RunRecord {
    RunRecord {
        key,
        dag_id: DagId::new(dag_id).unwrap(),
        version: "v1".to_owned(),
        run_id: RunId::new(run_id).unwrap(),
        run_type: RunType::Manual,
        logical_date: Timestamp::from_micros(5),
        data_interval: DataInterval::at(Timestamp::from_micros(5)),
        backfill: None,
        origin: RunOrigin::default(),
        conf: json!({"who": "tester"}),
        state: RunState::Running,
        queued_at: AT,
        started_at: Some(AT),
        ended_at: None,
        cancelled: false,
    }
}

/// A change of a run to `state`.
pub(super) fn change(key: RunKey, state: RunState) -> Record {
    let ended_at = state.is_finished().then_some(AT);
    Record::RunChanged(RunChange { key, state, started_at: Some(AT), ended_at, cancelled: false, version: None })
}

/// The first attempt of a task that is not mapped, in `state`.
pub fn sample_task(run: RunKey, task: u32, state: TaskState) -> TaskRecord {
    TaskRecord {
        token: AttemptToken { run, task: TaskIndex(task), map_index: MapIndex::NONE, try_number: 1, launch: 1 },
        state,
        worker: Some(WorkerId::new("tester", 1)),
        lost: 0,
        queued_at: Some(AT),
        started_at: None,
        ended_at: state.is_finished().then_some(AT),
        retry_at: None,
        error: None,
        xcoms: Vec::new(),
        max_tries: 0,
        length: None,
        decision: None,
        deferral: None,
    }
}

/// A backfill of DAG `dag_id` that is running, whose number is that of `key`.
pub(super) fn sample_backfill(key: RunKey, dag_id: &str) -> Backfill {
    Backfill {
        number: key.0,
        dag_id: DagId::new(dag_id).unwrap(),
        from: Timestamp::from_micros(1),
        to: Timestamp::from_micros(9),
        max_active_runs: 1,
        reprocess: Reprocess::None,
        reverse: false,
        conf: json!({}),
        state: BackfillState::Running,
        reached: None,
        created_at: AT,
        ended_at: None,
    }
}

/// An SLA that a task of `run` has missed.
pub(super) fn sample_sla_miss(run: RunKey, dag_id: &str, task_id: &str, date: i64) -> SlaMiss {
    SlaMiss {
        dag_id: DagId::new(dag_id).unwrap(),
        task_id: TaskId::new(task_id).unwrap(),
        logical_date: Timestamp::from_micros(date),
        run,
        at: AT,
    }
}

/// A change of an asset that nobody's task made.
pub(super) fn sample_asset_event(asset: &str, at: i64) -> AssetEvent {
    AssetEvent {
        asset: AssetName::new(asset).unwrap(),
        at: Timestamp::from_micros(at),
        source: None,
        extra: Value::Null,
    }
}

/// The record of `task`.
pub(super) fn record(task: TaskRecord) -> Record {
    Record::Task(Box::new(task))
}

/// The first attempts of the tasks `0..count`.
pub(super) fn records(run: RunKey, count: u32, state: TaskState) -> Vec<Record> {
    (0..count).map(|task| record(sample_task(run, task, state))).collect()
}

/// The shards that a commit was refused for as stale.
#[track_caller]
pub(super) fn stale(result: Result<(), CommitError>) -> Vec<u32> {
    match result {
        Err(CommitError::Stale(shards)) => shards.into_iter().map(|shard| shard.0).collect(),
        other => panic!("expected a stale commit, got {other:?}"),
    }
}
