//! Refuses requests that a web page of somebody else could make a browser send.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::HttpBody as _;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use crate::auth::CSRF_HEADER;

/// How long files may be on their way.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(3_600);

/// What every request must be.
#[derive(Clone, Debug)]
pub struct Guard {
    /// The names that the server may be called.
    pub hosts: Arc<AllowedHosts>,
    /// The longest time for an answer.
    pub timeout: Duration,
}

/// The names that requests may have in their Host header.
///
/// A page of somebody else's can point a name of its own at this machine's loopback address, and then read what this server
/// answers: only the Host header tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHosts {
    /// Whether names of the loopback address are allowed, and no others but `named`. Otherwise all are, if `named` is empty.
    pub loopback: bool,
    /// Further names, in lower case.
    pub named: Vec<String>,
}

impl AllowedHosts {
    /// Whether a request with this Host header is meant for this server.
    pub fn allow(&self, host: &str) -> bool {
        let name = without_port(host).to_lowercase();
        if !self.loopback && self.named.is_empty() {
            return true;
        }
        let is_loopback = || {
            let address = name.trim_start_matches('[').trim_end_matches(']');
            name == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        };
        self.named.contains(&name) || (self.loopback && is_loopback())
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// Checks a request, and bounds the time of its answer.
pub(super) async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    if let Err(error) = check_headers(&guard, &request) {
        return error.into_response();
    }
    // Who sends files is known before they are received, and they take as long as the network is slow.
    let limit = if is_upload(request.headers()) { UPLOAD_TIMEOUT.max(guard.timeout) } else { guard.timeout };
    let mut response = match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = format!("no answer within {} s; try again", limit.as_secs());
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, detail).into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn check_headers(guard: &Guard, request: &Request) -> Result<(), ApiError> {
    let headers = request.headers();
    let host = request.uri().host().or_else(|| headers.get(header::HOST)?.to_str().ok());
    let Some(host) = host else {
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "the request has no Host header"));
    };
    if !guard.hosts.allow(host) {
        let detail = "this server is not known by the name in the Host header; call it by its own address, or add \
                      the name to server.allowed_hosts";
        return Err(ApiError::new(StatusCode::MISDIRECTED_REQUEST, detail));
    }
    if is_changing(request.method()) && !is_json(headers) && !is_bare(request) && !is_upload(headers) {
        let detail = "a request that changes something must have the header content-type: application/json; one that uploads files as \
                      multipart/form-data must have the header authorization or x-csrf-token besides";
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    Ok(())
}

fn is_changing(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Other content types can be sent by a form on any page, without this server being asked first.
fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    })
}

/// Forms of other pages can send files, but none of these headers.
fn is_upload(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_form = kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("multipart/form-data"));
    is_form && (headers.contains_key(header::AUTHORIZATION) || headers.contains_key(CSRF_HEADER))
}

/// Whether it says all that it has to say by its method and address. No form can send these methods, and a script of another page
/// cannot without this server being asked first.
fn is_bare(request: &Request) -> bool {
    let has_type = request.headers().contains_key(header::CONTENT_TYPE);
    matches!(*request.method(), Method::PUT | Method::DELETE) && !has_type && request.body().is_end_stream()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_names_are_allowed_on_loopback() {
        let named = vec!["flows.example.org".to_owned()];
        let check = |loopback: bool, named: &[String], host: &str, allowed: bool| {
            let hosts = AllowedHosts { loopback, named: named.to_vec() };
            assert_eq!(hosts.allow(host), allowed, "{host}");
        };
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080", "[::1]", "::1"] {
            check(true, &[], host, true);
        }
        for host in ["evil.example", "127.0.0.1.evil.example:8080", "localhost.evil.example", "10.0.0.1", "", ":8080"] {
            check(true, &named, host, false);
        }
        check(true, &named, "Flows.example.org:443", true);
        check(false, &[], "anything", true);
        check(false, &named, "anything", false);
        check(false, &named, "flows.example.org", true);
    }
}
