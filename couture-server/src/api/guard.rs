//! Refuses requests that a web page of somebody else could make a browser send.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;

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
    /// Whether this is one of the names that were set.
    fn names(&self, host: &str) -> bool {
        self.named.contains(&without_port(host).to_lowercase())
    }

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
    let limit = if is_upload(&request) { UPLOAD_TIMEOUT.max(guard.timeout) } else { guard.timeout };
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
    if headers.get_all(header::HOST).iter().count() > 1 {
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "the request has several Host headers"));
    }
    if !guard.hosts.allow(host) {
        let detail = "this server is not known by the name in the Host header; call it by its own address, or add \
                      the name to server.allowed_hosts";
        return Err(ApiError::new(StatusCode::MISDIRECTED_REQUEST, detail));
    }
    if !request.method().is_safe() && !is_of_this_site(&guard.hosts, host, headers) {
        let detail = "the request was sent by a page of another site, which the header origin names; add its name to \
                      server.allowed_hosts if it is this server's own behind a proxy";
        return Err(ApiError::new(StatusCode::FORBIDDEN, detail));
    }
    Ok(())
}

/// Whether it sends files to a route that knows its sender before it reads them.
fn is_upload(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = request.uri().path();
    let is_form = kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data");
    (path.starts_with("/api/") && is_form) || path == "/api/v2/eda/uploads"
}

/// Whether the page that made a browser send this, if one did, came from this server. Browsers name it with every request that could
/// change something; programs do not.
fn is_of_this_site(hosts: &AllowedHosts, host: &str, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Some((_, authority)) = origin.to_str().ok().and_then(|origin| origin.split_once("://")) else { return false };
    // A proxy may have another port than this server.
    without_port(authority).eq_ignore_ascii_case(without_port(host)) || hosts.names(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_other_sites_change_nothing() {
        let check = |host: &str, origin: &str, allowed: bool| {
            let hosts = AllowedHosts { loopback: true, named: vec!["flows.example".to_owned()] };
            let headers = HeaderMap::from_iter([(header::ORIGIN, origin.parse().unwrap())]);
            assert_eq!(is_of_this_site(&hosts, host, &headers), allowed, "{host} {origin}");
        };
        check("localhost:8080", "http://localhost:8080", true);
        check("localhost:8080", "https://LOCALHOST", true);
        check("127.0.0.1:8080", "https://flows.example:8443", true);
        for other in ["http://evil.example", "http://localhost.evil.example", "null", "", "http://127.0.0.2:8080"] {
            check("localhost:8080", other, false);
        }
        assert!(is_of_this_site(&AllowedHosts { loopback: true, named: Vec::new() }, "x", &HeaderMap::new()));
    }

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
