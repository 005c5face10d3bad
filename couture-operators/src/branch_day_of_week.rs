//! The operator that chooses by the day of the week.

use std::collections::BTreeSet;

use async_trait::async_trait;
use couture_core::{Failure, Operator, TaskContext};
use serde::{Deserialize, Serialize};

use crate::branch::follow;

/// A day of the week. In JSON it is its English name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum WeekDay {
    #[serde(alias = "Monday", alias = "MONDAY")]
    Monday,
    #[serde(alias = "Tuesday", alias = "TUESDAY")]
    Tuesday,
    #[serde(alias = "Wednesday", alias = "WEDNESDAY")]
    Wednesday,
    #[serde(alias = "Thursday", alias = "THURSDAY")]
    Thursday,
    #[serde(alias = "Friday", alias = "FRIDAY")]
    Friday,
    #[serde(alias = "Saturday", alias = "SATURDAY")]
    Saturday,
    #[serde(alias = "Sunday", alias = "SUNDAY")]
    Sunday,
}

impl WeekDay {
    /// The days from Monday to Friday.
    pub const WORKING: [Self; 5] = [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday];

    /// Saturday and Sunday.
    pub const WEEKEND: [Self; 2] = [Self::Saturday, Self::Sunday];

    /// The day that is `days` after 1970-01-01, a Thursday.
    fn after_epoch(days: i64) -> Self {
        const WEEK: [WeekDay; 7] = [
            WeekDay::Thursday,
            WeekDay::Friday,
            WeekDay::Saturday,
            WeekDay::Sunday,
            WeekDay::Monday,
            WeekDay::Tuesday,
            WeekDay::Wednesday,
        ];
        WEEK[days.rem_euclid(7) as usize]
    }
}

/// Goes on with some tasks on some days of the week, and with others on the other days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchDayOfWeekOperator {
    /// With which tasks on these days.
    pub follow_task_ids_if_true: Vec<String>,
    /// With which tasks on the others.
    pub follow_task_ids_if_false: Vec<String>,
    /// The days.
    pub week_day: BTreeSet<WeekDay>,
    /// Whether the day of the logical date counts (in UTC), and not today (in the DAG's time zone).
    #[serde(default)]
    pub use_task_logical_date: bool,
}

#[async_trait]
impl Operator for BranchDayOfWeekOperator {
    type Input = ();
    type Output = Vec<String>;

    async fn run(&self, (): (), cx: &TaskContext) -> Result<Vec<String>, Failure> {
        let second = if self.use_task_logical_date {
            cx.run().logical_date.as_micros().div_euclid(1_000_000)
        } else {
            let now = cx.now();
            now.as_micros().div_euclid(1_000_000) + cx.run().dag.attributes.timezone.offset_s(now)
        };
        let day = WeekDay::after_epoch(second.div_euclid(86_400));
        let names = match self.week_day.contains(&day) {
            true => &self.follow_task_ids_if_true,
            false => &self.follow_task_ids_if_false,
        };
        follow(names, cx)?;
        Ok(names.clone())
    }
}

couture_core::operator!(BranchDayOfWeekOperator, "branch_day_of_week");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_week_are_known() {
        assert_eq!(WeekDay::after_epoch(0), WeekDay::Thursday);
        assert_eq!(WeekDay::after_epoch(-1), WeekDay::Wednesday);
        // 2021-01-01 was a Friday.
        assert_eq!(WeekDay::after_epoch(18_628), WeekDay::Friday);
        let days: BTreeSet<WeekDay> = serde_json::from_str(r#"["MONDAY", "sunday"]"#).unwrap();
        assert_eq!(serde_json::to_string(&days).unwrap(), r#"["monday","sunday"]"#);
    }
}
