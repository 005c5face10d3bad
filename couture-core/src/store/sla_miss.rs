//! Tasks that were not done in time.

use crate::ids::{DagId, RunKey, TaskId};
use crate::time::Timestamp;

/// A task was not done when its SLA had passed. There is one at most for a task and logical date.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SlaMiss {
    /// The DAG.
    pub dag_id: DagId,
    /// The task.
    pub task_id: TaskId,
    /// The logical date of the run.
    pub logical_date: Timestamp,
    /// The run.
    pub run: RunKey,
    /// When that was found.
    pub at: Timestamp,
}
