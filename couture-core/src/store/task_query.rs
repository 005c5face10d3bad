//! Which task instances are looked for over many runs, and what is counted of them.

use std::collections::BTreeMap;

use super::records::{RunRecord, TaskRecord};
use super::run_query::RunQuery;
use super::span::Span;
use crate::ids::{DagId, MapIndex, RunKey, TaskIndex};
use crate::state::{RunState, TaskState};
use crate::time::Timestamp;

/// Which task instances are looked for: by default all that something has happened to. Rows of expanded tasks, which their instances
/// stand for, are never among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskQuery {
    /// Of these runs; their order does not count.
    pub runs: RunQuery,
    /// Of these tasks of these versions; of any where absent.
    pub tasks: Option<BTreeMap<String, Vec<TaskIndex>>>,
    /// In one of these states; in any where empty.
    pub states: Vec<TaskState>,
    /// This instance of mapped tasks.
    pub map_index: Option<MapIndex>,
    /// Begun in this span, in microseconds.
    pub started: Span,
    /// Over in this span, in microseconds.
    pub ended: Span,
    /// So many microseconds from start to end.
    pub duration: Span,
    /// What they are ordered by.
    pub order: TaskOrder,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What task instances are ordered by. Those that are alike, or without the value, follow by run, task and map index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskOrder {
    /// When their runs were created.
    #[default]
    Run,
    /// When they began.
    Started,
    /// When they ended.
    Ended,
    /// From start to end.
    Duration,
    /// Their states, as a store numbers them.
    State,
    /// Their tries.
    Try,
}

/// How many instances of a mapped task are in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedCount {
    /// The run.
    pub run: RunKey,
    /// The task.
    pub task: TaskIndex,
    /// The state.
    pub state: TaskState,
    /// How many.
    pub count: usize,
    /// The greatest try.
    pub try_number: u32,
    /// When the first of them began.
    pub started_at: Option<Timestamp>,
    /// When the last of them ended.
    pub ended_at: Option<Timestamp>,
}

/// How many runs of a DAG are in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunCount {
    /// The DAG.
    pub dag_id: DagId,
    /// The state.
    pub state: RunState,
    /// How many.
    pub count: usize,
}

impl TaskQuery {
    /// Whether `task`, which is of `run`, is one of them.
    pub fn takes(&self, run: &RunRecord, task: &TaskRecord) -> bool {
        let is_named = |tasks: &BTreeMap<String, Vec<TaskIndex>>| {
            tasks.get(&run.version).is_some_and(|tasks| tasks.contains(&task.token.task))
        };
        task.state != TaskState::Expanded
            && self.runs.takes(run)
            && self.tasks.as_ref().is_none_or(is_named)
            && (self.states.is_empty() || self.states.contains(&task.state))
            && self.map_index.is_none_or(|map_index| map_index == task.token.map_index)
            && self.started.takes_time(task.started_at)
            && self.ended.takes_time(task.ended_at)
            && self.duration.takes(task.duration_us())
    }
}

impl TaskOrder {
    /// What decides about the place of `task`, which is of `run`.
    pub fn of(self, run: &RunRecord, task: &TaskRecord) -> Option<i64> {
        match self {
            Self::Run => Some(run.queued_at.as_micros()),
            Self::Started => task.started_at.map(Timestamp::as_micros),
            Self::Ended => task.ended_at.map(Timestamp::as_micros),
            Self::Duration => task.duration_us(),
            Self::State => Some(task.state.code()),
            Self::Try => Some(task.token.try_number.into()),
        }
    }
}

impl TaskRecord {
    /// Microseconds from start to end, where both are known.
    pub fn duration_us(&self) -> Option<i64> {
        Some(self.ended_at?.as_micros() - self.started_at?.as_micros())
    }
}
