//! Talks to the server.

use std::path::Path;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, Response, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::dial::dial;
use super::form::{Form, RequestBody};
use crate::auth::LocalToken;
use crate::data_folder::ServerFile;

/// The server's API.
#[derive(Clone, Debug)]
pub(super) struct Client {
    server: String,
    token: Option<String>,
}

/// Why the server did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClientError {
    /// The address is not one.
    #[error("{0:?} is not the address of a server; write it like http://127.0.0.1:8080 (--server, COUTURE_SERVER)")]
    Address(String),
    /// Nobody listens there.
    #[error(
        "no server answers at {server}: {reason}. Start one with `server` (from the sources: cargo run --release --bin server), or \
         name its address with --server URL or COUTURE_SERVER"
    )]
    Unreachable {
        /// The address.
        server: String,
        /// What the system says.
        reason: String,
    },
    /// It answered something that a Couture server does not answer.
    #[error("{server} does not answer like a Couture server: {reason}")]
    Strange {
        /// The address.
        server: String,
        /// What is strange.
        reason: String,
    },
    /// What it answered cannot be kept here.
    #[error("the answer cannot be written: {0}")]
    Local(std::io::Error),
    /// It refused.
    #[error("{detail}")]
    Refused {
        /// The status of the answer.
        status: StatusCode,
        /// The server's words.
        detail: String,
    },
}

impl ClientError {
    /// Whether what the address names is not there.
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::NOT_FOUND, .. })
    }
}

/// How long to wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(90);
/// How long files may be on their way.
const LONG_TIMEOUT: Duration = Duration::from_secs(3_600);
const JSON: &str = "application/json";
/// The biggest answer.
const MAX_ANSWER_BYTES: usize = 256 << 20;
/// What a part of an address may hold as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// An address below `/api/v2`, of parts that may hold anything.
pub(super) fn path(parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| utf8_percent_encode(part, PLAIN).to_string()).collect();
    format!("/api/v2/{}", parts.join("/"))
}

/// A value of an address's query.
pub(super) fn query(name: &str, value: &str) -> String {
    format!("{name}={}", utf8_percent_encode(value, PLAIN))
}

fn whole(bytes: Bytes) -> RequestBody {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}

impl Client {
    /// For the server at this address, http or https. Who asks is told by `token`, or else, where the server of the data folder `data` has this
    /// address, by the token that it left there.
    pub(super) fn new(server: &str, token: Option<String>, data: &Path) -> Self {
        let server = server.trim_end_matches('/').to_owned();
        let is_local = || ServerFile::read(data).is_some_and(|local| local.url == server);
        let token = token.or_else(|| is_local().then(|| LocalToken::find(data)).flatten());
        Self { server, token }
    }

