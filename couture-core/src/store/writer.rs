//! The store's side for schedulers.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::ids::{DagId, Epoch, MapIndex, PoolName, RunId, RunKey, ShardId, TaskIndex, WorkerId};
use crate::state::RunState;
use crate::task::{XCom, XComValue};
use crate::time::Timestamp;

use super::error::{CommitError, StoreError};
use super::records::{Commit, DagVersion, Pool, RunRecord, RunSnapshot, Shard, ShardSnapshot};
use super::request::{InboxId, Message};

/// The facts of the engine. Every implementation passes the conformance suite.
///
/// All scheduling writes go through [`commit`](Store::commit). Nothing here asks a clock.
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// Whether this process alone can have the store, as a lock proves. Then no other owner is alive, and no heartbeat is
    /// needed.
    fn is_exclusive(&self) -> bool;

    /// All shards. Their number was set when the store was made, and never changes.
    async fn shards(&self) -> Result<Vec<Shard>, StoreError>;

    /// Gives `shard` to `owner` (or to nobody) if its epoch is still `seen`; returns the new epoch, which is `seen` + 1. `None` if
    /// someone was faster.
    async fn claim(&self, shard: ShardId, seen: Epoch, owner: Option<&WorkerId>) -> Result<Option<Epoch>, StoreError>;

    /// Changes the heartbeat value of `worker`.
    async fn beat(&self, worker: &WorkerId) -> Result<(), StoreError>;

    /// The heartbeat values of all workers that were ever seen and not forgotten. Only equality of values has a meaning.
    async fn beats(&self) -> Result<Vec<(WorkerId, u64)>, StoreError>;

    /// Forgets `worker`.
    async fn forget(&self, worker: &WorkerId) -> Result<(), StoreError>;

    /// Keeps a version of a DAG, durable when it returns. The same again changes nothing.
    async fn put_version(&self, version: &DagVersion) -> Result<(), StoreError>;

    /// The serialised form of a version.
    async fn version(&self, version: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// What a new owner of `shard` needs.
    async fn restore(&self, shard: ShardId) -> Result<ShardSnapshot, StoreError>;

    /// Applies all of `commit` or nothing, durable when it returns `Ok`.
    ///
    /// Repeating a commit that was applied, while nothing came after it, is `Ok` and changes nothing: a writer that was left
    /// without an answer asks again. At most [`MAX_COMMIT_RECORDS`] records.
    async fn commit(&self, commit: &Commit) -> Result<(), CommitError>;

    /// Puts a message into the inbox of `shard`, durable when it returns.
    async fn post(&self, shard: ShardId, message: &Message) -> Result<InboxId, StoreError>;

    /// At most `limit` messages of each of these shards, oldest first. One that cannot be read comes as its error.
    async fn inbox(
        &self,
        shards: &[ShardId],
        limit: usize,
    ) -> Result<Vec<(InboxId, Result<Message, String>)>, StoreError>;

    /// Which of these run ids the DAG has already.
    async fn existing_run_ids(&self, dag_id: &DagId, run_ids: &[RunId]) -> Result<Vec<RunId>, StoreError>;

    /// All pools.
    async fn pools(&self) -> Result<Vec<Pool>, StoreError>;

    /// Makes a pool, or changes how many slots it has.
    async fn set_pool(&self, name: &PoolName, slots: u32) -> Result<(), StoreError>;

    /// The state of a run, if there is such a run.
    async fn run_state(&self, run: RunKey) -> Result<Option<RunState>, StoreError>;

    /// A run with its task instances, finished or not.
    async fn run_snapshot(&self, run: RunKey) -> Result<Option<RunSnapshot>, StoreError>;

    /// The run of a DAG with the greatest logical date before `before`; of several with the same date, the one created last. With
    /// `scheduled_only`, manual runs do not count.
    async fn previous_run(
        &self,
        dag_id: &DagId,
        before: Timestamp,
        scheduled_only: bool,
    ) -> Result<Option<RunKey>, StoreError>;

    /// The runs of a DAG with a logical date from `first` to `last`, both included, by date and then by creation; at most `limit`.
    async fn runs_between(
        &self,
        dag_id: &DagId,
        first: Timestamp,
        last: Timestamp,
        limit: usize,
    ) -> Result<Vec<RunRecord>, StoreError>;

    /// What all instances of a task gave to later tasks under `key`, by map index, ascending; those that gave nothing are left out.
    async fn xcoms(&self, run: RunKey, task: TaskIndex, key: &str) -> Result<Vec<(MapIndex, XComValue)>, StoreError>;

    /// A value that a task instance gave to later tasks.
    async fn xcom(
        &self,
        run: RunKey,
        task: TaskIndex,
        map_index: MapIndex,
        key: &str,
    ) -> Result<Option<XComValue>, StoreError>;

    /// At most `limit` of what all instances of a task gave, newest first: that of the instance that ended last (of several, of the one
    /// with the greatest map index), and of one instance what it gave last.
    async fn newest_xcoms(
        &self,
        run: RunKey,
        task: TaskIndex,
        limit: usize,
    ) -> Result<Vec<(MapIndex, XCom)>, StoreError>;
}
