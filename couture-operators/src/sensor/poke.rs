//! What a sensor looks for.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use couture_core::{DagId, Failure, RunId, TaskContext, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::settings::{SensorMode, SensorSettings};

/// What one look came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Poke {
    /// It is there; the value goes to later tasks, unless it is null.
    Done(Value),
    /// It is not there: look again after the poke interval.
    NotYet,
    /// It is not there, and cannot be before this moment.
    Until(Timestamp),
    /// It is not there, and may be when this run is over. At the latest it is looked for again after the poke interval.
    AfterRun(DagId, RunId),
}

impl Poke {
    /// Done, with nothing to give to later tasks.
    pub const DONE: Self = Self::Done(Value::Null);
}

impl From<bool> for Poke {
    fn from(is_there: bool) -> Self {
        if is_there { Self::DONE } else { Self::NotYet }
    }
}

/// Waits for something.
///
/// Implement it for a struct with a field `#[serde(flatten)] settings: SensorSettings` beside its own (and
/// `#[serde(deny_unknown_fields)]`), then write [`sensor_operator!`](crate::sensor_operator!) beside it, which makes it an operator.
#[async_trait]
pub trait Sensor: Debug + Send + Sync {
    /// How it waits.
    fn settings(&self) -> &SensorSettings;

    /// The same, to be changed.
    fn settings_mut(&mut self) -> &mut SensorSettings;

    /// Looks once. It must not block its thread, and should log only what is new: it may be called very often. A failure ends the wait,
    /// unless the settings say otherwise.
    async fn poke(&self, cx: &TaskContext) -> Result<Poke, Failure>;

    /// What is waited for, in words for people: "for …". Each new text is a record in the store, so it should not change from poke to poke.
    fn awaits(&self, cx: &TaskContext) -> String;

    /// See [`couture_core::Operator::template_fields`].
    fn template_fields(&self) -> &'static [&'static str] {
        &[]
    }

    /// See [`couture_core::Operator::template_ext`].
    fn template_ext(&self) -> &'static [&'static str] {
        &[]
    }

    /// Sets the time from one poke to the next.
    fn poke_interval(mut self, interval: Duration) -> Self
    where
        Self: Sized,
    {
        self.settings_mut().poke_interval = interval;
        self
    }

    /// Sets the time after which it fails.
    fn timeout(mut self, timeout: Duration) -> Self
    where
        Self: Sized,
    {
        self.settings_mut().timeout = timeout;
        self
    }

    /// It is skipped where it would fail for good.
    fn soft_fail(mut self) -> Self
    where
        Self: Sized,
    {
        self.settings_mut().soft_fail = true;
        self
    }

    /// Sets what it holds between two pokes.
    fn mode(mut self, mode: SensorMode) -> Self
    where
        Self: Sized,
    {
        self.settings_mut().mode = mode;
        self
    }
}

/// Makes a [`Sensor`] an operator: `sensor_operator!(QueueSensor, "mq.queue_sensor");`
#[macro_export]
macro_rules! sensor_operator {
    ($sensor:ty, $tag:literal) => {
        const _: () = {
            use $crate::__private::{Value, async_trait};

            #[async_trait]
            impl ::couture_core::Operator for $sensor {
                type Input = ();
                type Output = Value;

                async fn run(
                    &self,
                    (): (),
                    cx: &::couture_core::TaskContext,
                ) -> ::core::result::Result<Value, ::couture_core::Failure> {
                    $crate::sensor::wait(self, cx).await
                }

                fn template_fields(&self) -> &'static [&'static str] {
                    $crate::sensor::Sensor::template_fields(self)
                }

                fn template_ext(&self) -> &'static [&'static str] {
                    $crate::sensor::Sensor::template_ext(self)
                }
            }

            ::couture_core::operator!($sensor, $tag);
        };
    };
}

/// The two methods that every sensor with a field `settings` has alike.
macro_rules! has_settings {
    () => {
        fn settings(&self) -> &$crate::sensor::SensorSettings {
            &self.settings
        }

        fn settings_mut(&mut self) -> &mut $crate::sensor::SensorSettings {
            &mut self.settings
        }
    };
}
pub(crate) use has_settings;
