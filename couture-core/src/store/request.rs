//! What people and programs ask of the scheduler.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::executor::Report;
use crate::ids::{DagId, RunId, RunKey, ShardId};
use crate::state::RunType;
use crate::time::Timestamp;

/// A wish. It is dealt with by the scheduler that owns its DAG's shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Start a run.
    Trigger(Trigger),
    /// Stop or resume scheduling a DAG.
    SetPaused {
        /// Which DAG.
        dag_id: DagId,
        /// Stop or resume.
        paused: bool,
    },
    /// End a run: its live attempts are killed, and it fails.
    CancelRun {
        /// Its DAG.
        dag_id: DagId,
        /// Its id.
        run_id: RunId,
    },
}

/// What one process puts into the inbox of a shard, for its owner to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// A wish of somebody.
    Request(Request),
    /// What an executor has to tell of an attempt, where its process does not own the attempt's shard any more.
    Report(Report),
}

/// A run to start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// Which DAG.
    pub dag_id: DagId,
    /// The run's id; `manual__` and the logical date where absent.
    #[serde(default)]
    pub run_id: Option<RunId>,
    /// What the run is about; now where absent.
    #[serde(default)]
    pub logical_date: Option<Timestamp>,
    /// A JSON object; `null` counts as an empty one.
    #[serde(default)]
    pub conf: Value,
}

impl Request {
    /// The DAG that it is about.
    pub fn dag_id(&self) -> &DagId {
        match self {
            Self::Trigger(trigger) => &trigger.dag_id,
            Self::SetPaused { dag_id, .. } | Self::CancelRun { dag_id, .. } => dag_id,
        }
    }
}

/// Where a posted request is kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct InboxId {
    /// The shard that is to deal with it.
    pub shard: ShardId,
    /// Grows in the shard's inbox.
    pub number: i64,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A run was started.
    Triggered {
        /// Its key.
        key: RunKey,
        /// Its id.
        run_id: RunId,
    },
    /// It is so now.
    Done,
    /// It is on its way to the scheduler that owns the DAG.
    Posted,
}

/// Why a request was refused; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No such DAG.
    #[error("there is no dag {0:?}")]
    UnknownDag(DagId),
    /// The DAG's file or program is gone.
    #[error("dag {0:?} is no longer defined anywhere, so it cannot run")]
    InactiveDag(DagId),
    /// The DAG is there, but cannot be read.
    #[error("dag {dag_id:?} is quarantined: {error}")]
    Quarantined {
        /// The DAG.
        dag_id: DagId,
        /// Why it cannot be read.
        error: String,
    },
    /// No such run, or it is over.
    #[error("dag {dag_id:?} has no unfinished run {run_id:?}")]
    UnknownRun {
        /// The DAG.
        dag_id: DagId,
        /// The run.
        run_id: RunId,
    },
    /// The DAG waits for DAGs that wait for it.
    #[error("its tasks would wait for themselves: {}; end the cycle at one of these dags", cycle_text(.0))]
    WaitingCycle(Vec<DagId>),
    /// A run id that begins like those of runs that are not asked for by hand.
    #[error("run id {run_id:?} is reserved for {run_type} runs; choose one that does not begin with \"{run_type}_\"")]
    ReservedRunId {
        /// The run.
        run_id: RunId,
        /// Whose ids begin so.
        run_type: RunType,
    },
    /// The run's id is taken.
    #[error("dag {dag_id:?} already has a run {run_id:?}")]
    RunExists {
        /// The DAG.
        dag_id: DagId,
        /// The run.
        run_id: RunId,
    },
    /// The run's configuration is not a JSON object, or too big.
    #[error("conf must be a JSON object of at most {} bytes", Trigger::MAX_CONF_BYTES)]
    Conf,
    /// Too many unfinished runs.
    #[error("dag {dag_id:?} has {limit} unfinished runs already; wait until some have ended")]
    TooManyRuns {
        /// The DAG.
        dag_id: DagId,
        /// How many are allowed.
        limit: usize,
    },
    /// The scheduler lost the DAG while it was at it.
    #[error("the dag went to another scheduler meanwhile: look whether it happened, and ask again if not")]
    Lost,
    /// Another scheduler owns the DAG, or none does now.
    #[error("no scheduler here owns dag {0:?}; try again")]
    NotOwned(DagId),
}

fn cycle_text(cycle: &[DagId]) -> String {
    let ids: Vec<_> = cycle.iter().map(|dag_id| format!("dag {:?}", dag_id.as_str())).collect();
    ids.join(" waits for ")
}

impl Trigger {
    /// The biggest configuration of a run, as JSON text.
    pub const MAX_CONF_BYTES: usize = 1 << 20;
}
