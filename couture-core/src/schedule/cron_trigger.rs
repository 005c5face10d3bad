//! Runs at the dates of a cron expression.

use super::cron::CronExpression;
use super::error::ScheduleError;
use super::fires::Fires;
use super::period::LONGEST_MS;
use super::restriction::Restriction;
use super::timetable::{DataInterval, NextRun, Timetable};
use super::zone::Zone;
use crate::dialect::Dialect;
use crate::time::Timestamp;

/// Each run is created at a date of the expression and covers a fixed time before it, usually none (Airflow's
/// `CronTriggerTimetable`). As there, start and end bound the dates of the expression.
#[derive(Clone, Debug)]
pub struct CronTrigger {
    fires: Fires,
    interval_us: i64,
}

impl CronTrigger {
    /// By the wall clock of `zone`, each run covering `interval_ms` before its date.
    ///
    /// # Errors
    /// Where the interval is negative, or longer than a hundred years.
    pub fn new(cron: CronExpression, zone: Zone, dialect: Dialect, interval_ms: i64) -> Result<Self, ScheduleError> {
        let wrong = |problem| Err(ScheduleError::Period { text: format!("{interval_ms}ms"), problem });
        match interval_ms {
            ..0 => wrong("the interval is negative"),
            0..=LONGEST_MS => Ok(Self { fires: Fires::new(cron, zone, dialect), interval_us: interval_ms * 1_000 }),
            _ => wrong("it is longer than a hundred years"),
        }
    }

    fn interval(&self, end: Timestamp) -> DataInterval {
        DataInterval::new(self.shifted(end, -self.interval_us), end)
    }

    fn shifted(&self, moment: Timestamp, by_us: i64) -> Timestamp {
        Timestamp::from_micros(moment.as_micros().saturating_add(by_us))
    }
}

impl Timetable for CronTrigger {
    fn next_run(&self, last: Option<&DataInterval>, restriction: &Restriction, now: Timestamp) -> Option<NextRun> {
        let after_last = match last {
            Some(last) => Some(self.fires.next(last.end)?),
            None => None,
        };
        let from_start = match restriction.earliest {
            Some(earliest) => Some(self.fires.align_to_next(earliest)?),
            None => None,
        };
        let end = if restriction.catchup {
            after_last.or(from_start)?
        } else {
            self.fires.align_to_previous(now).max(after_last).max(from_start)?
        };
        // The interval may have become longer since the last run.
        let is_new = last.is_none_or(|last| self.interval(end).start > last.start);
        let end = if is_new { end } else { self.fires.next(self.shifted(last?.start, self.interval_us))? };
        restriction.allows(end).then(|| NextRun::of(self.interval(end)))
    }

    fn infer_manual_interval(&self, run_after: Timestamp) -> DataInterval {
        self.interval(run_after)
    }

    fn previous(&self, logical_date: Timestamp) -> Option<Timestamp> {
        let end = self.fires.previous(self.shifted(logical_date, self.interval_us))?;
        Some(self.interval(end).start)
    }

    fn following(&self, logical_date: Timestamp) -> Option<Timestamp> {
        let end = self.fires.next(self.shifted(logical_date, self.interval_us))?;
        Some(self.interval(end).start)
    }

    fn description(&self) -> String {
        self.fires.description()
    }
}
