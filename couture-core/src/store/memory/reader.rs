//! The store's side for those who look.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use super::browsing::sort;
use super::contents::{given, without_xcoms};
use super::run::{Place, StoredRun};
use crate::ids::{AssetName, DagId, MapIndex, RunId, RunKey, ShardId, TaskIndex};
use crate::state::{RunState, TaskState};
use crate::store::{
    AssetEvent, Backfill, DagRecord, GivenXCom, JournalEntry, MappedCount, RunCount, RunOrder, RunQuery, RunRecord,
    SlaMiss, StoreError, StoreReader, TaskQuery, TaskRecord, XComFilter,
};

use crate::time::Timestamp;

#[async_trait]
impl StoreReader for MemoryStore {
    async fn dags(&self, after: Option<&DagId>, limit: usize) -> Result<Vec<DagRecord>, StoreError> {
        let contents = self.contents();
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let dags = contents.dags.range::<DagId, _>((start, Bound::Unbounded));
        Ok(dags.take(limit).map(|(_, (_, dag))| dag.clone()).collect())
    }

    async fn dag(&self, dag_id: &DagId) -> Result<Option<DagRecord>, StoreError> {
        Ok(self.contents().dags.get(dag_id).map(|(_, dag)| dag.clone()))
    }

    async fn runs(
        &self,
        dag_id: Option<&DagId>,
        before: Option<RunKey>,
        limit: usize,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let contents = self.contents();
        let end = before.map_or(Bound::Unbounded, Bound::Excluded);
        let runs = contents.runs.range((Bound::Unbounded, end)).rev().map(|(_, run)| &run.record);
        Ok(runs.filter(|run| dag_id.is_none_or(|dag_id| run.dag_id == *dag_id)).take(limit).cloned().collect())
    }

    async fn find_runs(&self, query: &RunQuery, offset: usize, limit: usize) -> Result<Vec<RunRecord>, StoreError> {
        let contents = self.contents();
        let mut runs: Vec<&RunRecord> = contents.runs.values().map(|run| &run.record).collect();
        runs.retain(|run| query.takes(run));
        let is_of_one = query.dag_id.is_some() && query.order == RunOrder::Created;
        let value = |run: &RunRecord| if is_of_one { None } else { query.order.of(run) };
        sort(&mut runs, query.descending, |run| (value(run), run.key));
        Ok(runs.into_iter().skip(offset).take(limit).cloned().collect())
    }

    async fn count_runs(&self, query: &RunQuery) -> Result<usize, StoreError> {
        Ok(self.contents().runs.values().filter(|run| query.takes(&run.record)).count())
    }

    async fn runs_of(&self, keys: &[RunKey]) -> Result<Vec<RunRecord>, StoreError> {
        Ok(self.contents().runs_of(keys))
    }

    async fn run_versions(&self, query: &RunQuery, limit: usize) -> Result<Vec<String>, StoreError> {
        Ok(self.contents().run_versions(query, limit))
    }

    async fn count_run_states(
        &self,
        dags: Option<&BTreeSet<DagId>>,
        since: Option<Timestamp>,
    ) -> Result<Vec<RunCount>, StoreError> {
        Ok(self.contents().count_run_states(dags, since))
    }

    async fn run_dates(
        &self,
        dag_id: &DagId,
        first: Timestamp,
        last: Timestamp,
        limit: usize,
    ) -> Result<Vec<(Timestamp, RunState)>, StoreError> {
        let mut dates = self.contents().run_dates(dag_id, first, last);
        dates.truncate(limit);
        Ok(dates)
    }

    async fn find_tasks(&self, query: &TaskQuery, offset: usize, limit: usize) -> Result<Vec<TaskRecord>, StoreError> {
        Ok(self.contents().find_tasks(query, offset, limit))
    }

    async fn count_tasks(&self, query: &TaskQuery, limit: usize) -> Result<usize, StoreError> {
        Ok(self.contents().count_tasks(query, limit))
    }

    async fn count_task_states(&self, query: &RunQuery, limit: usize) -> Result<Vec<(TaskState, usize)>, StoreError> {
        Ok(self.contents().count_task_states(query, limit))
    }

    async fn plain_tasks(&self, runs: &[RunKey]) -> Result<Vec<TaskRecord>, StoreError> {
        Ok(self.contents().plain_tasks(runs))
    }

    async fn mapped_counts(&self, runs: &[RunKey]) -> Result<Vec<MappedCount>, StoreError> {
        Ok(self.contents().mapped_counts(runs))
    }

    async fn run(&self, dag_id: &DagId, run_id: &RunId) -> Result<Option<RunRecord>, StoreError> {
        let contents = self.contents();
        let run = contents.run_key(dag_id, run_id).and_then(|key| contents.runs.get(&key));
        Ok(run.map(|run| run.record.clone()))
    }

    async fn tasks(
        &self,
        run: RunKey,
        after: Option<(TaskIndex, MapIndex)>,
        limit: usize,
    ) -> Result<Vec<TaskRecord>, StoreError> {
        let contents = self.contents();
        let Some(run) = contents.runs.get(&run) else { return Ok(Vec::new()) };
        let start = after.map_or(Bound::Unbounded, |(task, map_index)| Bound::Excluded(Place::new(task, map_index)));
        Ok(run.tasks.range((start, Bound::Unbounded)).take(limit).map(|(_, task)| without_xcoms(task)).collect())
    }

