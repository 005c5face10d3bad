//! A schedule as it is written.

use std::sync::Arc;

use super::continuous::Continuous;
use super::cron::CronExpression;
use super::cron_interval::CronInterval;
use super::cron_trigger::CronTrigger;
use super::delta::Delta;
use super::error::ScheduleError;
use super::never::Never;
use super::once::Once;
use super::registry::RegisteredTimetable;
use super::timetable::Timetable;
use super::zone::Zone;
use crate::dialect::Dialect;
use crate::time::Timestamp;

/// When a DAG runs, as its author wrote it. [`Schedule::timetable`] checks it.
///
/// In JSON and YAML it is a string (`"@daily"`, `"0 5 * * *"`, `"@once"`, `"@continuous"`, `"none"`), null for none, or one of the objects
/// `{cron, timezone}`, `{delta: "1d"}`, `{delta_ms: 86400000}`, `{cron_trigger, timezone, interval}` (or `interval_ms`) and
/// `{timetable: {type, …}}`; `timezone` and `interval` may be left out.
#[derive(Clone, Debug, Default)]
pub enum Schedule {
    /// Only when it is asked for.
    #[default]
    None,
    /// Once, at the start date.
    Once,
    /// Again and again, one run after the other.
    Continuous,
    /// By a cron expression or a preset; each run covers the time between two of its dates.
    Cron {
        /// The expression, or a preset such as `@daily`.
        expression: String,
        /// Whose wall clock it means, where that is not the DAG's own time zone.
        timezone: Option<Zone>,
    },
    /// By a cron expression, each run at one of its dates, covering a fixed time before it (Airflow's `CronTriggerTimetable`).
    CronTrigger {
        /// The expression, or a preset such as `@daily`.
        expression: String,
        /// Whose wall clock it means, where that is not the DAG's own time zone.
        timezone: Option<Zone>,
        /// How much time before its date a run covers; usually 0.
        interval_ms: i64,
    },
    /// Every so often, in elapsed time.
    Delta {
        /// From one run to the next.
        delta_ms: i64,
    },
    /// By a timetable written in Rust.
    Timetable(Arc<dyn RegisteredTimetable>),
}

impl Schedule {
    /// A cron expression or preset in the DAG's own time zone.
    pub fn cron(expression: impl Into<String>) -> Self {
        Self::Cron { expression: expression.into(), timezone: None }
    }

    /// Checks it and gives what answers for it. `timezone` is the DAG's own, which counts where the schedule names none.
    ///
    /// # Errors
    /// Cron text that cannot be read or has no dates, a delta that is not positive. The text names field, value and what is allowed.
    pub fn timetable(&self, dialect: Dialect, timezone: Zone) -> Result<Arc<dyn Timetable>, ScheduleError> {
        Ok(match self {
            Self::None => Arc::new(Never),
            Self::Once => Arc::new(Once),
            Self::Continuous => Arc::new(Continuous),
            Self::Cron { expression, timezone: own } => {
                let cron = CronExpression::parse(expression, dialect)?;
                Arc::new(CronInterval::new(cron, own.unwrap_or(timezone), dialect))
            }
            Self::CronTrigger { expression, timezone: own, interval_ms } => {
                let cron = CronExpression::parse(expression, dialect)?;
                Arc::new(CronTrigger::new(cron, own.unwrap_or(timezone), dialect, *interval_ms)?)
            }
            Self::Delta { delta_ms } => Arc::new(Delta::new(*delta_ms, dialect)?),
            Self::Timetable(timetable) => timetable.clone() as Arc<dyn Timetable>,
        })
    }

    /// The dates after `after`, at most `count`, as the page shows them.
    ///
    /// # Errors
    /// As [`Schedule::timetable`].
    pub fn dates_after(
        &self,
        dialect: Dialect,
        timezone: Zone,
        after: Timestamp,
        count: usize,
    ) -> Result<Vec<Timestamp>, ScheduleError> {
        let timetable = self.timetable(dialect, timezone)?;
        Ok(std::iter::successors(timetable.following(after), |date| timetable.following(*date)).take(count).collect())
    }
}

/// Equal where their serialised forms are.
impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Timetable(one), Self::Timetable(two)) => {
                match (serde_json::to_value(one), serde_json::to_value(two)) {
                    (Ok(one), Ok(two)) => one == two,
                    _ => false,
                }
            }
            (Self::Timetable(_), _) | (_, Self::Timetable(_)) => false,
            _ => self.written() == other.written(),
        }
    }
}

impl Eq for Schedule {}
