//! A DAG that is right, and does not do what was meant.

use couture_core::{Restriction, Timestamp, Timetable};

/// What is said of a DAG that [`never_runs`].
pub const NEVER_RUNS: &str = "it has a schedule and no start_date, so it never runs by itself: set start_date";

/// Whether a DAG has a schedule that gives no run because it has no start date: most schedules count from there.
pub fn never_runs(timetable: &dyn Timetable, restriction: &Restriction, now: Timestamp) -> bool {
    restriction.earliest.is_none()
        && timetable.can_be_scheduled()
        && timetable.next_run(None, restriction, now).is_none()
}
