//! What may be done to a run, finished or not, and to the history of a DAG.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::backfill::Reprocess;
use crate::ids::{DagId, MapIndex, TaskId};
use crate::state::TaskState;
use crate::time::Timestamp;

/// A change of one run that people ask for. A run that is over goes on where something of it begins again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Task instances begin again, together with the setups and teardowns that belong to them. Live attempts are ended first. Tries
    /// are counted on, and the task's retries are allowed anew.
    ClearTasks {
        /// Which tasks.
        tasks: TaskSelection,
        /// Which of their instances.
        #[serde(default)]
        only: ClearOnly,
        /// Whether the run goes on in the newest version of its DAG. `true`: that, or it is refused; where nothing is said, as the DAG
        /// says, and if it can.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        newest: Option<bool>,
    },
    /// Task instances count as ended in this way, without being run. Live attempts are ended first. Tasks below that have failed begin
    /// again.
    MarkTasks {
        /// Which tasks.
        tasks: TaskSelection,
        /// As what they count.
        state: MarkedState,
    },
    /// `success`: all tasks but teardowns count as succeeded. `failed`: live attempts are ended and count as failed, what is unfinished
    /// is skipped.
    MarkRun {
        /// As what it counts.
        state: MarkedRunState,
    },
    /// One task is run, whatever its upstream tasks came to. Refused while an attempt of it is live.
    RunTask {
        /// Which one.
        task: TaskChoice,
    },
}

/// Some task instances of a run.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskSelection {
    /// All.
    #[default]
    All,
    /// These.
    Chosen(Vec<TaskChoice>),
}

/// A task, or one instance of a mapped task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskChoice {
    /// The task.
    pub task_id: TaskId,
    /// The instance of a mapped task; all of them where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map_index: Option<MapIndex>,
}

impl From<TaskId> for TaskChoice {
    fn from(task_id: TaskId) -> Self {
        Self { task_id, map_index: None }
    }
}

/// Which instances of the tasks named are cleared, by their states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClearOnly {
    /// All.
    #[default]
    All,
    /// Those that are `failed` or `upstream_failed`.
    Failed,
    /// Those whose attempts are live.
    Running,
}

/// What people may declare a task instance to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkedState {
    /// It counts as succeeded.
    Success,
    /// It counts as failed.
    Failed,
    /// It counts as skipped, and so do those after it whose rules say so.
    Skipped,
}

impl MarkedState {
    /// The state that it is.
    pub const fn task_state(self) -> TaskState {
        match self {
            Self::Success => TaskState::Success,
            Self::Failed => TaskState::Failed,
            Self::Skipped => TaskState::Skipped,
        }
    }
}

/// What people may declare a run to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkedRunState {
    /// It counts as succeeded.
    Success,
    /// It counts as failed.
    Failed,
}

/// A backfill to begin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewBackfill {
    /// The DAG.
    pub dag_id: DagId,
    /// The first logical date.
    pub from: Timestamp,
    /// The last one, included.
    pub to: Timestamp,
    /// How many of its runs may be unfinished at a time; at least 1.
    pub max_active_runs: u32,
    /// What is done about dates that have a run already.
    #[serde(default)]
    pub reprocess: Reprocess,
    /// Whether it goes from the last date to the first.
    #[serde(default)]
    pub reverse: bool,
    /// The configuration of its runs: a JSON object; `null` counts as an empty one.
    #[serde(default)]
    pub conf: Value,
}

impl NewBackfill {
    /// The most runs of one backfill.
    pub const MAX_RUNS: usize = 100_000;
    /// How many of its runs are unfinished at a time where nothing is said, as in Airflow.
    pub const DEFAULT_MAX_ACTIVE_RUNS: u32 = 10;
}

/// What may be done about a backfill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackfillChange {
    /// No more runs for now; those that exist go on.
    Pause,
    /// It goes on.
    Unpause,
    /// No more runs, ever. Those of its runs that have not begun fail; the others go on.
    Cancel,
}
