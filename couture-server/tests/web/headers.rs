//! What headers, addresses and names can be made to do: nothing.

use serde_json::json;

use super::fixture::{PASSWORD, Web};

#[tokio::test(flavor = "multi_thread")]
async fn other_pages_cannot_make_a_browser_change_anything() {
    let web = Web::new().await;
    let session = web.login("superadmin", PASSWORD, &[]).await.session();
    let body = json!({ "key": "k", "value": "v" });
    let check = async |more: &[(&'static str, &str)], expected: u16| {
        let mut headers: Vec<_> = session[..1].to_vec();
        headers.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let answer = web.send("POST", "/api/v2/variables", &headers, Some(&body)).await;
        assert_eq!(answer.status, expected, "{more:?}: {}", answer.body);
    };
    let csrf = session[1].1.as_str();
    check(&[], 403).await;
    check(&[("x-csrf-token", "x")], 403).await;
    check(&[("x-csrf-token", csrf), ("content-type", "text/plain")], 415).await;
    check(&[("x-csrf-token", csrf), ("content-type", "application/x-www-form-urlencoded")], 415).await;
    check(&[("content-type", "multipart/form-data; boundary=x")], 403).await;
    check(&[("x-csrf-token", csrf), ("host", "evil.example")], 421).await;
    check(&[("x-csrf-token", csrf)], 201).await;
    // What a form of another page can send to the login ends there as well.
    let headers = [("content-type", "text/plain".to_owned())];
    assert_eq!(web.login("superadmin", PASSWORD, &headers).await.status, 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_sent_becomes_a_header_or_a_row_of_its_own() {
    let web = Web::new().await;
    let admin = [web.bearer("superadmin").await];
    for name in ["a\r\nset-cookie: x=y", "a\nb", "a\0b", "=1+1", "-rf"] {
        let answer = web.login(name, PASSWORD, &[]).await;
        assert_eq!(answer.status, 401, "{name:?}");
        assert!(!answer.headers.contains_key("set-cookie"), "{name:?}: {:?}", answer.headers);
    }
    for path in [
        "/api/v2/variables/a%0d%0aset-cookie:%20x=y",
        "/api/v2/users/%00",
        "/api/v2/roles/a%0aset-cookie:x",
        "/api/connections/%0d%0a/0",
        "/api/v2/eventLogs/export?format=csv&dag_id=a%0d%0ax-evil:%201",
    ] {
        let answer = web.send("GET", path, &admin, None).await;
        assert!([200, 404].contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.headers.contains_key("set-cookie") && !answer.headers.contains_key("x-evil"), "{path}");
    }
    web.audit.flush().await;
    let csv = web.send("GET", "/api/v2/eventLogs/export?format=csv", &admin, None).await;
    let first = csv.body.lines().next().unwrap().to_owned();
    for line in csv.body.lines().skip(1) {
        assert!(line.split(',').next().is_some_and(|id| id.parse::<u64>().is_ok()), "{line:?} below {first:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_trusted_proxies_say_from_where_a_request_comes() {
    let web = Web::new().await;
    let (name, bearer) = web.bearer("superadmin").await;
    let headers = [(name, bearer), ("x-forwarded-for", "6.6.6.6".to_owned()), ("x-real-ip", "6.6.6.6".to_owned())];
    web.send("GET", "/api/v2/version", &headers, None).await;
    web.audit.flush().await;
    let rows = web.send("GET", "/api/v2/eventLogs?event=get_version", &headers[..1], None).await.json();
    assert_eq!(rows["event_logs"][0]["source_ip"], "10.0.0.7");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_look_like_flags_or_statements_are_names() {
    let web = Web::new().await;
    let admin = [web.bearer("superadmin").await];
    let get = async |path: &str| web.send("GET", path, &admin, None).await.status;
    for (path, expected) in [
        ("/api/v2/users?order_by=username;drop%20table%20users", 400),
        ("/api/v2/users?order_by=--help", 400),
        ("/api/v2/users?limit=-1", 422),
        ("/api/v2/users?limit=1001", 422),
        ("/api/v2/users?q=%25%27%20or%201=1--", 200),
        ("/api/v2/users/superadmin%27%20or%20%271%27=%271", 404),
        ("/api/v2/eventLogs?q=%27%3b--&event=%27", 200),
        ("/api/v2/eventLogs?before=now", 422),
    ] {
        assert_eq!(get(path).await, expected, "{path}");
    }
    for key in ["--help", "-rf", "$(id)", "`id`", "{{ 1 }}", "../../etc/hosts"] {
        let body = json!({ "key": key, "value": "$(id)" });
        let made = web.send("POST", "/api/v2/variables", &admin, Some(&body)).await;
        assert_eq!(made.status, 201, "{key}: {}", made.body);
        assert_eq!((&made.json()["key"], &made.json()["value"]), (&json!(key), &json!("$(id)")), "{key}");
    }
}
