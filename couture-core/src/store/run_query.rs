//! Which runs are looked for, and in which order.

use std::collections::BTreeSet;

use super::like::like;
use super::records::RunRecord;
use super::run_origin::TriggeredBy;
use super::span::Span;
use crate::ids::{DagId, RunId, RunKey};
use crate::state::{RunState, RunType};
use crate::time::Timestamp;

/// Which runs are looked for, and in which order: by default all of them, in the order in which they were created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunQuery {
    /// Of this DAG; of all where absent.
    pub dag_id: Option<DagId>,
    /// Of one of these DAGs; of any where absent.
    pub among: Option<BTreeSet<DagId>>,
    /// In one of these states; in any where empty.
    pub states: Vec<RunState>,
    /// Made by one of these; by any where empty.
    pub run_types: Vec<RunType>,
    /// With one of these ids; with any where absent.
    pub ids: Option<BTreeSet<RunId>>,
    /// With an id that is [`like`] this.
    pub run_id: Option<String>,
    /// Asked for by a user whose name is [`like`] this.
    pub user: Option<String>,
    /// With a logical date before this one.
    pub before: Option<Timestamp>,
    /// With a key above this one.
    pub after: Option<RunKey>,
    /// With a logical date in this span, in microseconds.
    pub logical_date: Span,
    /// Whose [`RunRecord::run_after`] is in this span, in microseconds.
    pub run_after: Span,
    /// Created in this span, in microseconds.
    pub queued: Span,
    /// Begun in this span, in microseconds.
    pub started: Span,
    /// Over in this span, in microseconds.
    pub ended: Span,
    /// So many microseconds from start to end.
    pub duration: Span,
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
    /// From when on they may begin.
    RunAfter,
    /// When their tasks were first looked at.
    Started,
    /// When they were over.
    Ended,
    /// From start to end.
    Duration,
    /// Their states, as a store numbers them.
    State,
    /// Their ids, byte by byte.
    Id,
    /// The ids of their DAGs, byte by byte.
    Dag,
}

/// What decides about the place of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderValue {
    /// A time, a duration or a state.
    Number(i64),
    /// An id.
    Text(String),
}

impl RunQuery {
    /// The runs of a DAG, in the order in which they were created.
    pub fn of(dag_id: DagId) -> Self {
        Self { dag_id: Some(dag_id), ..Self::default() }
    }

    /// Whether `run` is one of them.
    pub fn takes(&self, run: &RunRecord) -> bool {
        self.dag_id.as_ref().is_none_or(|dag_id| *dag_id == run.dag_id)
            && self.among.as_ref().is_none_or(|among| among.contains(&run.dag_id))
            && (self.states.is_empty() || self.states.contains(&run.state))
            && (self.run_types.is_empty() || self.run_types.contains(&run.run_type))
            && self.ids.as_ref().is_none_or(|ids| ids.contains(&run.run_id))
            && self.run_id.as_ref().is_none_or(|pattern| like(pattern, run.run_id.as_str()))
            && self.user.as_ref().is_none_or(|pattern| run.origin.user.as_ref().is_some_and(|user| like(pattern, user)))
            && self.before.is_none_or(|before| run.logical_date < before)
            && self.after.is_none_or(|after| run.key > after)
            && self.logical_date.takes_time(Some(run.logical_date))
            && self.run_after.takes_time(Some(run.run_after()))
            && self.queued.takes_time(Some(run.queued_at))
            && self.started.takes_time(run.started_at)
            && self.ended.takes_time(run.ended_at)
            && self.duration.takes(run.duration_us())
    }
}

impl RunOrder {
    /// What decides about the place of `run`.
    pub fn of(self, run: &RunRecord) -> Option<OrderValue> {
        let number = match self {
            Self::Created => Some(run.queued_at.as_micros()),
            Self::LogicalDate => Some(run.logical_date.as_micros()),
            Self::RunAfter => Some(run.run_after().as_micros()),
            Self::Started => run.started_at.map(Timestamp::as_micros),
            Self::Ended => run.ended_at.map(Timestamp::as_micros),
            Self::Duration => run.duration_us(),
            Self::State => Some(run.state.code()),
            Self::Id => return Some(OrderValue::Text(run.run_id.to_string())),
            Self::Dag => return Some(OrderValue::Text(run.dag_id.to_string())),
        };
        number.map(OrderValue::Number)
    }
}

impl RunRecord {
    /// From when on it may begin, as Airflow counts: what was asked for; else the end of its data interval where a schedule made it, and
    /// otherwise its logical date.
    pub fn run_after(&self) -> Timestamp {
        self.origin.run_after.unwrap_or(match self.run_type {
            RunType::Scheduled | RunType::Backfill => self.data_interval.end,
            RunType::Manual | RunType::AssetTriggered => self.logical_date,
        })
    }

    /// By what means it was asked for; nothing of a run by hand of which that was not written down.
    pub fn triggered_by(&self) -> Option<TriggeredBy> {
        self.origin.triggered_by.or(match self.run_type {
            RunType::Scheduled => Some(TriggeredBy::Timetable),
            RunType::Backfill => Some(TriggeredBy::Backfill),
            RunType::AssetTriggered => Some(TriggeredBy::Asset),
            RunType::Manual => None,
        })
    }

    /// Microseconds from start to end, where both are known.
    pub fn duration_us(&self) -> Option<i64> {
        Some(self.ended_at?.as_micros() - self.started_at?.as_micros())
    }
}
