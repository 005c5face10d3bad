//! Waits for a time after the run's data interval.

use std::time::Duration;

use async_trait::async_trait;
use couture_core::{Failure, TaskContext};
use serde::{Deserialize, Serialize};

use super::poke::{Poke, Sensor, has_settings};
use super::settings::SensorSettings;
use crate::seconds;

/// Waits until `delta` after the end of the run's data interval. It is run again exactly then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeDeltaSensor {
    /// How long after; seconds in JSON.
    #[serde(with = "seconds")]
    pub delta: Duration,
    /// How it waits.
    #[serde(flatten)]
    pub settings: SensorSettings,
}

impl TimeDeltaSensor {
    /// Waits until `delta` after the data interval.
    pub fn new(delta: Duration) -> Self {
        Self { delta, settings: SensorSettings::default() }
    }
}

#[async_trait]
impl Sensor for TimeDeltaSensor {
    has_settings!();

    async fn poke(&self, cx: &TaskContext) -> Result<Poke, Failure> {
        Ok(super::date_time::until(cx.run().data_interval.end + self.delta, cx))
    }

    fn awaits(&self, cx: &TaskContext) -> String {
        format!("for {}", cx.run().data_interval.end + self.delta)
    }
}

crate::sensor_operator!(TimeDeltaSensor, "time_delta_sensor");
