//! The runs that a schedule has in a range of dates.

use super::restriction::Restriction;
use super::timetable::{NextRun, Timetable};
use crate::time::Timestamp;

/// The runs whose logical dates lie between `from` and `to`, both included, ascending; at most `limit`. Where `from` is not on the schedule,
/// the first is the one after it. The DAG's own start and end do not count, as in Airflow's backfills.
pub fn runs_in_range(
    timetable: &dyn Timetable,
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
    limit: usize,
) -> Vec<NextRun> {
    let restriction = Restriction { earliest: Some(from), latest: Some(to), catchup: true };
    let mut runs: Vec<NextRun> = Vec::new();
    while runs.len() < limit {
        let last = runs.last().map(|run| run.data_interval);
        let next = timetable.next_run(last.as_ref(), &restriction, now);
        // A timetable that does not get further is at fault; this must end all the same.
        let goes_on = |next: &NextRun| runs.last().is_none_or(|last| next.logical_date > last.logical_date);
        match next.filter(|next| next.logical_date <= to).filter(goes_on) {
            Some(next) => runs.push(next),
            None => break,
        }
    }
    runs
}
