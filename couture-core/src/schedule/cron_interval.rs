//! Runs that cover the time between two dates of a cron expression.

use super::cron::CronExpression;
use super::fires::Fires;
use super::restriction::Restriction;
use super::timetable::{DataInterval, NextRun, Timetable};
use super::zone::Zone;
use crate::dialect::Dialect;
use crate::time::Timestamp;

/// What a cron expression means as a DAG's schedule: each run covers the time from one of its dates to the next, and is
/// created at the end of that.
#[derive(Clone, Debug)]
pub struct CronInterval {
    fires: Fires,
    dialect: Dialect,
}

impl CronInterval {
    /// By the wall clock of `zone`.
    pub fn new(cron: CronExpression, zone: Zone, dialect: Dialect) -> Self {
        Self { fires: Fires::new(cron, zone, dialect), dialect }
    }

    /// Where the latest complete interval begins. At a boundary 1.10 takes the one before.
    fn latest_start(&self, now: Timestamp) -> Option<Timestamp> {
        let last = self.fires.previous(now)?;
        match self.dialect {
            Dialect::V2 if self.fires.next(last)? == now => Some(last),
            _ => self.fires.previous(last),
        }
    }

    fn start(&self, last: Option<&DataInterval>, restriction: &Restriction, now: Timestamp) -> Option<Timestamp> {
        let latest_start = if restriction.catchup { None } else { self.latest_start(now) };
        let earliest = match restriction.earliest {
            Some(earliest) => Some(self.fires.align_to_next(earliest)?),
            None => None,
        };
        let Some(last) = last else { return earliest.max(latest_start) };
        let next = match self.dialect {
            Dialect::V1_10 => self.fires.next(last.start)?,
            // The last run may come from a schedule that the DAG had before.
            Dialect::V2 => self.fires.align_to_previous(last.end)?,
        };
        let next = earliest.map_or(next, |earliest| earliest.max(next));
        let next = if next > last.start { next } else { self.fires.next(last.start)? };
        match latest_start {
            Some(latest_start) if latest_start > next && !self.is_latest(next, now)? => Some(latest_start),
            _ => Some(next),
        }
    }

    /// Whether no other interval is complete after the one from `start`. Stepping back from `now` over a change of the clock
    /// may find another place than stepping forward, and must not skip a run that is in time.
    fn is_latest(&self, start: Timestamp, now: Timestamp) -> Option<bool> {
        let end = self.fires.next(start)?;
        Some(self.fires.next(end)? > now)
    }
}

impl Timetable for CronInterval {
    fn next_run(&self, last: Option<&DataInterval>, restriction: &Restriction, now: Timestamp) -> Option<NextRun> {
        let start = self.start(last, restriction, now).filter(|start| restriction.allows(*start))?;
        Some(NextRun::of(DataInterval::new(start, self.fires.next(start)?)))
    }

    fn infer_manual_interval(&self, run_after: Timestamp) -> DataInterval {
        let interval = || {
            let end = self.fires.align_to_previous(run_after)?;
            Some(DataInterval::new(self.fires.previous(end)?, end))
        };
        interval().unwrap_or(DataInterval::at(run_after))
    }

    fn previous(&self, logical_date: Timestamp) -> Option<Timestamp> {
        self.fires.previous(logical_date)
    }

    fn following(&self, logical_date: Timestamp) -> Option<Timestamp> {
        self.fires.next(logical_date)
    }

    fn description(&self) -> String {
        self.fires.description()
    }
}
