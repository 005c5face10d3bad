//! What people read beside an edge.

use serde::{Deserialize, Serialize};

/// A text at the edge from one task to another. It has no meaning for scheduling.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeLabel {
    /// The id of the task that the edge comes from.
    pub from: String,
    /// The id of the task that it leads to.
    pub to: String,
    /// What people read.
    pub label: String,
}
