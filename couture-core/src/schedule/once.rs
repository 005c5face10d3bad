//! One run.

use super::restriction::Restriction;
use super::timetable::{DataInterval, NextRun, Timetable};
use crate::time::Timestamp;

/// Runs once, at the start date, whether or not missed runs are made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once;

impl Timetable for Once {
    fn next_run(&self, last: Option<&DataInterval>, restriction: &Restriction, _: Timestamp) -> Option<NextRun> {
        let start = restriction.earliest.filter(|start| last.is_none() && restriction.allows(*start))?;
        Some(NextRun::of(DataInterval::at(start)))
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
        "once, at the start date".into()
    }
}
