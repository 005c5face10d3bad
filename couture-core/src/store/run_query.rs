//! Which runs are looked for, and in which order.

use super::records::RunRecord;
use crate::ids::{DagId, RunKey};
use crate::state::RunState;
use crate::time::Timestamp;

/// Which runs are looked for, and in which order: by default all of them, in the order in which they were created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunQuery {
    /// Of this DAG; of all where absent.
    pub dag_id: Option<DagId>,
    /// In one of these states; in any where empty.
    pub states: Vec<RunState>,
    /// With a logical date before this one.
    pub before: Option<Timestamp>,
    /// With a key above this one.
    pub after: Option<RunKey>,
    /// What they are ordered by.
    pub order: RunOrder,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What runs are ordered by. Those that are alike follow in the order of their keys; those without the value come last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunOrder {
    /// When they were created.
    #[default]
    Created,
    /// What they are about.
    LogicalDate,
    /// When their tasks were first looked at.
    Started,
    /// When they were over.
    Ended,
}

impl RunQuery {
    /// The runs of a DAG, in the order in which they were created.
    pub fn of(dag_id: DagId) -> Self {
        Self { dag_id: Some(dag_id), ..Self::default() }
    }

    /// Whether `run` is one of them.
    pub fn takes(&self, run: &RunRecord) -> bool {
        self.dag_id.as_ref().is_none_or(|dag_id| *dag_id == run.dag_id)
            && (self.states.is_empty() || self.states.contains(&run.state))
            && self.before.is_none_or(|before| run.logical_date < before)
            && self.after.is_none_or(|after| run.key > after)
    }
}

impl RunOrder {
    /// What decides about the place of `run`.
    pub fn of(self, run: &RunRecord) -> Option<Timestamp> {
        match self {
            Self::Created => Some(run.queued_at),
            Self::LogicalDate => Some(run.logical_date),
            Self::Started => run.started_at,
            Self::Ended => run.ended_at,
        }
    }
}
