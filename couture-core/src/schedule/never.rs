//! No schedule.

use super::restriction::Restriction;
use super::timetable::{DataInterval, NextRun, Timetable};
use crate::time::Timestamp;

/// Runs only when it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Never;

impl Timetable for Never {
    fn next_run(&self, _: Option<&DataInterval>, _: &Restriction, _: Timestamp) -> Option<NextRun> {
        None
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
        "never, only when it is triggered".into()
    }

    fn can_be_scheduled(&self) -> bool {
        false
    }
}
