//! A change, as it is told.

use couture_core::{AssetName, DagId, RunId, RunState, ShardId, TaskState, Timestamp};
use serde::Serialize;

/// A change that is durable.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LiveEvent {
    /// Whose journal tells it.
    #[serde(skip)]
    pub shard: ShardId,
    /// Where in it.
    #[serde(skip)]
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// What has changed.
    #[serde(flatten)]
    pub change: LiveChange,
}

/// What has changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LiveChange {
    /// A DAG was added, changed, paused or unpaused.
    Dag {
        /// Which.
        dag_id: DagId,
    },
    /// A run was created, or has another state.
    Run {
        /// Of which DAG.
        dag_id: DagId,
        /// Which run.
        run_id: RunId,
        /// Its state.
        state: RunState,
    },
    /// A task instance has another state.
    Task {
        /// Of which DAG.
        dag_id: DagId,
        /// Of which run.
        run_id: RunId,
        /// Of which task.
        task_id: String,
        /// Which instance of a mapped task; -1 where it is not mapped.
        map_index: i32,
        /// Its try.
        try_number: u32,
        /// Its state.
        state: TaskState,
    },
    /// An asset was changed.
    Asset {
        /// Which.
        asset: AssetName,
    },
    /// Tasks missed their SLA.
    SlaMiss {
        /// Of which DAG.
        dag_id: DagId,
    },
    /// A backfill was begun, or has come further.
    Backfill {
        /// Of which DAG.
        dag_id: DagId,
    },
    /// The history of a DAG went.
    HistoryDeleted {
        /// Which DAG's.
        dag_id: DagId,
    },
}

impl LiveChange {
    /// The DAG that it is about; none for assets.
    pub fn dag_id(&self) -> Option<&DagId> {
        match self {
            Self::Dag { dag_id }
            | Self::Run { dag_id, .. }
            | Self::Task { dag_id, .. }
            | Self::SlaMiss { dag_id }
            | Self::Backfill { dag_id }
            | Self::HistoryDeleted { dag_id } => Some(dag_id),
            Self::Asset { .. } => None,
        }
    }
}
