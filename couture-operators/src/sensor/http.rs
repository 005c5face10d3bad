//! Waits for an answer over HTTP.

use async_trait::async_trait;
use couture_core::{Failure, TaskContext};
use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::poke::{Poke, Sensor, has_settings};
use super::settings::SensorSettings;
use crate::http::{HttpRequest, TEMPLATE_FIELDS};

/// Asks a server, `GET` where the method is not set, until it answers well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSensor {
    /// What to send, and where to.
    #[serde(flatten)]
    pub request: HttpRequest,
    /// The name of a function registered by [`function!`](crate::function!): from the answer (`status`, `headers`, `text`) to whether it
    /// is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_check: Option<String>,
    /// Status codes that mean "not yet"; others of 400 and more are failures.
    #[serde(default = "not_found", skip_serializing_if = "is_not_found")]
    pub response_error_codes_allowlist: Vec<String>,
    /// How it waits.
    #[serde(flatten)]
    pub settings: SensorSettings,
}

fn not_found() -> Vec<String> {
    vec!["404".into()]
}

fn is_not_found(codes: &[String]) -> bool {
    codes == ["404"]
}

impl HttpSensor {
    /// Waits for `endpoint` of the connection `http_conn_id`.
    pub fn new(http_conn_id: impl Into<String>, endpoint: impl Into<String>) -> Self {
        let (http_conn_id, endpoint) = (http_conn_id.into(), endpoint.into());
        Self {
            request: HttpRequest { http_conn_id, endpoint, ..HttpRequest::default() },
            response_check: None,
            response_error_codes_allowlist: not_found(),
            settings: SensorSettings::default(),
        }
    }
}

#[async_trait]
impl Sensor for HttpSensor {
    has_settings!();

    async fn poke(&self, cx: &TaskContext) -> Result<Poke, Failure> {
        let answer = self.request.send(Method::GET, cx).await?;
        let is_error = answer.status >= 400;
        if is_error && self.response_error_codes_allowlist.contains(&answer.status.to_string()) {
            return Ok(Poke::NotYet);
        }
        let answer = self.request.checked(answer)?;
        Ok(answer.passes(self.response_check.as_deref(), cx).await?.into())
    }

    fn awaits(&self, _: &TaskContext) -> String {
        format!("for {:?} of connection {}", self.request.endpoint, self.request.http_conn_id)
    }

    fn template_fields(&self) -> &'static [&'static str] {
        TEMPLATE_FIELDS
    }
}

crate::sensor_operator!(HttpSensor, "http_sensor");
