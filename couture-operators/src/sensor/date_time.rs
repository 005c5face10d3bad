//! Waits for a moment.

use async_trait::async_trait;
use couture_core::{Failure, TaskContext, Timestamp};
use serde::{Deserialize, Serialize};

use super::poke::{Poke, Sensor, has_settings};
use super::settings::SensorSettings;

/// Waits for a moment. It is run again exactly then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateTimeSensor {
    /// The moment, such as `2026-01-31T08:00:00Z`; a template.
    pub target_time: String,
    /// How it waits.
    #[serde(flatten)]
    pub settings: SensorSettings,
}

impl DateTimeSensor {
    /// Waits for `target_time`, which may be a template.
    pub fn new(target_time: impl Into<String>) -> Self {
        Self { target_time: target_time.into(), settings: SensorSettings::default() }
    }
}

/// Done at `moment`.
pub(super) fn until(moment: Timestamp, cx: &TaskContext) -> Poke {
    if cx.now() >= moment { Poke::DONE } else { Poke::Until(moment) }
}

#[async_trait]
impl Sensor for DateTimeSensor {
    has_settings!();

    async fn poke(&self, cx: &TaskContext) -> Result<Poke, Failure> {
        let moment = Timestamp::parse(&self.target_time).map_err(Failure::fatal)?;
        Ok(until(moment, cx))
    }

    fn awaits(&self, _: &TaskContext) -> String {
        format!("for {}", self.target_time)
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["target_time"]
    }
}

crate::sensor_operator!(DateTimeSensor, "date_time_sensor");
