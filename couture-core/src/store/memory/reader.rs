//! The store's side for those who look.

use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use super::contents::without_xcoms;
use super::run::Place;
use crate::ids::{AssetName, DagId, MapIndex, RunId, RunKey, ShardId, TaskIndex};
use crate::store::{
    AssetEvent, Backfill, DagRecord, JournalEntry, RunRecord, SlaMiss, StoreError, StoreReader, TaskRecord,
};

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

    async fn tries(&self, run: RunKey, task: TaskIndex, map_index: MapIndex) -> Result<Vec<TaskRecord>, StoreError> {
        let contents = self.contents();
        let Some(run) = contents.runs.get(&run) else { return Ok(Vec::new()) };
        Ok(run.tries_of(Place::new(task, map_index)).map(without_xcoms).collect())
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

    async fn asset_events(&self, asset: Option<&AssetName>, limit: usize) -> Result<Vec<AssetEvent>, StoreError> {
        let contents = self.contents();
        let events = contents.asset_events.iter().rev();
        Ok(events.filter(|event| asset.is_none_or(|asset| event.asset == *asset)).take(limit).cloned().collect())
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
