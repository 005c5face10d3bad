//! The moments of a cron expression in a time zone.

use super::cron::CronExpression;
use super::zone::Zone;
use crate::dialect::Dialect;
use crate::time::Timestamp;

const SECOND_US: i64 = 1_000_000;

/// A cron expression on the wall clock of a zone, with Airflow's two ways across a change of the clock.
///
/// A schedule of fixed times means the wall clock: a time that is shown twice counts the second time, one that is skipped counts
/// as much later as the clock is put forward. Any other schedule means elapsed time: the wall-clock distance to the next date is added to the
/// moment itself, so an hourly schedule fires in every hour of UTC.
///
/// 2 calls a schedule fixed unless its hour field covers all hours. 1.10 compares two fire times after the moment of the question;
/// here it is fixed if hour and minute have one value each, which is the same answer, except that Airflow's depends on that moment where a schedule has
/// several seconds.
#[derive(Clone, Debug)]
pub(super) struct Fires {
    cron: CronExpression,
    zone: Zone,
    is_fixed: bool,
}

impl Fires {
    pub(super) fn new(cron: CronExpression, zone: Zone, dialect: Dialect) -> Self {
        let is_fixed = match dialect {
            Dialect::V1_10 => cron.has_one_time_of_day(),
            Dialect::V2 => !cron.covers_every_hour(),
        };
        Self { cron, zone, is_fixed }
    }

    /// The first moment after `moment`.
    pub(super) fn next(&self, moment: Timestamp) -> Option<Timestamp> {
        let local_us = self.local_us(moment)?;
        let next_s = self.cron.next_local(local_us.div_euclid(SECOND_US))?;
        let next_us = if self.is_fixed {
            self.zone.instant(next_s).checked_mul(SECOND_US)?
        } else {
            moment.as_micros().checked_add(next_s.checked_mul(SECOND_US)? - local_us)?
        };
        Some(Timestamp::from_micros(next_us))
    }

    /// The last moment before `moment`.
    pub(super) fn previous(&self, moment: Timestamp) -> Option<Timestamp> {
        let local_us = self.local_us(moment)?;
        // A date within the second of `moment` is before it if any part of the second has passed.
        let mut before_s = -(-local_us).div_euclid(SECOND_US);
        loop {
            let previous_s = self.cron.previous_local(before_s)?;
            if !self.is_fixed {
                let back_us = local_us.checked_sub(previous_s.checked_mul(SECOND_US)?)?;
                return Some(Timestamp::from_micros(moment.as_micros().checked_sub(back_us)?));
            }
            let previous = Timestamp::from_micros(self.zone.instant(previous_s).checked_mul(SECOND_US)?);
            // An earlier time on the wall clock is not an earlier moment where the clock is put back or forward.
            if previous < moment {
                return Some(previous);
            }
            before_s = previous_s;
        }
    }

    /// `moment` if it is on the schedule, else the next one that is.
    pub(super) fn align_to_next(&self, moment: Timestamp) -> Option<Timestamp> {
        let next = self.next(moment)?;
        Some(if self.previous(next) == Some(moment) { moment } else { next })
    }

    /// `moment` if it is on the schedule, else the one before.
    pub(super) fn align_to_previous(&self, moment: Timestamp) -> Option<Timestamp> {
        let previous = self.previous(moment)?;
        Some(if self.next(previous) == Some(moment) { moment } else { previous })
    }

    pub(super) fn description(&self) -> String {
        match self.zone {
            Zone::UTC => self.cron.description(),
            zone => format!("{}, {zone}", self.cron.description()),
        }
    }

    fn local_us(&self, moment: Timestamp) -> Option<i64> {
        moment.as_micros().checked_add(self.zone.offset_s(moment) * SECOND_US)
    }
}
