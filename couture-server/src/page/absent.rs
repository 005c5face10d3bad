//! What stands at `/` when the server was built without its web page.

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};

use super::file::WHY_ABSENT;

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Says why there is no page, how to get it, and what works without.
pub(super) fn answer() -> Response<Body> {
    let mut response = Response::new(Body::from(text(WHY_ABSENT.unwrap_or("it was left out"))));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    response
}

fn text(why: &str) -> String {
    format!(
        "Couture {}\n\n\
         This server has no web page: {why}.\n\n\
         To get it, install Node.js 20.19 or newer with npm, and build the server again; or build the page elsewhere (npm ci && npm run \
         build in couture-server/ui), and build the server with COUTURE_UI_DIST set to its folder dist.\n\n\
         Everything else works. The API is at /api/v2 (GET /api/v2/monitor/health says how the server is), and the command line asks it:\n\n    \
         couture dags list\n    couture dags unpause hello_world\n    couture dags trigger hello_world --wait\n    \
         couture tasks log hello_world RUN hello\n",
        env!("CARGO_PKG_VERSION"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_why_and_what_to_do() {
        let text = text("there is no npm");
        for words in ["no web page: there is no npm.", "COUTURE_UI_DIST", "/api/v2", "couture dags list"] {
            assert!(text.contains(words), "{text}");
        }
    }
}
