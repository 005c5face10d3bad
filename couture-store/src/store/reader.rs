//! The store's side for those who look.

use std::collections::BTreeSet;

use async_trait::async_trait;
use couture_core::store::{
    AssetEvent, Backfill, DagRecord, GivenXCom, JournalEntry, RunQuery, RunRecord, SlaMiss, StoreError, StoreReader,
    TaskRecord, XComFilter,
};
use couture_core::store::{MappedCount, RunCount, TaskQuery};
use couture_core::{AssetName, DagId, MapIndex, RunId, RunKey, RunState, ShardId, TaskIndex, TaskState, Timestamp};

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

    async fn runs_of(&self, keys: &[RunKey]) -> Result<Vec<RunRecord>, StoreError> {
        self.runs_with_keys(keys).await
    }

    async fn run_versions(&self, query: &RunQuery, limit: usize) -> Result<Vec<String>, StoreError> {
        self.versions_of(query, limit).await
    }

    async fn count_run_states(
        &self,
        dags: Option<&BTreeSet<DagId>>,
        since: Option<Timestamp>,
    ) -> Result<Vec<RunCount>, StoreError> {
        self.run_states(dags, since).await
    }

    async fn run_dates(
        &self,
        dag_id: &DagId,
        first: Timestamp,
        last: Timestamp,
        limit: usize,
    ) -> Result<Vec<(Timestamp, RunState)>, StoreError> {
        self.dates_of_runs(dag_id, first, last, limit).await
    }

    async fn find_tasks(&self, query: &TaskQuery, offset: usize, limit: usize) -> Result<Vec<TaskRecord>, StoreError> {
        self.tasks_found(query, offset, limit).await
    }

    async fn count_tasks(&self, query: &TaskQuery, limit: usize) -> Result<usize, StoreError> {
        self.tasks_counted(query, limit).await
    }

    async fn count_task_states(&self, query: &RunQuery, limit: usize) -> Result<Vec<(TaskState, usize)>, StoreError> {
        self.task_states(query, limit).await
    }

    async fn plain_tasks(&self, runs: &[RunKey]) -> Result<Vec<TaskRecord>, StoreError> {
        self.plain_tasks_of(runs).await
    }

    async fn mapped_counts(&self, runs: &[RunKey]) -> Result<Vec<MappedCount>, StoreError> {
        self.mapped_counts_of(runs).await
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
