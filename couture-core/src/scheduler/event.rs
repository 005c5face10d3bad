//! What happens to a scheduler, and what it wants done.

use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::recalling::RecalledRun;
use crate::dag::Dag;
use crate::executor::{Launch, Report};
use crate::ids::{AttemptToken, DagId, Epoch, PoolName, RunId, RunKey, ShardId, WorkerId};
use crate::state::RunState;
use crate::store::{Answer, InboxId, Message, Pool, Record, Refusal, Request, RunRecord, ShardSnapshot, TaskRecord};
use crate::task::Notice;
use crate::time::Timestamp;

/// A fact.
#[derive(Debug)]
pub enum Event {
    /// This scheduler owns a shard from now on.
    ShardAcquired(Box<AcquiredShard>),
    /// A DAG was defined.
    DagRegistered {
        /// The DAG.
        dag: Arc<Dag>,
        /// Its version, which the store holds already.
        version: String,
        /// Who waits for an answer.
        asker: Option<Asker>,
    },
    /// A DAG is no longer defined anywhere.
    DagDeregistered {
        /// Which one.
        dag_id: DagId,
        /// Who waits for an answer.
        asker: Option<Asker>,
    },
    /// Somebody asked for something.
    Requested {
        /// What.
        request: Request,
        /// Who waits for an answer.
        asker: Asker,
    },
    /// A message came through a shard's inbox.
    MessageArrived(InboxId, Result<Message, String>),
    /// The own executor told of an attempt.
    Reported(Report),
    /// The workers' heartbeat values were read.
    BeatsObserved {
        /// The values.
        beats: Vec<(WorkerId, u64)>,
        /// When they were asked for, by the monotonic clock: they may be as old as that.
        asked_at: Duration,
    },
    /// The pools were read, at a moment when all earlier commands had been carried out.
    PoolsObserved(Vec<Pool>),
    /// A run was read that [`Command::RecallRun`] asked for, if it exists.
    RunRecalled(RunKey, Option<Box<RecalledRun>>),
    /// The runs were read that [`Command::FindRuns`] asked for.
    RunsFound {
        /// The number of the backfill.
        backfill: i64,
        /// The DAG's runs with one of these logical dates.
        runs: Vec<RunRecord>,
        /// Those of the run ids that the DAG has already.
        taken: Vec<RunId>,
    },
    /// The run was looked for that a [`Command::Find`] asked for.
    RunFound {
        /// The run that asked.
        of: RunKey,
        /// What was found.
        found: Option<FoundRun>,
    },
    /// Nothing but time.
    TimePassed,
}

/// A shard with all that is known of it.
#[derive(Debug)]
pub struct AcquiredShard {
    /// Which shard.
    pub id: ShardId,
    /// Since which epoch it is owned.
    pub epoch: Epoch,
    /// Its rows.
    pub snapshot: ShardSnapshot,
    /// The DAGs of the versions that its rows name, or why one cannot be read.
    pub versions: FxHashMap<String, Result<Arc<Dag>, String>>,
}

/// Which run of a DAG is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FindRun {
    /// See [`Store::previous_run`](crate::Store::previous_run).
    Before {
        /// The logical date that it is before.
        date: Timestamp,
        /// Whether manual runs do not count.
        scheduled_only: bool,
    },
    /// The one created last of those with this logical date.
    At(Timestamp),
}

/// A run that was looked for.
#[derive(Debug)]
pub enum FoundRun {
    /// The scheduler knows it: it is not finished.
    Unfinished(RunKey),
    /// It is finished.
    Finished {
        /// Its key.
        key: RunKey,
        /// Its DAG in its version.
        dag: Arc<Dag>,
        /// The rows of its task instances.
        tasks: Vec<TaskRecord>,
    },
}

impl FoundRun {
    /// Its key.
    pub fn key(&self) -> RunKey {
        match self {
            Self::Unfinished(key) | Self::Finished { key, .. } => *key,
        }
    }
}

/// Who asked, for the driver to find them again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Asker(pub u64);

/// A wish of the scheduler. Records come first: nothing else of a batch may be done before all its records are durable.
#[derive(Debug)]
pub enum Command {
    /// Make this durable.
    Record {
        /// In the journal of this shard.
        shard: ShardId,
        /// The change.
        record: Record,
        /// The slots that it takes (or gives back, negative) in a pool.
        slots: Option<(PoolName, i64)>,
    },
    /// Start an attempt.
    Launch(Launch),
    /// Take over an attempt that was live before.
    Resume(Launch),
    /// End an attempt.
    Kill(AttemptToken),
    /// The end of an attempt is durable, or of no interest.
    Settle(AttemptToken),
    /// Tell the asker.
    Answer(Asker, Result<Answer, Refusal>),
    /// Tell people.
    Notify(Notice),
    /// Tell who waits for the end of a run.
    RunEnded(RunKey, RunState),
    /// Read a run from the store and bring it as [`Event::RunRecalled`]. All commands given before it is read have been carried out then, and
    /// nothing else happens between the two.
    RecallRun(RunKey),
    /// Read which runs a DAG has, in the same manner, and bring them as [`Event::RunsFound`].
    FindRuns {
        /// The number of the backfill that wants to know.
        backfill: i64,
        /// Its DAG.
        dag_id: DagId,
        /// Logical dates, and the ids that runs of these dates would have.
        wanted: Vec<(Timestamp, RunId)>,
    },
    /// Look for the run before another one, and tell with [`Event::RunFound`].
    Find {
        /// The run that asks.
        of: RunKey,
        /// Its DAG.
        dag_id: DagId,
        /// Which one.
        find: FindRun,
    },
    /// This report is about another scheduler's shard: put it into that shard's inbox.
    Forward(Report),
}