    /// The server's address.
    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// For nobody.
    pub(super) fn anonymous(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// With this token.
    pub(super) fn with_token(&self, token: String) -> Self {
        Self { token: Some(token), ..self.clone() }
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, ClientError> {
        self.send(Method::GET, path, None).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(super) async fn patch(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<Value, ClientError> {
        self.send(Method::DELETE, path, None).await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// Sends files as a form.
    pub(super) async fn upload(&self, path: &str, form: Form) -> Result<Value, ClientError> {
        let kind = form.content_type();
        let work = async { self.json(self.begin(Method::POST, path, &kind, form.into_body()).await?).await };
        self.within(LONG_TIMEOUT, work).await
    }

    /// Writes a body of any kind, and tells how many bytes it had.
    pub(super) async fn download(&self, path: &str, to: &mut (dyn std::io::Write + Send)) -> Result<u64, ClientError> {
        let work = async {
            let answer = self.begin(Method::GET, path, JSON, whole(Bytes::new())).await?;
            if !answer.status().is_success() {
                return self.json(answer).await.map(|_| 0);
            }
            let (mut body, mut length) = (answer.into_body(), 0);
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(|error| self.strange(error.to_string()))?;
                if let Some(piece) = frame.data_ref() {
                    to.write_all(piece).map_err(ClientError::Local)?;
                    length += piece.len() as u64;
                }
            }
            Ok(length)
        };
        self.within(LONG_TIMEOUT, work).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, ClientError> {
        let body = whole(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default());
        let work = async { self.json(self.begin(method, path, JSON, body).await?).await };
        self.within(TIMEOUT, work).await
    }

    async fn within<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, ClientError> {
        match tokio::time::timeout(limit, work).await {
            Ok(answer) => answer,
            Err(_) => Err(self.unreachable(format!("no answer within {} s", limit.as_secs()))),
        }
    }

    /// Sends a request, and waits for the head of its answer.
    async fn begin(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: RequestBody,
    ) -> Result<Response<Incoming>, ClientError> {
        let address = || ClientError::Address(self.server.clone());
        let uri: Uri = format!("{}{path}", self.server).parse().map_err(|_| address())?;
        let secret = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(address()),
        };
        let host = uri.host().ok_or_else(address)?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let port = uri.port_u16().unwrap_or(if secret { 443 } else { 80 });
        let stream = dial(bare, port, secret).await.map_err(|error| self.unreachable(error.to_string()))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.unreachable(error.to_string()))?;
        tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(uri.path_and_query().map_or("/", |path| path.as_str()))
            .header(header::HOST, uri.authority().map_or(host, |authority| authority.as_str()))
            .header(header::USER_AGENT, crate::api::CLI_AGENT)
            .header(header::CONTENT_TYPE, kind);
        let request = match &self.token {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        };
        let request = request.body(body).map_err(|_| address())?;
        sender.send_request(request).await.map_err(|error| self.strange(error.to_string()))
    }

    /// The JSON object of an answer.
    async fn json(&self, answer: Response<Incoming>) -> Result<Value, ClientError> {
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_ANSWER_BYTES);
        let body = body.collect().await.map_err(|error| self.strange(error.to_string()))?.to_bytes();
        if status == StatusCode::NO_CONTENT {
            return Ok(Value::Object(Map::new()));
        }
        let value: Value = serde_json::from_slice(&body)
            .map_err(|_| self.strange(format!("status {status}, and a body that is not JSON")))?;
        if !value.is_object() {
            return Err(self.strange(format!("status {status}, and JSON that is not an object")));
        }
        if status.is_success() {
            return Ok(value);
        }
        let mut detail = detail_of(&value["detail"]).unwrap_or_else(|| format!("status {status}"));
        if status == StatusCode::UNAUTHORIZED {
            detail.push_str(
                ". Log in with `couture login`, or put a token into COUTURE_TOKEN; on the server's own machine and as its user, the server's \
                 data folder in COUTURE__DATA__DIR will do",
            );
        }
        Err(ClientError::Refused { status, detail })
    }

    fn strange(&self, reason: String) -> ClientError {
        ClientError::Strange { server: self.server.clone(), reason }
    }

    fn unreachable(&self, reason: String) -> ClientError {
        ClientError::Unreachable { server: self.server.clone(), reason }
    }
}

/// The words of an error: a text, or what does not fit, one by one.
fn detail_of(detail: &Value) -> Option<String> {
    match detail {
        Value::String(text) => Some(text.clone()),
        Value::Array(misfits) => {
            let words: Vec<_> = misfits.iter().filter_map(|misfit| misfit["msg"].as_str()).collect();
            (!words.is_empty()).then(|| words.join("; "))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{detail_of, path};

    #[test]
    fn errors_are_texts_or_lists_of_what_does_not_fit() {
        let check = |detail: Value, expected: Option<&str>| assert_eq!(detail_of(&detail).as_deref(), expected);
        check(json!("gone"), Some("gone"));
        check(json!([{ "loc": ["request"], "msg": "a", "type": "value_error" }, { "msg": "b" }]), Some("a; b"));
        check(json!([]), None);
        check(json!({}), None);
    }

    #[test]
    fn parts_of_addresses_are_escaped() {
        assert_eq!(path(&["dags", "a/b?c", "ü +"]), "/api/v2/dags/a%2Fb%3Fc/%C3%BC%20%2B");
    }
}
