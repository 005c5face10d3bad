//! Changes of assets.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{AssetName, AttemptToken, DagId, TaskId};
use crate::time::Timestamp;

/// An asset was changed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AssetEvent {
    /// Which one.
    pub asset: AssetName,
    /// When.
    pub at: Timestamp,
    /// The task that changed it; absent where somebody said so from outside.
    pub source: Option<AssetSource>,
    /// Facts about the change: a JSON object, or null.
    pub extra: Value,
}

/// The task that changed an asset.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AssetSource {
    /// Its DAG.
    pub dag_id: DagId,
    /// The task.
    pub task_id: TaskId,
    /// The attempt that succeeded.
    pub token: AttemptToken,
}
