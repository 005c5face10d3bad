//! What every schedule can answer.

use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use super::restriction::Restriction;
use crate::time::Timestamp;

/// The time that a run's data covers: from `start` up to `end`, which is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DataInterval {
    /// Where it begins.
    pub start: Timestamp,
    /// Where it ends.
    pub end: Timestamp,
}

impl DataInterval {
    /// From `start` up to `end`.
    pub const fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end }
    }

    /// A moment.
    pub const fn at(moment: Timestamp) -> Self {
        Self { start: moment, end: moment }
    }
}

/// A run that a schedule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NextRun {
    /// What names the run: the start of its data interval.
    pub logical_date: Timestamp,
    /// The time that its data covers.
    pub data_interval: DataInterval,
    /// The first moment at which it may be created. It may lie in the past.
    pub run_after: Timestamp,
}

impl NextRun {
    /// The run of a data interval, created when the interval is over.
    pub const fn of(data_interval: DataInterval) -> Self {
        Self { logical_date: data_interval.start, data_interval, run_after: data_interval.end }
    }

    /// Whether it may be created now. The boundary is part of it, as in Airflow.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.run_after <= now
    }
}

/// When the runs of a DAG are created, and which data they cover.
///
/// Every answer depends on the arguments alone. Implement it for a timetable of your own and register that with
/// [`timetable!`](crate::timetable!).
pub trait Timetable: Debug + Send + Sync + 'static {
    /// The run after `last`, or the first one; `None` if there is none, ever, as things are.
    ///
    /// `last` is the data interval of the newest scheduled or backfill run, whatever became of it; manual runs do not count.
    /// `now` decides with `catchup` off, and in a timetable that follows the clock; nothing else depends on it.
    ///
    /// The caller owes: create the run if [`NextRun::is_due`] and ask again with its interval as `last`, else ask again at
    /// `run_after`. An answer never lies before `last`: its `logical_date` is later than the last one's, so no run is asked
    /// for twice however the clock jumps.
    fn next_run(&self, last: Option<&DataInterval>, restriction: &Restriction, now: Timestamp) -> Option<NextRun>;

    /// What a run covers that somebody asks for at `run_after`: the last complete interval, where there are intervals.
    fn infer_manual_interval(&self, run_after: Timestamp) -> DataInterval;

    /// The logical date on the schedule before `logical_date`, which need not be on it, without regard to start and end.
    fn previous(&self, logical_date: Timestamp) -> Option<Timestamp>;

    /// The logical date on the schedule after `logical_date`, which need not be on it, without regard to start and end.
    fn following(&self, logical_date: Timestamp) -> Option<Timestamp>;

    /// In words, for the page.
    fn description(&self) -> String;

    /// Whether it ever asks for runs by itself.
    fn can_be_scheduled(&self) -> bool {
        true
    }

    /// How many runs may be active at once, where the timetable itself sets a bound.
    fn active_runs_limit(&self) -> Option<u32> {
        None
    }
}
