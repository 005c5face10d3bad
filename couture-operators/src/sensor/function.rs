//! Waits until a Rust function says so.

use async_trait::async_trait;
use couture_core::{Failure, TaskContext};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::poke::{Poke, Sensor, has_settings};
use super::settings::SensorSettings;
use crate::RegisteredFunction;

/// Calls a function registered by [`sensor!`](crate::sensor!), again and again, until it says that it is there.
///
/// ```
/// use couture_core::{DagBuilder, Failure, TaskContext};
/// use couture_operators::sensor::{FnSensor, Sensor};
/// use couture_operators::sensor;
///
/// async fn is_ready((): (), cx: &TaskContext) -> Result<bool, Failure> {
///     Ok(cx.now() > cx.run().logical_date)
/// }
/// sensor!("doc.is_ready", is_ready);
///
/// let dag = DagBuilder::new("waits");
/// dag.task("wait", FnSensor::new("doc.is_ready").poke_interval(std::time::Duration::from_secs(30)), ());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FnSensor {
    /// The function's registered name.
    pub function: String,
    /// Its parameters, as JSON; a template.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub params: Value,
    /// How it waits.
    #[serde(flatten)]
    pub settings: SensorSettings,
}

impl FnSensor {
    /// Waits for the function of this name.
    pub fn new(function: impl Into<String>) -> Self {
        Self { function: function.into(), params: Value::Null, settings: SensorSettings::default() }
    }

    /// With these parameters, for a function registered with `params`.
    pub fn params(mut self, params: Value) -> Self {
        self.params = params;
        self
    }
}

/// Registers a function to wait for under a name, as [`function!`](crate::function!) does:
/// `async fn((), &TaskContext) -> Result<bool, Failure>`, or with a [`Poke`] instead of the `bool`; with
/// `sensor!("name", f, params);` it takes parameters before them.
#[macro_export]
macro_rules! sensor {
    ($name:literal, $function:expr) => {
        $crate::function!($name, $function);
    };
    ($name:literal, $function:expr, params) => {
        $crate::function!($name, $function, params);
    };
}

#[async_trait]
impl Sensor for FnSensor {
    has_settings!();

    async fn poke(&self, cx: &TaskContext) -> Result<Poke, Failure> {
        let answer = (RegisteredFunction::find(&self.function)?.call)(self.params.clone(), Value::Null, cx).await?;
        match answer {
            Value::Bool(is_there) => Ok(is_there.into()),
            other => serde_json::from_value(other)
                .map_err(|_| Failure::fatal(format!("function {:?} says neither true nor false", self.function))),
        }
    }

    fn awaits(&self, _: &TaskContext) -> String {
        format!("for the function {}", self.function)
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["params"]
    }
}

crate::sensor_operator!(FnSensor, "fn_sensor");
