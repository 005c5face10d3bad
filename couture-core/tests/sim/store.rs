//! A store behind a network that cannot be relied on.

use std::sync::Arc;

use async_trait::async_trait;
use couture_core::store::{
    Commit, CommitError, DagVersion, InboxId, MemoryStore, Message, Pool, RunRecord, RunSnapshot, Shard, ShardSnapshot,
    Store, StoreError,
};
use couture_core::task::{XCom, XComValue};
use couture_core::{
    DagId, Epoch, MapIndex, PoolName, RunId, RunKey, RunState, ShardId, TaskIndex, Timestamp, WorkerId,
};
use futures_util::FutureExt;

use crate::faults::Faults;
use crate::promises::Promises;
use crate::world::{Life, World};

pub struct SimStore {
    pub world: Arc<World>,
    pub inner: MemoryStore,
    pub faults: Arc<Faults>,
    pub promises: Arc<Promises>,
    pub life: Life,
    pub lease_us: u64,
}

impl std::fmt::Debug for SimStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SimStore")
    }
}

fn unavailable(what: &str) -> StoreError {
    StoreError::Unavailable(what.into())
}

impl SimStore {
    /// One call: a way there, the work, a way back; a crash may come at any of the waits.
    async fn call<T>(&self, work: impl Future<Output = T> + Send) -> Result<T, StoreError> {
        let (there, back, refused, timed_out) = self.world.random(|random| {
            let faults = if self.promises.is_calm() { &Faults::none() } else { &*self.faults };
            let stall = if random.one_in(faults.store_stalls) { self.lease_us * 2 } else { 0 };
            let (early, late) = if random.one_in(2) { (stall, 0) } else { (0, stall) };
            (
                early + random.within(10..2_000),
                late + random.within(10..2_000),
                random.one_in(faults.store_refuses),
                random.one_in(faults.store_times_out),
            )
        });
        self.world.sleep(there).await;
        if there > self.lease_us || back > self.lease_us {
            self.world.tell(|| format!("{:?} waits long for the store", self.life));
        }
        if refused {
            return Err(unavailable("connection refused"));
        }
        let done = work.now_or_never().expect("memory does not wait");
        self.world.sleep(back).await;
        if timed_out { Err(unavailable("timed out")) } else { Ok(done) }
    }
}

#[async_trait]
impl Store for SimStore {
    fn is_exclusive(&self) -> bool {
        self.inner.is_exclusive()
    }
    async fn shards(&self) -> Result<Vec<Shard>, StoreError> {
        self.call(self.inner.shards()).await?
    }
    async fn claim(&self, shard: ShardId, seen: Epoch, owner: Option<&WorkerId>) -> Result<Option<Epoch>, StoreError> {
        let claimed = self.call(self.inner.claim(shard, seen, owner)).await??;
        self.world.tell(|| format!("{:?} claims shard {shard} for {owner:?}: {claimed:?}", self.life));
        Ok(claimed)
    }
    async fn beat(&self, worker: &WorkerId) -> Result<(), StoreError> {
        self.call(self.inner.beat(worker)).await?
    }
    async fn beats(&self) -> Result<Vec<(WorkerId, u64)>, StoreError> {
        self.call(self.inner.beats()).await?
    }
    async fn forget(&self, worker: &WorkerId) -> Result<(), StoreError> {
        self.call(self.inner.forget(worker)).await?
    }
    async fn put_version(&self, version: &DagVersion) -> Result<(), StoreError> {
        self.call(self.inner.put_version(version)).await?
    }
    async fn version(&self, version: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.call(self.inner.version(version)).await?
    }
    async fn restore(&self, shard: ShardId) -> Result<ShardSnapshot, StoreError> {
        self.call(self.inner.restore(shard)).await?
    }
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError> {
        let work = async {
            let result = self.inner.commit(commit).await;
            if result.is_ok() {
                self.promises.committed(commit);
            }
            result
        };
        let result = self.call(work).await.map_err(CommitError::from).flatten();
        if let Err(error) = &result {
            self.world.tell(|| format!("{:?} commit refused: {error}", self.life));
        }
        result
    }
    async fn post(&self, shard: ShardId, message: &Message) -> Result<InboxId, StoreError> {
        self.call(self.inner.post(shard, message)).await?
    }
    async fn inbox(
        &self,
        shards: &[ShardId],
        limit: usize,
    ) -> Result<Vec<(InboxId, Result<Message, String>)>, StoreError> {
        let messages = self.call(self.inner.inbox(shards, limit)).await??;
        if !messages.is_empty() {
            self.promises.read(&messages);
            self.world.tell(|| format!("{:?} reads {messages:?}", self.life));
        }
        Ok(messages)
    }
    async fn existing_run_ids(&self, dag_id: &DagId, run_ids: &[RunId]) -> Result<Vec<RunId>, StoreError> {
        self.call(self.inner.existing_run_ids(dag_id, run_ids)).await?
    }
    async fn pools(&self) -> Result<Vec<Pool>, StoreError> {
        self.call(self.inner.pools()).await?
    }
    async fn set_pool(&self, name: &PoolName, slots: u32) -> Result<(), StoreError> {
        self.call(self.inner.set_pool(name, slots)).await?
    }
    async fn run_state(&self, run: RunKey) -> Result<Option<RunState>, StoreError> {
        self.call(self.inner.run_state(run)).await?
    }
    async fn run_snapshot(&self, run: RunKey) -> Result<Option<RunSnapshot>, StoreError> {
        self.call(self.inner.run_snapshot(run)).await?
    }
    async fn previous_run(
        &self,
        dag_id: &DagId,
        before: Timestamp,
        scheduled_only: bool,
    ) -> Result<Option<RunKey>, StoreError> {
        self.call(self.inner.previous_run(dag_id, before, scheduled_only)).await?
    }
    async fn runs_between(
        &self,
        dag_id: &DagId,
        first: Timestamp,
        last: Timestamp,
        limit: usize,
    ) -> Result<Vec<RunRecord>, StoreError> {
        self.call(self.inner.runs_between(dag_id, first, last, limit)).await?
    }
    async fn xcoms(&self, run: RunKey, task: TaskIndex, key: &str) -> Result<Vec<(MapIndex, XComValue)>, StoreError> {
        self.call(self.inner.xcoms(run, task, key)).await?
    }
    async fn xcom(
        &self,
        run: RunKey,
        task: TaskIndex,
        map: MapIndex,
        key: &str,
    ) -> Result<Option<XComValue>, StoreError> {
        self.call(self.inner.xcom(run, task, map, key)).await?
    }
    async fn newest_xcoms(
        &self,
        run: RunKey,
        task: TaskIndex,
        limit: usize,
    ) -> Result<Vec<(MapIndex, XCom)>, StoreError> {
        self.call(self.inner.newest_xcoms(run, task, limit)).await?
    }
}
