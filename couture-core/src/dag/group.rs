//! Task groups: how people see a DAG.

use serde::{Deserialize, Serialize};

/// A group of tasks, shown as one that can be unfolded. Groups have no meaning for scheduling.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TaskGroup {
    /// Unique in its DAG; as a rule the prefix of its tasks' ids.
    pub group_id: String,
    /// The group that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// What people read; its id where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tooltip: Option<String>,
    /// The colour of its box, as CSS writes colours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_color: Option<String>,
    /// The colour of its text, as CSS writes colours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_fgcolor: Option<String>,
}
