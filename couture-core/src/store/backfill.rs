//! Backfills: runs for a range of logical dates.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::DagId;
use crate::state::RunState;
use crate::time::Timestamp;

/// A range of runs that somebody asked for, and how far it has come.
#[derive(Clone, PartialEq, Debug)]
pub struct Backfill {
    /// Unique in the installation: the key that a run would have that was created at its journal position.
    pub number: i64,
    /// The DAG.
    pub dag_id: DagId,
    /// The first logical date asked for.
    pub from: Timestamp,
    /// The last one, included.
    pub to: Timestamp,
    /// How many of its runs may be unfinished at a time; at least 1.
    pub max_active_runs: u32,
    /// What is done about dates that have a run already.
    pub reprocess: Reprocess,
    /// Whether it goes from the last date to the first.
    pub reverse: bool,
    /// The configuration of its runs: a JSON object.
    pub conf: Value,
    /// Where it is.
    pub state: BackfillState,
    /// The last logical date that was dealt with.
    pub reached: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When the last of its runs was over, or it was ended.
    pub ended_at: Option<Timestamp>,
}

/// What a backfill does about a logical date that has a run already. Runs that are not finished are left alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reprocess {
    /// Nothing.
    #[default]
    None,
    /// A run that has failed is cleared.
    Failed,
    /// A finished run is cleared.
    Completed,
}

/// Where a backfill is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackfillState {
    /// It creates runs.
    Running,
    /// It creates no runs for now.
    Paused,
    /// Its runs are over.
    Finished,
    /// Somebody ended it; its runs go on unless they were ended, too.
    Cancelled,
}

impl BackfillState {
    /// Whether nothing more comes of it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Cancelled)
    }
}

impl Reprocess {
    /// Whether a run in this state begins again.
    pub(crate) fn wants(self, state: RunState) -> bool {
        match self {
            Self::None => false,
            Self::Failed => state == RunState::Failed,
            Self::Completed => state.is_finished(),
        }
    }
}
