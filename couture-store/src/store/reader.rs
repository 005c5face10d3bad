//! The store's side for those who look.

use async_trait::async_trait;
use couture_core::store::{
    AssetEvent, Backfill, DagRecord, GivenXCom, JournalEntry, RunQuery, RunRecord, SlaMiss, StoreError, StoreReader,
    TaskRecord, XComFilter,
};
use couture_core::{AssetName, DagId, MapIndex, RunId, RunKey, ShardId, TaskIndex};

use super::SqlStore;

#[async_trait]
impl StoreReader for SqlStore {
    async fn dags(&self, after: Option<&DagId>, limit: usize) -> Result<Vec<DagRecord>, StoreError> {
        self.dags_after(after, limit).await
    }

    async fn dag(&self, dag_id: &DagId) -> Result<Option<DagRecord>, StoreError> {
        self.dag_by_id(dag_id).await
    }

    async fn runs(
        &self,
        dag_id: Option<&DagId>,
        before: Option<RunKey>,
        limit: usize,
    ) -> Result<Vec<RunRecord>, StoreError> {
        self.runs_before(dag_id, before, limit).await
    }

    async fn find_runs(&self, query: &RunQuery, offset: usize, limit: usize) -> Result<Vec<RunRecord>, StoreError> {
        self.runs_found(query, offset, limit).await
    }

    async fn count_runs(&self, query: &RunQuery) -> Result<usize, StoreError> {
        self.runs_counted(query).await
    }

    async fn run(&self, dag_id: &DagId, run_id: &RunId) -> Result<Option<RunRecord>, StoreError> {
        self.run_by_id(dag_id, run_id).await
    }

    async fn tasks(
        &self,
        run: RunKey,
        after: Option<(TaskIndex, MapIndex)>,
        limit: usize,
    ) -> Result<Vec<TaskRecord>, StoreError> {
        self.tasks_after(run, after, limit).await
    }

    async fn mapped_tasks(&self, run: RunKey) -> Result<Vec<(TaskIndex, u32)>, StoreError> {
        self.mapped_tasks_of(run).await
    }

    async fn tries(&self, run: RunKey, task: TaskIndex, map_index: MapIndex) -> Result<Vec<TaskRecord>, StoreError> {
        self.tries_of(run, task, map_index).await
    }

    async fn find_xcoms(&self, filter: &XComFilter, offset: usize, limit: usize) -> Result<Vec<GivenXCom>, StoreError> {
        self.xcoms_found(filter, offset, limit).await
    }

    async fn count_xcoms(&self, filter: &XComFilter) -> Result<usize, StoreError> {
        self.xcoms_counted(filter).await
    }

    async fn backfills(
        &self,
        dag_id: Option<&DagId>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Backfill>, StoreError> {
        self.backfills_before(dag_id, before, limit).await
    }

    async fn sla_misses(&self, dag_id: Option<&DagId>, limit: usize) -> Result<Vec<SlaMiss>, StoreError> {
        self.newest_sla_misses(dag_id, limit).await
    }

    async fn asset_events(
        &self,
        asset: Option<&AssetName>,
        newest_first: bool,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<AssetEvent>, StoreError> {
        self.asset_event_list(asset, newest_first, offset, limit).await
    }

    async fn count_asset_events(&self, asset: Option<&AssetName>) -> Result<usize, StoreError> {
        self.asset_events_counted(asset).await
    }

    async fn positions(&self) -> Result<Vec<(ShardId, u64)>, StoreError> {
        self.journal_positions().await
    }

    async fn journal(&self, shard: ShardId, after: u64, limit: usize) -> Result<Vec<JournalEntry>, StoreError> {
        self.journal_after(shard, after, limit).await
    }
}
