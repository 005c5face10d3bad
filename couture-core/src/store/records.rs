//! What is kept of DAGs, runs and task instances, and the changes to it.

use serde_json::Value;

use crate::dag::Dag;
use crate::ids::{
    AssetName, AttemptToken, DagId, Epoch, MapIndex, PoolName, RunId, RunKey, ShardId, TaskIndex, WorkerId,
};
use crate::schedule::DataInterval;
use crate::state::{RunState, RunType, TaskState};
use crate::task::{Decision, Deferral, XCom};
use crate::time::Timestamp;

use super::asset_event::AssetEvent;
use super::backfill::Backfill;
use super::changed_assets::ChangedAssets;
use super::request::{InboxId, Message};
use super::run_origin::RunOrigin;
use super::sla_miss::SlaMiss;

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
    /// An asset was changed.
    AssetChanged(Box<AssetEvent>),
    /// Tasks missed their SLA. A second one for the same task and logical date changes nothing.
    SlaMissed(Box<SlaMiss>),
    /// A backfill was begun, or has come further: its whole row.
    Backfill(Box<Backfill>),
    /// The history of a DAG goes: its finished runs with all that belongs to them, its backfills and SLA misses; and the DAG's own row
    /// where it is not active, with what is known of its past versions.
    HistoryDeleted(DagId),
    /// One run goes with all that belongs to it, if it is over.
    RunDeleted {
        /// Its DAG.
        dag_id: DagId,
        /// Which run.
        key: RunKey,
    },
    /// A message goes into the inbox of a shard, as [`Store::post`](super::Store::post) puts one there, but with the rest of the commit
    /// or not at all.
    Posted {
        /// Whose inbox.
        to: ShardId,
        /// What.
        message: Box<Message>,
    },
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
    /// The data interval of the last run that its schedule created: what the next one follows from.
    pub last_interval: Option<DataInterval>,
    /// What has changed of the assets that it waits for.
    pub changed_assets: ChangedAssets,
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
    /// The time whose data it is about.
    pub data_interval: DataInterval,
    /// The number of the backfill that it belongs to.
    pub backfill: Option<i64>,
    /// Who asked for it.
    pub origin: RunOrigin,
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

/// A change of a DAG run. One that was over may go on: then its end is gone.
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
    /// The version it is pinned to from now on, where that changes.
    pub version: Option<String>,
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
    /// The last try that retries allow: grows when the instance is cleared.
    pub max_tries: u32,
    /// When the attempt was recorded for launch.
    pub queued_at: Option<Timestamp>,
    /// When its operator began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it is tried again, in state [`TaskState::UpForRetry`]; when its operator is run again at the latest, in state
    /// [`TaskState::Deferred`].
    pub retry_at: Option<Timestamp>,
    /// Why it failed, was skipped or lost; where it is live, deferred, expanded or cleared, what people want of it next.
    pub error: Option<Box<str>>,
    /// What it gave to later tasks, in state [`TaskState::Success`]; replaces what the instance gave before.
    pub xcoms: Vec<XCom>,
    /// In state [`TaskState::Success`], how many elements its output has, where that is a list or an object; in state
    /// [`TaskState::Expanded`], how many instances the task has.
    pub length: Option<u32>,
    /// What it decided about the tasks after it, in state [`TaskState::Success`].
    pub decision: Option<Box<Decision>>,
    /// What it waits for, in state [`TaskState::Deferred`].
    pub deferral: Option<Box<Deferral>>,
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
    /// The shard's backfills that are not over.
    pub backfills: Vec<Backfill>,
    /// The SLA misses of these runs.
    pub sla_misses: Vec<SlaMiss>,
}

/// One run with its task instances.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSnapshot {
    /// The run.
    pub run: RunRecord,
    /// Its task instances, without their XComs.
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
    /// An asset was changed.
    Asset(AssetName),
    /// Tasks of a DAG missed their SLA.
    SlaMiss(DagId),
    /// A backfill of a DAG was begun, or has come further.
    Backfill(DagId),
    /// The history of a DAG went, or one run of it.
    HistoryDeleted(DagId),
    /// A message was put into an inbox, or dealt with.
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
            Self::AssetChanged(event) => JournalChange::Asset(event.asset.clone()),
            Self::SlaMissed(miss) => JournalChange::SlaMiss(miss.dag_id.clone()),
            Self::Backfill(backfill) => JournalChange::Backfill(backfill.dag_id.clone()),
            Self::RunDeleted { dag_id, .. } => JournalChange::HistoryDeleted(dag_id.clone()),
            Self::HistoryDeleted(dag_id) => JournalChange::HistoryDeleted(dag_id.clone()),
            Self::InboxDone(_) | Self::Posted { .. } => JournalChange::Inbox,
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
