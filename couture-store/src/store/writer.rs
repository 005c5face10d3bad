//! The store's side for schedulers.

use async_trait::async_trait;
use couture_core::store::{
    Commit, CommitError, DagVersion, InboxId, Message, Pool, RunRecord, RunSnapshot, Shard, ShardSnapshot, Store,
    StoreError,
};
use couture_core::task::{XCom, XComValue};
use couture_core::{
    DagId, Epoch, MapIndex, PoolName, RunId, RunKey, RunState, ShardId, TaskIndex, Timestamp, WorkerId,
};

use super::SqlStore;
use crate::sql::Database;

#[async_trait]
impl Store for SqlStore {
    fn is_exclusive(&self) -> bool {
        matches!(self.database(), Database::Sqlite(_))
    }

    async fn shards(&self) -> Result<Vec<Shard>, StoreError> {
        self.shard_list().await
    }

    async fn claim(&self, shard: ShardId, seen: Epoch, owner: Option<&WorkerId>) -> Result<Option<Epoch>, StoreError> {
        self.claim_shard(shard, seen, owner).await
    }

    async fn beat(&self, worker: &WorkerId) -> Result<(), StoreError> {
        self.put_beat(worker).await
    }

    async fn beats(&self) -> Result<Vec<(WorkerId, u64)>, StoreError> {
        self.beat_list().await
    }

    async fn forget(&self, worker: &WorkerId) -> Result<(), StoreError> {
        self.remove_worker(worker).await
    }

    async fn put_version(&self, version: &DagVersion) -> Result<(), StoreError> {
        self.keep_version(version).await
    }

    async fn version(&self, version: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.version_json(version).await
    }

    async fn restore(&self, shard: ShardId) -> Result<ShardSnapshot, StoreError> {
        self.snapshot_of(shard).await
    }

    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.apply(commit).await
    }

    async fn post(&self, shard: ShardId, request: &Message) -> Result<InboxId, StoreError> {
        self.put_request(shard, request).await
    }

    async fn inbox(
        &self,
        shards: &[ShardId],
        limit: usize,
    ) -> Result<Vec<(InboxId, Result<Message, String>)>, StoreError> {
        self.requests(shards, limit).await
    }

    async fn existing_run_ids(&self, dag_id: &DagId, run_ids: &[RunId]) -> Result<Vec<RunId>, StoreError> {
        self.run_ids_among(dag_id, run_ids).await
    }

    async fn pools(&self) -> Result<Vec<Pool>, StoreError> {
        self.pool_list().await
    }

    async fn set_pool(&self, name: &PoolName, slots: u32) -> Result<(), StoreError> {
        self.put_pool(name, slots).await
    }

    async fn run_state(&self, run: RunKey) -> Result<Option<RunState>, StoreError> {
        self.state_of(run).await
    }

    async fn run_snapshot(&self, run: RunKey) -> Result<Option<RunSnapshot>, StoreError> {
        self.snapshot_of_run(run).await
    }

    async fn previous_run(
        &self,
        dag_id: &DagId,
        before: Timestamp,
        scheduled_only: bool,
    ) -> Result<Option<RunKey>, StoreError> {
        self.run_before(dag_id, before, scheduled_only).await
    }

    async fn runs_between(
        &self,
        dag_id: &DagId,
        first: Timestamp,
        last: Timestamp,
        limit: usize,
    ) -> Result<Vec<RunRecord>, StoreError> {
        self.runs_of_dates(dag_id, first, last, limit).await
    }

    async fn xcoms(&self, run: RunKey, task: TaskIndex, key: &str) -> Result<Vec<(MapIndex, XComValue)>, StoreError> {
        self.xcoms_of(run, task, key).await
    }

    async fn xcom(
        &self,
        run: RunKey,
        task: TaskIndex,
        map_index: MapIndex,
        key: &str,
    ) -> Result<Option<XComValue>, StoreError> {
        self.xcom_of(run, task, map_index, key).await
    }

    async fn newest_xcoms(
        &self,
        run: RunKey,
        task: TaskIndex,
        limit: usize,
    ) -> Result<Vec<(MapIndex, XCom)>, StoreError> {
        self.newest_xcoms_of(run, task, limit).await
    }
}
