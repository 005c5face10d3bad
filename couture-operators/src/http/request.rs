//! A request by way of a connection, as Airflow's `HttpHook` makes it.

use std::collections::BTreeMap;
use std::time::Duration;

use couture_core::values::{Connection, Values as _};
use couture_core::{Failure, TaskContext};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::{body, client};
use crate::RegisteredFunction;

/// A request, under Airflow's names; its fields lie beside those of its operator. All but the connection and the method are templates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HttpRequest {
    /// The connection: its host and port, its schema as the protocol, its login and password for basic authentication, its extra as
    /// headers.
    pub http_conn_id: String,
    /// What comes after the connection's address.
    pub endpoint: String,
    /// `GET`, `POST`, …; the operator's own default where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// An object goes into the address for `GET`, and as a form in the body for others; a text is the body.
    #[serde(alias = "request_params", skip_serializing_if = "Value::is_null")]
    pub data: Value,
    /// Headers, beside those of the connection.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// How to ask.
    #[serde(skip_serializing_if = "is_default")]
    pub extra_options: HttpOptions,
}

/// How to ask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpOptions {
    /// The longest time for the whole answer, in seconds.
    pub timeout: f64,
    /// Whether the server's certificate is looked at.
    pub verify: bool,
    /// Whether a status of 400 or more is an error.
    pub check_response: bool,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { timeout: 60.0, verify: true, check_response: true }
    }
}

impl Default for HttpRequest {
    fn default() -> Self {
        Self {
            http_conn_id: "http_default".into(),
            endpoint: String::new(),
            method: None,
            data: Value::Null,
            headers: BTreeMap::new(),
            extra_options: HttpOptions::default(),
        }
    }
}

fn is_default(options: &HttpOptions) -> bool {
    *options == HttpOptions::default()
}

/// The template fields of operators that have a request.
pub(crate) const TEMPLATE_FIELDS: &[&str] = &["endpoint", "data", "headers"];

/// What came back.
#[derive(Debug, Serialize)]
pub(crate) struct HttpAnswer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
}

impl HttpAnswer {
    /// Asks a function registered by [`function!`](crate::function!): its input is an object with `status`, `headers` and `text`.
    pub(crate) async fn ask(&self, function: &str, cx: &TaskContext) -> Result<Value, Failure> {
        (RegisteredFunction::find(function)?.call)(Value::Null, serde_json::to_value(self)?, cx).await
    }

    /// The same for one that says true or false; where there is none, true.
    pub(crate) async fn passes(&self, check: Option<&str>, cx: &TaskContext) -> Result<bool, Failure> {
        let Some(function) = check else { return Ok(true) };
        let answer = self.ask(function, cx).await?;
        answer.as_bool().ok_or_else(|| Failure::fatal(format!("function {function:?} says neither true nor false")))
    }
}

impl HttpRequest {
    /// Sends it, and reads the whole answer. A status of 400 or more is returned like others.
    pub(crate) async fn send(&self, default_method: Method, cx: &TaskContext) -> Result<HttpAnswer, Failure> {
        let connection = cx.values().connection(&self.http_conn_id).await?;
        let method = match &self.method {
            Some(method) => method
                .to_ascii_uppercase()
                .parse()
                .map_err(|_| Failure::fatal(format!("{method:?} is not a method of HTTP")))?,
            None => default_method,
        };
        let timeout = Duration::try_from_secs_f64(self.extra_options.timeout)
            .map_err(|_| Failure::fatal("extra_options.timeout is not a number of seconds from 0 on"))?;
        let url = address(&connection, &self.endpoint);
        let mut request = client(self.extra_options.verify)?.request(method.clone(), url).timeout(timeout);
        if let Some(login) = &connection.login {
            request = request.basic_auth(login, connection.password.as_ref());
        }
        for (name, value) in extra_headers(&connection).into_iter().chain(self.headers.clone()) {
            request = request.header(name, value);
        }
        request = match &self.data {
            Value::Null => request,
            Value::String(text) => request.body(text.clone()),
            Value::Object(fields) => {
                let pairs: Vec<(&String, String)> = fields.iter().map(|(name, value)| (name, plain(value))).collect();
                if method == Method::GET { request.query(&pairs) } else { request.form(&pairs) }
            }
            _ => return Err(Failure::fatal("data must be an object or a text")),
        };
        let answer = tokio::select! {
            answer = request.send() => answer.map_err(reqwest::Error::without_url)?,
            () = cx.cancelled() => return Err(Failure::retry("it was told to end")),
        };
        let status = answer.status().as_u16();
        let headers = answer.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()));
        let headers = headers.collect();
        let text = String::from_utf8_lossy(&body(answer).await?).into_owned();
        Ok(HttpAnswer { status, headers, text })
    }

    /// What an error status means, unless `check_response` is off.
    pub(crate) fn checked(&self, answer: HttpAnswer) -> Result<HttpAnswer, Failure> {
        if answer.status < 400 || !self.extra_options.check_response {
            return Ok(answer);
        }
        let hint: String = answer.text.chars().take(500).collect();
        Err(Failure::retry(format!("the server answered {}: {hint}", answer.status)))
    }
}

/// A value as a field of a form.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The address of `endpoint` behind a connection.
pub(crate) fn address(connection: &Connection, endpoint: &str) -> String {
    let host = connection.host.as_deref().unwrap_or_default();
    let mut url = match host.contains("://") {
        true => host.to_owned(),
        false => format!("{}://{host}", connection.schema.as_deref().unwrap_or("http")),
    };
    if let Some(port) = connection.port {
        url = format!("{url}:{port}");
    }
    if !url.ends_with('/') && !endpoint.starts_with('/') && !endpoint.is_empty() {
        url.push('/');
    }
    url + endpoint
}

fn extra_headers(connection: &Connection) -> BTreeMap<String, String> {
    let extra = connection.extra.as_deref().and_then(|extra| serde_json::from_str(extra).ok());
    match extra {
        Some(Value::Object(fields)) => fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        _ => BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use couture_core::ConnId;

    use super::*;

    #[test]
    fn addresses_are_joined_as_airflow_does() {
        let check = |host: &str, schema: Option<&str>, port: Option<u16>, endpoint: &str, expected: &str| {
            let connection = Connection {
                host: Some(host.into()),
                schema: schema.map(Into::into),
                port,
                ..Connection::new(ConnId::new("c").unwrap(), "http")
            };
            assert_eq!(address(&connection, endpoint), expected);
        };
        check("a.b", None, None, "x/y", "http://a.b/x/y");
        check("a.b", Some("https"), Some(8443), "/x", "https://a.b:8443/x");
        check("https://a.b/", None, None, "x", "https://a.b/x");
        check("https://a.b", None, None, "", "https://a.b");
    }
}
