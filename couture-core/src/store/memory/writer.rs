//! The store's side for schedulers.

use std::cmp::Reverse;

use async_trait::async_trait;

use super::MemoryStore;
use super::contents::{given, without_xcoms};
use super::run::{Place, StoredRun};
use crate::ids::{DagId, Epoch, MapIndex, PoolName, RunId, RunKey, ShardId, TaskIndex, WorkerId};
use crate::state::{RunState, RunType};
use crate::store::{
    Commit, CommitError, DagVersion, InboxId, Message, Pool, RunRecord, RunSnapshot, Shard, ShardSnapshot, Store,
    StoreError, TaskRecord,
};
use crate::task::{XCom, XComValue};
use crate::time::Timestamp;

#[async_trait]
impl Store for MemoryStore {
    fn is_exclusive(&self) -> bool {
        self.exclusive
    }

    async fn shards(&self) -> Result<Vec<Shard>, StoreError> {
        Ok(self.contents().shard_list())
    }

    async fn claim(&self, shard: ShardId, seen: Epoch, owner: Option<&WorkerId>) -> Result<Option<Epoch>, StoreError> {
        Ok(self.contents().claim(shard, seen, owner))
    }

    async fn beat(&self, worker: &WorkerId) -> Result<(), StoreError> {
        *self.contents().beats.entry(worker.clone()).or_default() += 1;
        Ok(())
    }

    async fn beats(&self) -> Result<Vec<(WorkerId, u64)>, StoreError> {
        Ok(self.contents().beats.iter().map(|(worker, value)| (worker.clone(), *value)).collect())
    }

    async fn forget(&self, worker: &WorkerId) -> Result<(), StoreError> {
        self.contents().beats.remove(worker);
        Ok(())
    }

    async fn put_version(&self, version: &DagVersion) -> Result<(), StoreError> {
        self.contents().versions.entry(version.version.clone()).or_insert_with(|| version.json.clone());
        Ok(())
    }

    async fn version(&self, version: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.contents().versions.get(version).cloned())
    }

    async fn restore(&self, shard: ShardId) -> Result<ShardSnapshot, StoreError> {
        self.contents().restore(shard)
    }

    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        self.contents().commit(commit)
    }

    async fn post(&self, shard: ShardId, message: &Message) -> Result<InboxId, StoreError> {
        self.contents().post(shard, message)
    }

    async fn inbox(
        &self,
        shards: &[ShardId],
        limit: usize,
    ) -> Result<Vec<(InboxId, Result<Message, String>)>, StoreError> {
        let contents = self.contents();
        let of_shard = |shard: &ShardId| {
            let ids = InboxId { shard: *shard, number: i64::MIN }..=InboxId { shard: *shard, number: i64::MAX };
            contents.inbox.range(ids).take(limit).map(|(id, message)| (*id, Ok(message.clone())))
        };
        Ok(shards.iter().flat_map(of_shard).collect())
    }

    async fn existing_run_ids(&self, dag_id: &DagId, run_ids: &[RunId]) -> Result<Vec<RunId>, StoreError> {
        let contents = self.contents();
        Ok(run_ids.iter().filter(|run_id| contents.run_key(dag_id, run_id).is_some()).cloned().collect())
    }

    async fn pools(&self) -> Result<Vec<Pool>, StoreError> {
        Ok(self.contents().pools.values().cloned().collect())
    }

    async fn set_pool(&self, name: &PoolName, slots: u32) -> Result<(), StoreError> {
        self.contents().set_pool(name, slots);
        Ok(())
    }

    async fn run_state(&self, run: RunKey) -> Result<Option<RunState>, StoreError> {
        Ok(self.contents().runs.get(&run).map(|run| run.record.state))
    }

    async fn run_snapshot(&self, run: RunKey) -> Result<Option<RunSnapshot>, StoreError> {
        let contents = self.contents();
        let snapshot = |run: &StoredRun| RunSnapshot {
            run: run.record.clone(),
            tasks: run.tasks.values().map(without_xcoms).collect(),
        };
        Ok(contents.runs.get(&run).map(snapshot))
    }

    async fn previous_run(
        &self,
        dag_id: &DagId,
        before: Timestamp,
        scheduled_only: bool,
    ) -> Result<Option<RunKey>, StoreError> {
        let contents = self.contents();
        let counts = |run: &&RunRecord| {
            run.dag_id == *dag_id
                && run.logical_date < before
                && !(scheduled_only && matches!(run.run_type, RunType::Manual | RunType::AssetTriggered))
        };
        let runs = contents.runs.values().map(|run| &run.record).filter(counts);
        Ok(runs.max_by_key(|run| (run.logical_date, run.key)).map(|run| run.key))
    }

    async fn runs_between(
        &self,
        dag_id: &DagId,
        first: Timestamp,
        last: Timestamp,
        limit: usize,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let contents = self.contents();
        let is_wanted = |run: &&RunRecord| run.dag_id == *dag_id && (first..=last).contains(&run.logical_date);
        let mut runs: Vec<_> = contents.runs.values().map(|run| &run.record).filter(is_wanted).cloned().collect();
        runs.sort_by_key(|run| (run.logical_date, run.key));
        runs.truncate(limit);
        Ok(runs)
    }

    async fn xcoms(&self, run: RunKey, task: TaskIndex, key: &str) -> Result<Vec<(MapIndex, XComValue)>, StoreError> {
        let contents = self.contents();
        let Some(run) = contents.runs.get(&run) else { return Ok(Vec::new()) };
        let of_task = run.tasks.values().filter(|row| row.token.task == task);
        let value = |row: &TaskRecord| {
            let xcom = row.xcoms.iter().rfind(|xcom| *xcom.key == *key)?;
            Some((row.token.map_index, xcom.value.clone()))
        };
        Ok(of_task.filter_map(value).collect())
    }

    async fn xcom(
        &self,
        run: RunKey,
        task: TaskIndex,
        map_index: MapIndex,
        key: &str,
    ) -> Result<Option<XComValue>, StoreError> {
        let contents = self.contents();
        let task = contents.runs.get(&run).and_then(|run| run.tasks.get(&Place::new(task, map_index)));
        let xcom = task.and_then(|task| task.xcoms.iter().rfind(|xcom| *xcom.key == *key));
        Ok(xcom.map(|xcom| xcom.value.clone()))
    }

    async fn newest_xcoms(
        &self,
        run: RunKey,
        task: TaskIndex,
        limit: usize,
    ) -> Result<Vec<(MapIndex, XCom)>, StoreError> {
        let contents = self.contents();
        let Some(run) = contents.runs.get(&run) else { return Ok(Vec::new()) };
        let mut rows: Vec<_> = run.tasks.values().filter(|row| row.token.task == task).collect();
        rows.sort_by_key(|row| Reverse((row.ended_at, row.token.map_index)));
        let given = rows.into_iter().flat_map(|row| given(row).rev().map(|xcom| (row.token.map_index, xcom.clone())));
        Ok(given.take(limit).collect())
    }
}
