//! The operator that chooses by date and time.

use async_trait::async_trait;
use chrono::{NaiveDateTime, NaiveTime};
use couture_core::{Failure, Operator, TaskContext, Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::branch::follow;

/// A moment, or a time of day. As text and in JSON: RFC 3339; a date and time without a zone, which means the DAG's own; or `HH:MM` with
/// or without seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DateBound {
    /// A moment.
    At(Timestamp),
    /// A date and time by the DAG's wall clock.
    Local(NaiveDateTime),
    /// A time of every day by the DAG's wall clock.
    Daily(NaiveTime),
}

impl TryFrom<String> for DateBound {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if let Some(time) = ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|form| NaiveTime::parse_from_str(&text, form).ok())
        {
            return Ok(Self::Daily(time));
        }
        let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
        if let Some(time) = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok()) {
            return Ok(Self::Local(time));
        }
        Timestamp::parse(&text).map(Self::At).map_err(|error| format!("{error}, or a time of day: 14:00"))
    }
}

impl From<DateBound> for String {
    fn from(bound: DateBound) -> Self {
        match bound {
            DateBound::At(moment) => moment.to_string(),
            DateBound::Local(time) => time.format("%Y-%m-%dT%H:%M:%S%.f").to_string(),
            DateBound::Daily(time) => time.format("%H:%M:%S%.f").to_string(),
        }
    }
}

/// A bound of a day, before the DAG's zone says when that is.
#[derive(Clone, Copy)]
enum Bound {
    At(Timestamp),
    Local(NaiveDateTime),
}

impl Bound {
    /// A time of day is that of `day`, which is in UTC.
    fn of(bound: DateBound, day: NaiveDateTime) -> Self {
        match bound {
            DateBound::At(moment) => Self::At(moment),
            DateBound::Local(time) => Self::Local(time),
            DateBound::Daily(time) => Self::Local(day.date().and_time(time)),
        }
    }

    fn moment(self, zone: Zone) -> Timestamp {
        match self {
            Self::At(moment) => moment,
            Self::Local(time) => {
                let utc = time.and_utc();
                let micros = i64::from(utc.timestamp_subsec_micros());
                Timestamp::from_micros(zone.instant(utc.timestamp()) * 1_000_000 + micros)
            }
        }
    }
}

/// Goes on with some tasks between two moments or times of day, both included, and with others outside. A time of day is one of the day
/// that is now in UTC, by the DAG's wall clock, as in Airflow; an upper one before the lower one is that of the day after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchDateTimeOperator {
    /// With which tasks inside.
    pub follow_task_ids_if_true: Vec<String>,
    /// With which tasks outside.
    pub follow_task_ids_if_false: Vec<String>,
    /// The lower bound; none where absent. One of the two must be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_lower: Option<DateBound>,
    /// The upper bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_upper: Option<DateBound>,
    /// Whether the logical date counts, and not now.
    #[serde(default)]
    pub use_task_logical_date: bool,
}

impl BranchDateTimeOperator {
    /// Whether `now` is within the bounds.
    fn holds(&self, now: Timestamp, zone: Zone) -> bool {
        let Some(day) = chrono::DateTime::from_timestamp_micros(now.as_micros()).map(|time| time.naive_utc()) else {
            return false;
        };
        let lower = self.target_lower.map(|bound| Bound::of(bound, day).moment(zone));
        let mut upper = self.target_upper.map(|bound| Bound::of(bound, day).moment(zone));
        if let (Some(low), Some(high), Some(DateBound::Daily(_))) = (lower, upper, self.target_upper)
            && high < low
        {
            let next_day = day + chrono::TimeDelta::days(1);
            upper = self.target_upper.map(|bound| Bound::of(bound, next_day).moment(zone));
        }
        lower.is_none_or(|lower| lower <= now) && upper.is_none_or(|upper| now <= upper)
    }
}

#[async_trait]
impl Operator for BranchDateTimeOperator {
    type Input = ();
    type Output = Vec<String>;

    async fn run(&self, (): (), cx: &TaskContext) -> Result<Vec<String>, Failure> {
        if self.target_lower.is_none() && self.target_upper.is_none() {
            return Err(Failure::fatal("neither target_lower nor target_upper is set; set one at least"));
        }
        let now = if self.use_task_logical_date { cx.run().logical_date } else { cx.now() };
        let names = match self.holds(now, cx.run().dag.attributes.timezone) {
            true => &self.follow_task_ids_if_true,
            false => &self.follow_task_ids_if_false,
        };
        follow(names, cx)?;
        Ok(names.clone())
    }
}

couture_core::operator!(BranchDateTimeOperator, "branch_date_time");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_as_in_airflow() {
        let bound = |text: &str| (!text.is_empty()).then(|| DateBound::try_from(text.to_owned()).unwrap());
        let check = |lower: &str, upper: &str, zone: &str, now: &str, expected: bool| {
            let operator = BranchDateTimeOperator {
                follow_task_ids_if_true: Vec::new(),
                follow_task_ids_if_false: Vec::new(),
                target_lower: bound(lower),
                target_upper: bound(upper),
                use_task_logical_date: false,
            };
            let json = serde_json::to_string(&operator).unwrap();
            assert_eq!(serde_json::from_str::<BranchDateTimeOperator>(&json).unwrap(), operator);
            let found = operator.holds(Timestamp::parse(now).unwrap(), Zone::parse(zone).unwrap());
            assert_eq!(found, expected, "{lower} {upper} {zone} {now}");
        };
        check("2020-10-10 14:00:00", "2020-10-10 15:00:00", "UTC", "2020-10-10T14:00:00Z", true);
        check("2020-10-10 14:00:00", "2020-10-10 15:00:00", "UTC", "2020-10-10T15:00:01Z", false);
        check("2020-10-10 14:00:00", "", "Europe/Berlin", "2020-10-10T12:30:00Z", true);
        check("", "2020-10-10T10:00:00Z", "Europe/Berlin", "2020-10-10T10:00:01Z", false);
        check("14:00", "15:00", "UTC", "2022-05-01T14:30:00Z", true);
        check("14:00", "15:00", "America/New_York", "2022-05-01T14:30:00Z", false);
        // Over midnight: the upper bound is that of the day after.
        check("23:00", "01:00", "UTC", "2022-05-01T23:30:00Z", true);
        check("23:00", "01:00", "UTC", "2022-05-01T00:30:00Z", false);
    }
}
