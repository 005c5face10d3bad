//! What a task decides about the tasks after it.

use serde::{Deserialize, Serialize};

use crate::ids::TaskId;

/// What a task that succeeded says about its downstream tasks. It is kept with the task instance, and holds again for what is cleared
/// below it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// A branch: of the direct downstream tasks, all are skipped that are neither named nor downstream of a named one.
    Follow(Vec<TaskId>),
    /// Direct downstream tasks are skipped.
    SkipDirect,
    /// All downstream tasks are skipped, direct or not, whatever their trigger rules. Teardowns are not.
    SkipAll,
}