    async fn mapped_tasks(&self, run: RunKey) -> Result<Vec<(TaskIndex, u32)>, StoreError> {
        let contents = self.contents();
        let Some(run) = contents.runs.get(&run) else { return Ok(Vec::new()) };
        let mut found = BTreeMap::<TaskIndex, u32>::new();
        for row in run.tasks.values() {
            let count = match (row.token.map_index, row.state) {
                (MapIndex::NONE, TaskState::Expanded | TaskState::Cleared) => row.length.unwrap_or(0),
                (MapIndex(at), _) => u32::try_from(at + 1).unwrap_or(0),
            };
            if count > 0 {
                let most = found.entry(row.token.task).or_default();
                *most = count.max(*most);
            }
        }
        Ok(found.into_iter().collect())
    }

    async fn tries(&self, run: RunKey, task: TaskIndex, map_index: MapIndex) -> Result<Vec<TaskRecord>, StoreError> {
        let contents = self.contents();
        let Some(run) = contents.runs.get(&run) else { return Ok(Vec::new()) };
        Ok(run.tries_of(Place::new(task, map_index)).map(without_xcoms).collect())
    }

    async fn find_xcoms(&self, filter: &XComFilter, offset: usize, limit: usize) -> Result<Vec<GivenXCom>, StoreError> {
        let contents = self.contents();
        let found = contents.runs.values().rev().flat_map(|run| found_xcoms(run, filter));
        Ok(found.skip(offset).take(limit).collect())
    }

    async fn count_xcoms(&self, filter: &XComFilter) -> Result<usize, StoreError> {
        Ok(self.contents().runs.values().map(|run| found_xcoms(run, filter).len()).sum())
    }

    async fn backfills(
        &self,
        dag_id: Option<&DagId>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Backfill>, StoreError> {
        let contents = self.contents();
        let end = before.map_or(Bound::Unbounded, Bound::Excluded);
        let backfills = contents.backfills.range((Bound::Unbounded, end)).rev().map(|(_, backfill)| backfill);
        Ok(backfills.filter(|of| dag_id.is_none_or(|dag_id| of.dag_id == *dag_id)).take(limit).cloned().collect())
    }

    async fn sla_misses(&self, dag_id: Option<&DagId>, limit: usize) -> Result<Vec<SlaMiss>, StoreError> {
        let contents = self.contents();
        let is_wanted = |miss: &&SlaMiss| dag_id.is_none_or(|dag_id| miss.dag_id == *dag_id);
        let mut misses: Vec<_> = contents.sla_misses.values().filter(is_wanted).cloned().collect();
        misses.sort_by_key(|miss| std::cmp::Reverse(miss.logical_date));
        misses.truncate(limit);
        Ok(misses)
    }

    async fn asset_events(
        &self,
        asset: Option<&AssetName>,
        newest_first: bool,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<AssetEvent>, StoreError> {
        let contents = self.contents();
        let is_wanted = |event: &&AssetEvent| asset.is_none_or(|asset| event.asset == *asset);
        let events = contents.asset_events.iter().filter(is_wanted);
        Ok(match newest_first {
            true => events.rev().skip(offset).take(limit).cloned().collect(),
            false => events.skip(offset).take(limit).cloned().collect(),
        })
    }

    async fn count_asset_events(&self, asset: Option<&AssetName>) -> Result<usize, StoreError> {
        let contents = self.contents();
        Ok(contents.asset_events.iter().filter(|event| asset.is_none_or(|asset| event.asset == *asset)).count())
    }

    async fn positions(&self) -> Result<Vec<(ShardId, u64)>, StoreError> {
        let contents = self.contents();
        let shards = contents.shards.iter().enumerate();
        Ok(shards.map(|(id, shard)| (ShardId(id as u32), shard.sequence())).collect())
    }

    async fn journal(&self, shard: ShardId, after: u64, limit: usize) -> Result<Vec<JournalEntry>, StoreError> {
        let contents = self.contents();
        let entries = contents.shard(shard)?.journal.iter();
        Ok(entries.skip(usize::try_from(after).unwrap_or(usize::MAX)).take(limit).cloned().collect())
    }
}

/// The XComs of `run` that `filter` is about, in order.
fn found_xcoms(run: &StoredRun, filter: &XComFilter) -> Vec<GivenXCom> {
    let mut found = Vec::new();
    for row in run.tasks.values() {
        let (task, map_index) = (row.token.task, row.token.map_index);
        let taken = given(row).filter(|xcom| filter.takes(&run.record, task, map_index, &xcom.key));
        let mut of_row: Vec<_> =
            taken.map(|xcom| GivenXCom::new(&run.record, (task, map_index), row.ended_at, xcom)).collect();
        of_row.sort_unstable_by(|left, right| left.key.cmp(&right.key));
        found.append(&mut of_row);
    }
    found
}
