//! One run after the other.

use super::restriction::Restriction;
use super::timetable::{DataInterval, NextRun, Timetable};
use crate::time::Timestamp;

/// Runs again as soon as the last run is over; each covers the time since the last one was created.
///
/// The caller owes: no run is asked for while one is active ([`Timetable::active_runs_limit`] is 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Continuous;

impl Timetable for Continuous {
    fn next_run(&self, last: Option<&DataInterval>, restriction: &Restriction, now: Timestamp) -> Option<NextRun> {
        let earliest = restriction.earliest?;
        let interval = match last {
            None => DataInterval::new(earliest, earliest.max(now)),
            Some(last) => {
                // A clock that went back, or two runs within one tick of it, must not give the same date again.
                let start =
                    last.end.max(Timestamp::from_micros(last.start.as_micros().saturating_add(1))).max(earliest);
                DataInterval::new(start, start.max(now))
            }
        };
        restriction.allows(interval.end).then(|| NextRun::of(interval))
    }

    fn infer_manual_interval(&self, run_after: Timestamp) -> DataInterval {
        DataInterval::at(run_after)
    }

    fn previous(&self, _: Timestamp) -> Option<Timestamp> {
        None
    }

    fn following(&self, _: Timestamp) -> Option<Timestamp> {
        None
    }

    fn description(&self) -> String {
        "continuously, each run after the one before".into()
    }

    fn active_runs_limit(&self) -> Option<u32> {
        Some(1)
    }
}
