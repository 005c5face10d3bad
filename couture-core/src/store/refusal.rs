//! Why a request is refused.

use super::request::Trigger;
use crate::dag::ParamError;
use crate::ids::{DagId, RunId, RunKey, TaskId};
use crate::state::RunType;

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
    /// A parameter of the run has no value, or one that its schema does not allow.
    #[error("dag {dag_id:?} cannot run with this conf: {wrong}")]
    Param {
        /// The DAG.
        dag_id: DagId,
        /// Which parameter, and why.
        wrong: ParamError,
    },
    /// Too many unfinished runs.
    #[error("dag {dag_id:?} has {limit} unfinished runs already; wait until some have ended")]
    TooManyRuns {
        /// The DAG.
        dag_id: DagId,
        /// How many are allowed.
        limit: usize,
    },
    /// There is no such run any more.
    #[error("dag {dag_id:?} has no run with key {}; its history may have been deleted", run.0)]
    NoRun {
        /// The DAG.
        dag_id: DagId,
        /// The run.
        run: RunKey,
    },
    /// The run is of a DAG version that cannot be read, so that nothing can be done about it.
    #[error("run {} of dag {dag_id:?} cannot be read: {error}", run.0)]
    UnreadableRun {
        /// The DAG.
        dag_id: DagId,
        /// The run.
        run: RunKey,
        /// What is wrong.
        error: String,
    },
    /// The run cannot go on in the newest version of its DAG.
    #[error("run {run_id:?} of dag {dag_id:?} cannot go on in the newest version of the dag: {reason}")]
    StaysInVersion {
        /// The DAG.
        dag_id: DagId,
        /// The run.
        run_id: RunId,
        /// Why, and what to do.
        reason: String,
    },
    /// The run's DAG version has no such task, or the mapped task no such instance.
    #[error("the run has no task {0}")]
    UnknownTask(String),
    /// More than one call may be about.
    #[error("that is more than {limit} {what}; name fewer of them at a time")]
    TooWide {
        /// Of what there are too many.
        what: String,
        /// How many are allowed.
        limit: usize,
    },
    /// The task instance is running.
    #[error("an attempt of task {:?} is live; wait until it has ended, or clear the task to end it and begin again", .0.as_str())]
    LiveTask(TaskId),
    /// Too many runs are being looked up.
    #[error("{0} requests about finished runs wait already; try again")]
    Busy(usize),
    /// The history of a DAG is wanted that is still being made.
    #[error(
        "dag {dag_id:?} has {runs} unfinished runs and {backfills} unfinished backfills; end them or wait until they have ended"
    )]
    Unfinished {
        /// The DAG.
        dag_id: DagId,
        /// Unfinished runs.
        runs: usize,
        /// Unfinished backfills.
        backfills: usize,
    },
    /// The backfill cannot be.
    #[error("dag {dag_id:?} cannot be backfilled: {reason}")]
    Backfill {
        /// The DAG.
        dag_id: DagId,
        /// Why, and what to do.
        reason: String,
    },
    /// No such backfill, or it is over.
    #[error("dag {dag_id:?} has no unfinished backfill {number}")]
    UnknownBackfill {
        /// The DAG.
        dag_id: DagId,
        /// Its number.
        number: i64,
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
