//! Asks a server over HTTP.

use async_trait::async_trait;
use couture_core::{Failure, Operator, TaskContext};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::request::{HttpRequest, TEMPLATE_FIELDS};

/// Sends a request, `POST` where its method is not set, and gives the text of the answer to later tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimpleHttpOperator {
    /// What to send, and where to.
    #[serde(flatten)]
    pub request: HttpRequest,
    /// The name of a function registered by [`function!`](crate::function!): from the answer (`status`, `headers`, `text`) to whether it
    /// is a good one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_check: Option<String>,
    /// The name of a function that makes of the answer what later tasks get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_filter: Option<String>,
    /// Whether the answer goes to the log.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub log_response: bool,
}

/// Airflow 2's newer name of [`SimpleHttpOperator`].
pub type HttpOperator = SimpleHttpOperator;

impl SimpleHttpOperator {
    /// Asks for `endpoint` of the connection `http_conn_id`.
    pub fn new(http_conn_id: impl Into<String>, endpoint: impl Into<String>) -> Self {
        let (http_conn_id, endpoint) = (http_conn_id.into(), endpoint.into());
        let request = HttpRequest { http_conn_id, endpoint, ..HttpRequest::default() };
        Self { request, response_check: None, response_filter: None, log_response: false }
    }
}

#[async_trait]
impl Operator for SimpleHttpOperator {
    type Input = ();
    type Output = Value;

    async fn run(&self, (): (), cx: &TaskContext) -> Result<Value, Failure> {
        let answer = self.request.checked(self.request.send(Method::POST, cx).await?)?;
        if self.log_response {
            cx.log(&answer.text);
        }
        if !answer.passes(self.response_check.as_deref(), cx).await? {
            return Err(Failure::retry("response check returned false"));
        }
        match &self.response_filter {
            Some(filter) => answer.ask(filter, cx).await,
            None => Ok(Value::String(answer.text)),
        }
    }

    fn template_fields(&self) -> &'static [&'static str] {
        TEMPLATE_FIELDS
    }
}

couture_core::operator!(SimpleHttpOperator, "http");
