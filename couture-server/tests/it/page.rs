//! The web page at `/`.

use crate::harness::{Answer, TestServer};

fn header<'r>(answer: &'r Answer, name: &str) -> &'r str {
    let found = answer.headers.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    });
    found.unwrap_or_default()
}

/// The addresses that the first file loads.
fn loaded(html: &str) -> Vec<&str> {
    let of = |attribute| html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next());
    of("src=\"").chain(of("href=\"")).collect()
}

#[test]
fn the_page_is_served_by_the_server_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    let page = server.ask("GET", "/", &[], "");
    assert_eq!((page.status, header(&page, "x-content-type-options")), (200, "nosniff"), "{}", page.headers);
    let policy = header(&page, "content-security-policy");
    assert!(policy.contains("default-src '") && !policy.contains("unsafe"), "{policy}");
    if page.body.contains("has no web page") {
        assert!(page.body.contains("COUTURE_UI_DIST") && page.body.contains("couture dags list"), "{}", page.body);
        return;
    }
    let files = loaded(&page.body);
    assert!(files.len() >= 3 && !page.body.contains("<style") && !page.body.contains("onload"), "{}", page.body);
    for file in files {
        let answer = server.ask("GET", file, &[], "");
        assert!(file.starts_with('/') && answer.status == 200 && !answer.body.is_empty(), "{file}: {}", answer.status);
        let kept = header(&answer, "cache-control").contains("immutable");
        assert_eq!(kept, file.starts_with("/assets/"), "{file}: {}", answer.headers);
        let again = server.ask("GET", file, &[("if-none-match", header(&answer, "etag"))], "");
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{file}");
    }
    for path in ["/dags/some%20dag/graph", "/login", "/admin/variables?page=2"] {
        assert_eq!(server.ask("GET", path, &[], "").body, page.body, "{path}");
    }
    for path in ["/api/v2/nothing", "/auth/nothing", "/assets/nothing.js"] {
        let answer = server.ask("GET", path, &[], "");
        assert!(answer.status >= 400 && header(&answer, "content-type").contains("json"), "{path}: {}", answer.headers);
    }
}
