//! What is kept of DAGs, runs and task instances, and the changes to it.

use serde_json::Value;

use crate::dag::Dag;
use crate::ids::{AttemptToken, DagId, Epoch, MapIndex, PoolName, RunId, RunKey, ShardId, TaskIndex, WorkerId};
use crate::state::{RunState, RunType, TaskState};
use crate::task::XCom;
use crate::time::Timestamp;

use super::request::InboxId;

/// One change. A commit is a list of them in the order in which they happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A DAG is known in this version, paused or not.
    Dag(DagRecord),
    /// A DAG run exists from now on.
    RunCreated(RunRecord),
    /// A DAG run changed its state.
    RunChanged(RunChange),
    /// A task instance changed its state.
    Task(Box<TaskRecord>),
    /// A message from the inbox has been dealt with, and goes.
    InboxDone(InboxId),
    /// A change that was taken back before it became durable. It keeps its place in the journal, so that the places of those
    /// after it stay what they are.
    Withdrawn,
}

/// A DAG.
#[derive(Clone, Debug, PartialEq)]
pub struct DagRecord {
    /// Its id.
    pub dag_id: DagId,
    /// Whether nothing of it is scheduled.
    pub paused: bool,
    /// Whether it is still defined somewhere.
    pub active: bool,
    /// The newest version; [`Store::put_version`](super::Store::put_version) came before.
    pub version: String,
}

/// A DAG run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// Its key: made of its shard and of the journal position of its creation.
    pub key: RunKey,
    /// The DAG.
    pub dag_id: DagId,
    /// The version it is pinned to.
    pub version: String,
    /// Unique in the DAG.
    pub run_id: RunId,
    /// What made it.
    pub run_type: RunType,
    /// The moment it is about.
    pub logical_date: Timestamp,
    /// A JSON object.
    pub conf: Value,
    /// Its state.
    pub state: RunState,
    /// When it was created.
    pub queued_at: Timestamp,
    /// When its tasks were first looked at.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Whether someone ended it: what is unfinished is to end as failed or skipped.
    pub cancelled: bool,
}

/// A change of a DAG run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunChange {
    /// Which run.
    pub key: RunKey,
    /// Its state now.
    pub state: RunState,
    /// When its tasks were first looked at.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// See [`RunRecord::cancelled`].
    pub cancelled: bool,
}

/// The state of a task instance: its whole row. The store keeps the last one, and appends each to the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRecord {
    /// The attempt that the row is about; try and launch are 0 where none was ever made.
    pub token: AttemptToken,
    /// The state.
    pub state: TaskState,
    /// Who runs, or last ran, it.
    pub worker: Option<WorkerId>,
    /// How many attempts of this try were lost with their worker.
    pub lost: u32,
    /// When the attempt was recorded for launch.
    pub queued_at: Option<Timestamp>,
    /// When its operator began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it is tried again, in state [`TaskState::UpForRetry`].
    pub retry_at: Option<Timestamp>,
    /// Why it failed, was skipped or lost.
    pub error: Option<Box<str>>,
    /// What it gave to later tasks, in state [`TaskState::Success`]; replaces what the instance gave before.
    pub xcoms: Vec<XCom>,
}

/// A change of the slots held in a pool. Applied only while it leaves `used <= slots`, or lowers `used`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolDelta {
    /// Which pool.
    pub pool: PoolName,
    /// Slots taken; negative where given back.
    pub slots: i64,
}

/// The changes of one shard in a commit.
#[derive(Clone, Debug, PartialEq)]
pub struct ShardCommit {
    /// The shard.
    pub shard: ShardId,
    /// The epoch in which the writer owns it.
    pub epoch: Epoch,
    /// The journal position before this commit. The records take the positions after it, one each.
    pub sequence: u64,
    /// The changes, in order.
    pub records: Vec<Record>,
}

/// All or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// When, by the writer's wall clock.
    pub at: Timestamp,
    /// At most one element a shard.
    pub shards: Vec<ShardCommit>,
    /// At most one element a pool.
    pub pools: Vec<PoolDelta>,
}

/// A pool and its use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Its name.
    pub name: PoolName,
    /// How many slots it has.
    pub slots: u32,
    /// How many are held by attempts, over all schedulers.
    pub used: i64,
}

/// A shard and who has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which shard.
    pub id: ShardId,
    /// How often it changed hands.
    pub epoch: Epoch,
    /// Who has it now.
    pub owner: Option<WorkerId>,
}

/// All that a scheduler needs to take over a shard.
#[derive(Clone, Debug, Default)]
pub struct ShardSnapshot {
    /// The last journal position.
    pub sequence: u64,
    /// The shard's DAGs.
    pub dags: Vec<DagRecord>,
    /// Its runs that are not finished.
    pub runs: Vec<RunRecord>,
    /// The task instances of these runs, without their XComs.
    pub tasks: Vec<TaskRecord>,
}

/// One entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// Position in the shard's journal: from 1, without gaps.
    pub sequence: u64,
    /// When, by the writer's wall clock.
    pub at: Timestamp,
    /// What changed.
    pub change: JournalChange,
}

/// What an entry of the journal tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalChange {
    /// A DAG was added, changed, paused or unpaused.
    Dag(DagId),
    /// A run was created, or changed to this state.
    Run(RunKey, RunState),
    /// A task instance changed to this state.
    Task(AttemptToken, TaskState),
    /// A message was dealt with.
    Inbox,
    /// A change was taken back before it became durable.
    Withdrawn,
}

impl TaskRecord {
    /// Which task instance.
    pub fn instance(&self) -> (RunKey, TaskIndex, MapIndex) {
        (self.token.run, self.token.task, self.token.map_index)
    }
}

impl Record {
    /// What the journal tells of it.
    pub fn journal(&self) -> JournalChange {
        match self {
            Self::Dag(dag) => JournalChange::Dag(dag.dag_id.clone()),
            Self::RunCreated(run) => JournalChange::Run(run.key, run.state),
            Self::RunChanged(run) => JournalChange::Run(run.key, run.state),
            Self::Task(task) => JournalChange::Task(task.token, task.state),
            Self::InboxDone(_) => JournalChange::Inbox,
            Self::Withdrawn => JournalChange::Withdrawn,
        }
    }
}

/// A version of a DAG: immutable, found by its hash.
#[derive(Clone, Debug)]
pub struct DagVersion {
    /// [`Dag::version_of`] its JSON.
    pub version: String,
    /// Its serialised form.
    pub json: Vec<u8>,
}

impl DagVersion {
    /// The version of `dag`.
    pub fn of(dag: &Dag) -> Self {
        let json = dag.to_json();
        Self { version: Dag::version_of(&json), json }
    }
}
