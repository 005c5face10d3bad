//! Waits for days of the week.

use async_trait::async_trait;
use chrono::Weekday;
use couture_core::{Failure, TaskContext, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};

use super::poke::{Poke, Sensor, has_settings};
use super::settings::SensorSettings;

const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// Waits until it is one of these days of the week, by UTC as in Airflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayOfWeekSensor {
    /// The days by their English names, in JSON one or a list.
    #[serde(deserialize_with = "one_or_many")]
    pub week_day: Vec<String>,
    /// Whether the day of the run's logical date counts instead of today.
    #[serde(default, alias = "use_task_execution_day", skip_serializing_if = "std::ops::Not::not")]
    pub use_task_logical_date: bool,
    /// How it waits.
    #[serde(flatten)]
    pub settings: SensorSettings,
}

impl DayOfWeekSensor {
    /// Waits for one of these days.
    pub fn new(days: impl IntoIterator<Item = Weekday>) -> Self {
        let week_day = days.into_iter().map(|day| day.to_string()).collect();
        Self { week_day, use_task_logical_date: false, settings: SensorSettings::default() }
    }

    fn days(&self) -> Result<Vec<Weekday>, Failure> {
        let day = |name: &String| {
            name.trim().parse().map_err(|_| Failure::fatal(format!("{name:?} is not a day of the week")))
        };
        let days: Vec<Weekday> = self.week_day.iter().map(day).collect::<Result<_, _>>()?;
        if days.is_empty() { Err(Failure::fatal("week_day names no day")) } else { Ok(days) }
    }
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "week_day is a day or a list of days")]
    enum Days {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Days::deserialize(deserializer)? {
        Days::One(day) => vec![day],
        Days::Many(days) => days,
    })
}

/// The day of the week; 1970-01-01 was a Thursday.
fn weekday(day: i64) -> Weekday {
    Weekday::try_from((day + 3).rem_euclid(7) as u8).unwrap_or(Weekday::Mon)
}

#[async_trait]
impl Sensor for DayOfWeekSensor {
    has_settings!();

    async fn poke(&self, cx: &TaskContext) -> Result<Poke, Failure> {
        let days = self.days()?;
        let moment = if self.use_task_logical_date { cx.run().logical_date } else { cx.now() };
        let today = moment.as_micros().div_euclid(DAY_US);
        if days.contains(&weekday(today)) {
            return Ok(Poke::DONE);
        }
        if self.use_task_logical_date {
            // That will not change.
            return Ok(Poke::NotYet);
        }
        let next = (today + 1..).find(|day| days.contains(&weekday(*day))).unwrap_or(today + 1);
        Ok(Poke::Until(Timestamp::from_micros(next * DAY_US)))
    }

    fn awaits(&self, _: &TaskContext) -> String {
        format!("for {}", self.week_day.join(" or "))
    }
}

crate::sensor_operator!(DayOfWeekSensor, "day_of_week_sensor");
