//! The answers that carry the web page: its files, and its first file for every address that the page itself reads.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use super::absent;
use super::file::File;

/// Only what this server serves is loaded and run; nothing inline, and nobody frames it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
                                       frame-ancestors 'none'";
/// Files that can never change are kept; others are asked for again each time, and answered by their tag.
const KEPT: &str = "public, max-age=31536000, immutable";
const ASKED: &str = "no-cache";
/// What stands under these is not the page's.
const OTHERS: [&str; 2] = ["/api", "/auth"];

/// The page's answer to a request, if the address is one of the page's. What a person may see is decided by the API that the page asks:
/// the page is the same for everybody, and holds nothing of anybody.
pub(crate) fn answer(method: &Method, path: &str, headers: &HeaderMap) -> Option<Response<Body>> {
    let is_other = OTHERS.iter().any(|other| {
        let start = path.get(..other.len()).is_some_and(|start| start.eq_ignore_ascii_case(other));
        start && path[other.len()..].chars().next().is_none_or(|next| next == '/')
    });
    if is_other || !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    if let Some(file) = File::at(path) {
        return Some(file_answer(file, headers));
    }
    if path.starts_with("/assets/") {
        return None;
    }
    match File::at("/index.html") {
        Some(index) => Some(file_answer(index, headers)),
        None => (path == "/").then(absent::answer),
    }
}

fn file_answer(file: &File, headers: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let known = header_text(headers, header::IF_NONE_MATCH);
    if known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        let accepted = header_text(headers, header::ACCEPT_ENCODING);
        let (encoding, bytes) = encoded(file, accepted);
        *response.body_mut() = Body::from(bytes);
        if let Some(encoding) = encoding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type()));
    headers.insert(header::ETAG, HeaderValue::from_static(file.tag));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(if file.is_hashed() { KEPT } else { ASKED }));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    response
}

fn header_text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The smallest form that the browser takes.
fn encoded(file: &File, accepted: &str) -> (Option<&'static str>, &'static [u8]) {
    let takes = |name: &str| {
        accepted.split(',').any(|one| {
            let (coding, quality) = one.split_once(';').unwrap_or((one, ""));
            coding.trim() == name && !matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        })
    };
    if let Some(bytes) = file.brotli.filter(|_| takes("br")) {
        return (Some("br"), bytes);
    }
    match file.gzip.filter(|_| takes("gzip")) {
        Some(bytes) => (Some("gzip"), bytes),
        None => (None, file.plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: File =
        File { path: "/assets/x.js", tag: "\"1\"", plain: b"plain", brotli: Some(b"br"), gzip: Some(b"gz") };

    #[test]
    fn the_smallest_form_that_is_taken_is_sent() {
        let check = |accepted: &str, expected: &[u8]| assert_eq!(encoded(&FILE, accepted).1, expected, "{accepted}");
        check("gzip, deflate, br", b"br");
        check("gzip, br;q=0", b"gz");
        check("gzip;q=0.5", b"gz");
        check("deflate, brown", b"plain");
        check("", b"plain");
    }

    #[test]
    fn a_known_file_is_not_sent_again() {
        let check = |known: &'static str, expected: StatusCode| {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(known))]);
            let response = file_answer(&FILE, &headers);
            assert_eq!(response.status(), expected, "{known}");
            assert_eq!(response.headers()[header::CACHE_CONTROL], KEPT);
            assert_eq!(response.headers()[header::CONTENT_SECURITY_POLICY], CONTENT_SECURITY_POLICY);
        };
        check("\"0\", W/\"1\"", StatusCode::NOT_MODIFIED);
        check("\"2\"", StatusCode::OK);
    }

    #[test]
    fn what_is_not_the_pages_is_left_alone() {
        let check = |method: Method, path: &str, expected: bool| {
            assert_eq!(answer(&method, path, &HeaderMap::new()).is_some(), expected, "{method} {path}");
        };
        check(Method::GET, "/", true);
        check(Method::POST, "/", false);
        for path in ["/api", "/api/v2/nothing", "/auth/nothing", "/assets/nothing.js"] {
            check(Method::GET, path, false);
        }
        // A DAG may be called so.
        check(Method::GET, "/apis", File::at("/index.html").is_some());
    }
}
