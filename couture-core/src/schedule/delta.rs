//! Every so often.

use super::error::ScheduleError;
use super::period::{check_period_ms, period_text};
use super::restriction::Restriction;
use super::timetable::{DataInterval, NextRun, Timetable};
use crate::dialect::Dialect;
use crate::time::Timestamp;

/// Runs follow each other after a fixed elapsed time, counted from the start date; zones and their changes of the clock
/// do not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delta {
    delta_us: i64,
    dialect: Dialect,
}

impl Delta {
    /// From one run to the next, in milliseconds.
    ///
    /// # Errors
    /// Where it is not positive, or longer than a hundred years.
    pub fn new(delta_ms: i64, dialect: Dialect) -> Result<Self, ScheduleError> {
        let delta_ms = check_period_ms(delta_ms, &format!("{delta_ms}ms"))?;
        Ok(Self { delta_us: delta_ms * 1_000, dialect })
    }

    fn add(self, moment: Timestamp, count: i64) -> Timestamp {
        Timestamp::from_micros(moment.as_micros().saturating_add(self.delta_us.saturating_mul(count)))
    }

    /// Where the latest complete interval begins: at a multiple of the delta since the epoch in 2, one delta ago in 1.10.
    fn latest_start(self, now: Timestamp) -> Timestamp {
        let now_us = now.as_micros();
        let end_us = match self.dialect {
            Dialect::V2 => now_us - now_us.rem_euclid(self.delta_us),
            // Whole seconds, so that a run that is made a moment late still has the date it would have had in time.
            Dialect::V1_10 => now_us - now_us.rem_euclid(1_000_000),
        };
        self.add(Timestamp::from_micros(end_us), -1)
    }
}

impl Timetable for Delta {
    fn next_run(&self, last: Option<&DataInterval>, restriction: &Restriction, now: Timestamp) -> Option<NextRun> {
        let latest_start = (!restriction.catchup).then(|| self.latest_start(now));
        let earliest = restriction.earliest.max(latest_start);
        let start = match (last, self.dialect) {
            (None, _) => earliest?,
            (Some(last), Dialect::V2) => earliest.unwrap_or(last.end).max(last.end),
            (Some(last), Dialect::V1_10) => {
                // Airflow 1.10 would begin at the very moment it is asked; runs stay on the grid of the last one here, so that
                // their dates do not depend on when the scheduler looks.
                let next = self.add(last.start, 1).max(restriction.earliest.unwrap_or(last.start));
                let behind_us = latest_start.map_or(0, |latest| latest.as_micros().saturating_sub(next.as_micros()));
                self.add(next, behind_us.max(0) / self.delta_us)
            }
        };
        let start = last.map_or(start, |last| start.max(self.after(last)));
        restriction.allows(start).then(|| NextRun::of(DataInterval::new(start, self.add(start, 1))))
    }

    fn infer_manual_interval(&self, run_after: Timestamp) -> DataInterval {
        DataInterval::new(self.add(run_after, -1), run_after)
    }

    fn previous(&self, logical_date: Timestamp) -> Option<Timestamp> {
        Some(self.add(logical_date, -1))
    }

    fn following(&self, logical_date: Timestamp) -> Option<Timestamp> {
        Some(self.add(logical_date, 1))
    }

    fn description(&self) -> String {
        format!("every {}", period_text(self.delta_us / 1_000))
    }
}

impl Delta {
    /// The first date that is later than the last run's, whatever schedule that followed.
    fn after(self, last: &DataInterval) -> Timestamp {
        Timestamp::from_micros(last.start.as_micros().saturating_add(1))
    }
}
