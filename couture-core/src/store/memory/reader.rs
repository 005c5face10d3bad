//! The store's side for those who look.

use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use super::contents::without_xcoms;
use super::run::Place;
use crate::ids::{DagId, MapIndex, RunId, RunKey, ShardId, TaskIndex};
use crate::store::{DagRecord, JournalEntry, RunRecord, StoreError, StoreReader, TaskRecord};

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

    async fn journal(&self, shard: ShardId, after: u64, limit: usize) -> Result<Vec<JournalEntry>, StoreError> {
        let contents = self.contents();
        let entries = contents.shard(shard)?.journal.iter();
        Ok(entries.skip(usize::try_from(after).unwrap_or(usize::MAX)).take(limit).cloned().collect())
    }
}
