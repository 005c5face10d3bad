//! The store's side for those who look.

use std::collections::BTreeSet;
use std::fmt::Debug;

use async_trait::async_trait;

use crate::ids::{AssetName, DagId, MapIndex, RunId, RunKey, ShardId, TaskIndex};
use crate::state::{RunState, TaskState};
use crate::time::Timestamp;

use super::asset_event::AssetEvent;
use super::backfill::Backfill;
use super::error::StoreError;
use super::given_xcom::{GivenXCom, XComFilter};
use super::records::{DagRecord, JournalEntry, RunRecord, TaskRecord};
use super::run_query::RunQuery;
use super::sla_miss::SlaMiss;
use super::task_query::{MappedCount, RunCount, TaskQuery};

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

    /// The runs with these keys, by key, ascending; those that are not there are left out.
    async fn runs_of(&self, keys: &[RunKey]) -> Result<Vec<RunRecord>, StoreError>;

    /// The versions that the runs are pinned to which `query` is about, by text; at most `limit`.
    async fn run_versions(&self, query: &RunQuery, limit: usize) -> Result<Vec<String>, StoreError>;

    /// How many runs of each DAG, or of each of these, that were created at `since` or later are in each state; by DAG and state.
    async fn count_run_states(
        &self,
        dags: Option<&BTreeSet<DagId>>,
        since: Option<Timestamp>,
    ) -> Result<Vec<RunCount>, StoreError>;

    /// The logical dates and states of a DAG's runs from `first` to `last`, both included, by date and then by creation; at most `limit`.
    async fn run_dates(
        &self,
        dag_id: &DagId,
        first: Timestamp,
        last: Timestamp,
        limit: usize,
    ) -> Result<Vec<(Timestamp, RunState)>, StoreError>;

    /// At most `limit` of the task instances that `query` is about, after the first `offset`; without XComs.
    async fn find_tasks(&self, query: &TaskQuery, offset: usize, limit: usize) -> Result<Vec<TaskRecord>, StoreError>;

    /// How many task instances `query` is about; at most `limit` are counted.
    async fn count_tasks(&self, query: &TaskQuery, limit: usize) -> Result<usize, StoreError>;

    /// How many task instances of the runs that `query` is about are in each state, by state; at most `limit` are counted.
    async fn count_task_states(&self, query: &RunQuery, limit: usize) -> Result<Vec<(TaskState, usize)>, StoreError>;

    /// The rows of all tasks of these runs that are not instances of mapped ones, by run and task, ascending; without XComs. The caller
    /// bounds the runs.
    async fn plain_tasks(&self, runs: &[RunKey]) -> Result<Vec<TaskRecord>, StoreError>;

    /// How many instances of mapped tasks of these runs are in each state, by run, task and state, ascending.
    async fn mapped_counts(&self, runs: &[RunKey]) -> Result<Vec<MappedCount>, StoreError>;

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
