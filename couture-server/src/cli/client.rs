//! Talks to the server.

use std::path::Path;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use tokio::net::TcpStream;

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
/// The biggest answer.
const MAX_ANSWER_BYTES: usize = 256 << 20;
/// What a part of an address may hold as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// An address below `/api/v2`, of parts that may hold anything.
pub(super) fn path(parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| utf8_percent_encode(part, PLAIN).to_string()).collect();
    format!("/api/v2/{}", parts.join("/"))
}

impl Client {
    /// For the server at this address. Who asks is told by `token`, or else, where the server of the data folder `data` has this
    /// address, by the token that it left there.
    pub(super) fn new(server: &str, token: Option<String>, data: &Path) -> Self {
        let server = server.trim_end_matches('/').to_owned();
        let is_local = || ServerFile::read(data).is_some_and(|local| local.url == server);
        let token = token.or_else(|| is_local().then(|| LocalToken::find(data)).flatten());
        Self { server, token }
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

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, ClientError> {
        match tokio::time::timeout(TIMEOUT, self.exchange(method, path, body)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.unreachable(format!("no answer within {} s", TIMEOUT.as_secs()))),
        }
    }

    async fn exchange(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, ClientError> {
        let address = || ClientError::Address(self.server.clone());
        let uri: Uri = format!("{}{path}", self.server).parse().map_err(|_| address())?;
        let host = uri.host().filter(|_| uri.scheme_str() == Some("http")).ok_or_else(address)?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((bare, uri.port_u16().unwrap_or(80)))
            .await
            .map_err(|error| self.unreachable(error.to_string()))?;
        let strange = |reason: String| ClientError::Strange { server: self.server.clone(), reason };
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.unreachable(error.to_string()))?;
        tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(uri.path_and_query().map_or("/", |path| path.as_str()))
            .header(header::HOST, uri.authority().map_or(host, |authority| authority.as_str()))
            .header(header::CONTENT_TYPE, "application/json");
        let request = match &self.token {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        };
        let request = request
            .body(Full::new(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default()))
            .map_err(|_| address())?;
        let answer = sender.send_request(request).await.map_err(|error| strange(error.to_string()))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_ANSWER_BYTES);
        let body = body.collect().await.map_err(|error| strange(error.to_string()))?.to_bytes();
        if status == StatusCode::NO_CONTENT {
            return Ok(Value::Object(Map::new()));
        }
        let value: Value = serde_json::from_slice(&body)
            .map_err(|_| strange(format!("status {status}, and a body that is not JSON")))?;
        if !value.is_object() {
            return Err(strange(format!("status {status}, and JSON that is not an object")));
        }
        if status.is_success() {
            return Ok(value);
        }
        let mut detail = value["detail"].as_str().map_or_else(|| format!("status {status}"), String::from);
        if status == StatusCode::UNAUTHORIZED {
            detail.push_str(
                ". The command line needs a token in COUTURE_TOKEN, or, on the server's own machine and as its user, the server's data \
                 folder in COUTURE__DATA__DIR",
            );
        }
        Err(ClientError::Refused { status, detail })
    }

    fn unreachable(&self, reason: String) -> ClientError {
        ClientError::Unreachable { server: self.server.clone(), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn parts_of_addresses_are_escaped() {
        assert_eq!(path(&["dags", "a/b?c", "ü +"]), "/api/v2/dags/a%2Fb%3Fc/%C3%BC%20%2B");
    }
}
