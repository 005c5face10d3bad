//! Waits for a time of day.

use async_trait::async_trait;
use chrono::{NaiveTime, Timelike as _};
use couture_core::{Failure, TaskContext, Timestamp};
use serde::{Deserialize, Serialize};

use super::poke::{Poke, Sensor, has_settings};
use super::settings::SensorSettings;

const DAY_S: i64 = 24 * 60 * 60;

/// Waits until a time of day, of the day on which it begins, by the wall clock of the DAG's time zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeSensor {
    /// The time, such as `08:30` or `08:30:15.5`.
    pub target_time: NaiveTimeText,
    /// How it waits.
    #[serde(flatten)]
    pub settings: SensorSettings,
}

/// A time of day; in JSON a text such as `08:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NaiveTimeText(pub NaiveTime);

impl Serialize for NaiveTimeText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for NaiveTimeText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = text.parse().or_else(|_| NaiveTime::parse_from_str(&text, "%H:%M"));
        time.map(Self).map_err(|_| serde::de::Error::custom(format!("{text:?} is not a time of day such as 08:30:00")))
    }
}

impl TimeSensor {
    /// Waits until `target_time`.
    pub fn new(target_time: NaiveTime) -> Self {
        Self { target_time: NaiveTimeText(target_time), settings: SensorSettings::default() }
    }

    fn moment(&self, cx: &TaskContext) -> Timestamp {
        let zone = cx.run().dag.attributes.timezone;
        let begun = cx.waited().map_or_else(|| cx.now(), |waited| waited.since);
        let begun_s = begun.as_micros().div_euclid(1_000_000) + zone.offset_s(begun);
        let time = self.target_time.0;
        let local_s = begun_s.div_euclid(DAY_S) * DAY_S + i64::from(time.num_seconds_from_midnight());
        Timestamp::from_micros(zone.instant(local_s) * 1_000_000 + i64::from(time.nanosecond() / 1_000 % 1_000_000))
    }
}

#[async_trait]
impl Sensor for TimeSensor {
    has_settings!();

    async fn poke(&self, cx: &TaskContext) -> Result<Poke, Failure> {
        Ok(super::date_time::until(self.moment(cx), cx))
    }

    fn awaits(&self, _: &TaskContext) -> String {
        format!("for {} o'clock", self.target_time.0)
    }
}

crate::sensor_operator!(TimeSensor, "time_sensor");
