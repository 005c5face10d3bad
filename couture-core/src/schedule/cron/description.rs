//! A cron expression in words.

use super::expression::CronExpression;

impl CronExpression {
    /// In words, for the page.
    pub fn description(&self) -> String {
        self.text().into()
    }
}
