//! The store's side for those who look.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::ids::{AssetName, DagId, MapIndex, RunId, RunKey, ShardId, TaskIndex};

use super::asset_event::AssetEvent;
use super::backfill::Backfill;
use super::error::StoreError;
use super::given_xcom::{GivenXCom, XComFilter};
use super::records::{DagRecord, JournalEntry, RunRecord, TaskRecord};
use super::run_query::RunQuery;
use super::sla_miss::SlaMiss;

/// Looks at what a store holds, without changing it.
#[async_trait]
pub trait StoreReader: Debug + Send + Sync {
    /// DAGs by id, ascending, after `after`.
    async fn dags(&self, after: Option<&DagId>, limit: usize) -> Result<Vec<DagRecord>, StoreError>;

    /// One DAG.
    async fn dag(&self, dag_id: &DagId) -> Result<Option<DagRecord>, StoreError>;

    /// The runs of a DAG, or of all, by key, descending, below `before`. For one DAG that is newest first; for all it is so within
    /// each shard, and the shards follow one another.
    async fn runs(
        &self,
        dag_id: Option<&DagId>,
        before: Option<RunKey>,
        limit: usize,
    ) -> Result<Vec<RunRecord>, StoreError>;

    /// At most `limit` of the runs that `query` is about, after the first `offset`.
    async fn find_runs(&self, query: &RunQuery, offset: usize, limit: usize) -> Result<Vec<RunRecord>, StoreError>;

    /// How many runs `query` is about.
    async fn count_runs(&self, query: &RunQuery) -> Result<usize, StoreError>;

    /// One run.
    async fn run(&self, dag_id: &DagId, run_id: &RunId) -> Result<Option<RunRecord>, StoreError>;

    /// The task instances of a run, by task and map index, ascending, after `after`; without XComs.
    async fn tasks(
        &self,
        run: RunKey,
        after: Option<(TaskIndex, MapIndex)>,
        limit: usize,
    ) -> Result<Vec<TaskRecord>, StoreError>;

    /// The tasks of a run that have instances of their own, ascending, each with how many: one more than the highest map index. Not
    /// every instance has a row, and some may be removed.
    async fn mapped_tasks(&self, run: RunKey) -> Result<Vec<(TaskIndex, u32)>, StoreError>;

    /// The earlier tries of a task instance, by try, ascending; without XComs. The current one is not among them.
    async fn tries(&self, run: RunKey, task: TaskIndex, map_index: MapIndex) -> Result<Vec<TaskRecord>, StoreError>;

    /// At most `limit` of the XComs that `filter` is about, after the first `offset`: newest run first, in a run by task, map index and
    /// key, ascending.
    async fn find_xcoms(&self, filter: &XComFilter, offset: usize, limit: usize) -> Result<Vec<GivenXCom>, StoreError>;

    /// How many XComs `filter` is about.
    async fn count_xcoms(&self, filter: &XComFilter) -> Result<usize, StoreError>;

    /// The backfills of a DAG, or of all, by number, descending, below `before`.
    async fn backfills(
        &self,
        dag_id: Option<&DagId>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Backfill>, StoreError>;

    /// The SLA misses of a DAG, or of all, newest logical date first; at most `limit`.
    async fn sla_misses(&self, dag_id: Option<&DagId>, limit: usize) -> Result<Vec<SlaMiss>, StoreError>;

    /// The changes of an asset, or of all, in the order in which they were recorded, or newest first: at most `limit` after the first
    /// `offset`.
    async fn asset_events(
        &self,
        asset: Option<&AssetName>,
        newest_first: bool,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<AssetEvent>, StoreError>;

    /// How many changes of an asset, or of all, there are.
    async fn count_asset_events(&self, asset: Option<&AssetName>) -> Result<usize, StoreError>;

    /// The last position of each shard's journal, by shard, ascending.
    async fn positions(&self) -> Result<Vec<(ShardId, u64)>, StoreError>;

    /// The journal of `shard` after position `after`.
    async fn journal(&self, shard: ShardId, after: u64, limit: usize) -> Result<Vec<JournalEntry>, StoreError>;
}
