//! Cron expressions.

use super::error::ScheduleError;
use crate::dialect::Dialect;

/// A cron expression as Airflow reads it.
#[derive(Clone, Debug)]
pub struct CronExpression {
    text: String,
}

impl CronExpression {
    /// Reads an expression or a preset.
    ///
    /// # Errors
    /// Text that the dialect cannot read, and dates that do not exist.
    pub fn parse(text: &str, _dialect: Dialect) -> Result<Self, ScheduleError> {
        Ok(Self { text: text.into() })
    }

    pub(super) fn has_one_time_of_day(&self) -> bool {
        false
    }

    pub(super) fn covers_every_hour(&self) -> bool {
        false
    }

    pub(super) fn next_local(&self, _after_s: i64) -> Option<i64> {
        None
    }

    pub(super) fn previous_local(&self, _before_s: i64) -> Option<i64> {
        None
    }

    /// In words.
    pub fn description(&self) -> String {
        self.text.clone()
    }
}
