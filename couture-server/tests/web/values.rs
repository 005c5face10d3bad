//! Variables and connections as files, tests of connections, and several connections with one id.

use serde_json::{Value, json};

use super::fixture::{Answer, Web};

struct Asked {
    web: Web,
    headers: [(&'static str, String); 1],
}

impl Asked {
    async fn with(pairs: &[(&str, &str)]) -> Self {
        let web = Web::with(pairs).await;
        web.add("op", &["Op"]).await;
        let headers = [web.bearer("op").await];
        Self { web, headers }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = (!body.is_null()).then_some(&body);
        self.web.send(method, path, &self.headers, body).await
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, Value::Null).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_come_and_go_as_files_without_what_is_hidden() {
    let asked = Asked::with(&[]).await;
    let file = json!({ "region": "eu", "limits": { "value": [1, 2], "description": "d" }, "my_token": "hunter2" });
    let import = async |query: &str, file: &Value, status: u16, expected: Value| {
        let answer = asked.ask("POST", &format!("/api/v2/variables/import{query}"), file.clone()).await;
        assert_eq!(answer.status, status, "{query}: {}", answer.body);
        if status == 200 {
            assert_eq!(answer.json(), expected, "{query}");
        }
    };
    let counts = |created: u32, updated: u32, skipped: u32| json!({ "created": created, "updated": updated, "skipped": skipped, "failed": 0 });
    import("", &file, 200, counts(3, 0, 0)).await;
    import("?action=fail", &json!({ "new": 1, "region": "us" }), 409, Value::Null).await;
    import("?action=skip", &json!({ "new": 1, "region": "us" }), 200, counts(1, 0, 1)).await;
    import("?action=overwrite", &json!({ "new": 2 }), 200, counts(0, 1, 0)).await;
    import("", &json!({ "": 1, "region": "us" }), 422, Value::Null).await;
    import("?action=other", &json!({}), 422, Value::Null).await;
    let export = asked.get("/api/v2/variables/~/export").await;
    assert_eq!(export, json!({ "region": "eu", "new": "2", "limits": { "value": "[1,2]", "description": "d" } }));
    assert_eq!(asked.get("/api/v2/variables/my_token").await["value"], "***");
    // What a page was shown and sends back is no new secret.
    let same = asked.ask("PATCH", "/api/v2/variables/my_token", json!({ "value": "***", "description": "x" })).await;
    assert_eq!(same.status, 200);
    let shown = Asked::with(&[("AUTH__HIDE_SENSITIVE_VARIABLE_FIELDS", "false")]).await;
    shown.ask("POST", "/api/v2/variables/import", file).await;
    assert_eq!(shown.get("/api/v2/variables/my_token").await["value"], "hunter2");
    assert_eq!(shown.get("/api/v2/variables/~/export").await["my_token"], "hunter2");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_come_and_go_as_files_without_their_secrets() {
    let asked = Asked::with(&[]).await;
    let file = json!({
        "db": "postgres://me:hunter2@db.example.com:5432/sales",
        "api": [{ "conn_type": "http", "host": "a" }, { "conn_type": "http", "host": "b", "extra": { "token": "hunter2" } }],
    });
    let answer = asked.ask("POST", "/api/v2/connections/import", file).await;
    assert_eq!(answer.json(), json!({ "created": 2, "updated": 0, "skipped": 0, "failed": 0 }));
    for wrong in
        [json!({ "x": 1 }), json!({ "x": { "host": "no type" } }), json!({ "x": { "conn_type": "a", "hunter2": 1 } })]
    {
        let answer = asked.ask("POST", "/api/v2/connections/import", wrong.clone()).await;
        assert!(answer.status == 422 && !answer.body.contains("hunter2"), "{wrong}: {}", answer.body);
    }
    let export = asked.get("/api/v2/connections/~/export").await;
    assert!(!export.to_string().contains("hunter2"));
    assert_eq!(
        export["db"],
        json!({ "conn_type": "postgres", "host": "db.example.com", "login": "me", "schema": "sales", "port": 5432 })
    );
    assert_eq!(export["api"], json!([{ "conn_type": "http", "host": "a" }, { "conn_type": "http", "host": "b" }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_file_takes_no_secret_away() {
    let asked = Asked::with(&[]).await;
    let add = async |body: Value| assert_eq!(asked.ask("POST", "/api/v2/connections", body).await.status, 201);
    let extra = r#"{"token": "hunter2", "n": 1}"#;
    add(json!({ "connection_id": "c1", "conn_type": "http", "host": "h", "port": 80, "password": "hunter2" })).await;
    add(json!({ "connection_id": "c2", "conn_type": "http", "host": "h", "extra": extra })).await;
    add(json!({ "connection_id": "c3", "conn_type": "http", "host": "http://u:hunter2@h/" })).await;
    let export = asked.get("/api/v2/connections/~/export").await;
    assert!(!export.to_string().contains("hunter2"));
    let check = async |query: &str, file: Value, expected: u16, words: &str| {
        let answer = asked.ask("POST", &format!("/api/v2/connections/import{query}"), file.clone()).await;
        assert_eq!(answer.status, expected, "{file}: {}", answer.body);
        assert!(answer.body.contains(words) && !answer.body.contains("hunter2"), "{file}: {}", answer.body);
    };
    let shown = async || asked.get("/api/v2/connections").await;
    let before = shown().await;
    check("", export, 200, "\"updated\":3").await;
    assert_eq!(shown().await, before);
    let c1 = |host: &str, more: Value| {
        let mut fields = json!({ "conn_type": "http", "host": host, "port": 80 });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "c1": fields })
    };
    let c2 = |extra: Value| json!({ "c2": { "conn_type": "http", "host": "h", "extra": extra } });
    check("", c1("h", json!({ "password": "***" })), 200, "").await;
    check("", c2(json!({ "n": 1, "token": "***" })), 200, "").await;
    check("", c2(json!({ "n": 1 })), 200, "").await;
    assert_eq!(asked.get("/api/v2/connections/c1").await["password"], "***");
    assert!(asked.get("/api/v2/connections/c2").await["extra"].as_str().unwrap().contains("\"token\":\"***\""));
    let before = shown().await;
    // Secrets go to their own host only, and no mask is kept as a secret.
    check("", c1("evil", json!({})), 422, "connection \\\"c1\\\": say the password again").await;
    check("", c1("evil", json!({ "password": "***" })), 422, "say the password again").await;
    check("", json!({ "c1": "ftp://h:80" }), 422, "say the password again").await;
    check("", json!({ "c1": [{ "conn_type": "http", "host": "evil" }] }), 422, "say the password again").await;
    check("", json!({ "c2": { "conn_type": "http", "host": "evil" } }), 422, "the extra again").await;
    check("", c2(json!({ "n": 1, "proxy": "evil" })), 422, "the extra again").await;
    check("", json!({ "c3": { "conn_type": "http", "host": "http://u:***@evil/" } }), 422, "is no secret").await;
    for masked in [
        json!({ "conn_type": "http", "host": "h", "password": "***" }),
        json!({ "conn_type": "http", "host": "http://u:***@h/" }),
        json!({ "conn_type": "http", "extra": { "token": "***" } }),
        json!("http://u:***@h"),
    ] {
        check("", json!({ "new": masked }), 422, "is no secret").await;
    }
    check("", json!({ "new": [] }), 422, "is an empty list").await;
    check("?action=skip", c1("evil", json!({})), 200, "\"skipped\":1").await;
    check("?action=fail", c1("evil", json!({})), 409, "").await;
    assert_eq!(shown().await, before);
    check("", c1("other", json!({ "password": "another" })), 200, "").await;
    check("", c1("other", json!({ "password": "" })), 200, "").await;
    assert_eq!(asked.get("/api/v2/connections/c1").await["password"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_is_out_of_reach() {
    let asked = Asked::with(&[]).await;
    let check = async |method: &str, path: &str, body: Value, expected: u16| {
        let answer = asked.ask(method, &format!("/api/v2/{path}"), body).await;
        assert_eq!(answer.status, expected, "{method} {path}: {}", answer.body);
        answer
    };
    for name in ["import", "export", "test", "~"] {
        let variable = format!("variables/{name}");
        check("POST", "variables", json!({ "key": name, "value": "v" }), 201).await;
        assert_eq!(check("GET", &variable, Value::Null, 200).await.json()["key"], name);
        check("PATCH", &variable, json!({ "value": "w" }), 200).await;
        let connection = format!("connections/{name}");
        check("POST", "connections", json!({ "connection_id": name, "conn_type": "http" }), 201).await;
        assert_eq!(check("GET", &connection, Value::Null, 200).await.json()["connection_id"], name);
        check("PATCH", &connection, json!({ "host": "h" }), 200).await;
    }
    assert_eq!(asked.get("/api/v2/variables/~/export").await["export"], "w");
    assert_eq!(asked.get("/api/v2/connections/~/export").await["test"]["host"], "h");
    check("POST", "variables/import", json!({ "import": "x" }), 200).await;
    check("POST", "connections/import", json!({ "import": "http://x" }), 200).await;
    for name in ["import", "export", "test", "~"] {
        check("DELETE", &format!("variables/{name}"), Value::Null, 204).await;
        check("DELETE", &format!("connections/{name}"), Value::Null, 204).await;
    }
    for path in ["variables/export", "variables/x", "connections/x", "connections/export"] {
        let refused = check("POST", path, json!({}), 405).await;
        assert_eq!(refused.headers["allow"], "GET,HEAD,PATCH,DELETE");
    }
    // What Airflow 2 had is told of.
    let old = asked.ask("GET", "/api/v1/dags", Value::Null).await;
    assert!(old.status == 404 && old.body.contains("/api/v2") && old.body.contains("/openapi.json"), "{}", old.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_connections_share_an_id_under_their_own_address() {
    let asked = Asked::with(&[]).await;
    let one = |host: &str| json!({ "connection_id": "api", "conn_type": "http", "host": host, "password": "hunter2" });
    let hosts = async || {
        let list = asked.get("/api/connections/api").await;
        list["connections"].as_array().unwrap().iter().map(|one| one["host"].clone()).collect::<Vec<_>>()
    };
    let check = async |method: &str, path: &str, body: Value, expected: u16| {
        let answer = asked.ask(method, path, body).await;
        assert_eq!(answer.status, expected, "{method} {path}: {}", answer.body);
        assert!(!answer.body.contains("hunter2"));
    };
    check("POST", "/api/v2/connections", one("a"), 201).await;
    check("POST", "/api/v2/connections", one("b"), 409).await;
    check("POST", "/api/connections", one("b"), 201).await;
    assert_eq!(hosts().await, ["a", "b"]);
    check("PATCH", "/api/v2/connections/api", json!({ "host": "x" }), 409).await;
    check("GET", "/api/connections/api/1", Value::Null, 200).await;
    check("GET", "/api/connections/api/2", Value::Null, 404).await;
    check("PUT", "/api/connections/api/0", one("c"), 200).await;
    check("PUT", "/api/connections/other/0", one("c"), 422).await;
    assert_eq!(hosts().await, ["c", "b"]);
    check("DELETE", "/api/connections/api/0", Value::Null, 204).await;
    assert_eq!(hosts().await, ["b"]);
    check("PUT", "/api/connections/api", json!({ "connections": [one("d"), one("e")] }), 200).await;
    check("PUT", "/api/connections/api", json!({ "connections": [] }), 422).await;
    assert_eq!(hosts().await, ["d", "e"]);
    check("DELETE", "/api/connections/api", Value::Null, 204).await;
    check("GET", "/api/connections/api", Value::Null, 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_secrets_go_to_their_own_host_only() {
    let asked = Asked::with(&[]).await;
    let add = async |body: Value| assert_eq!(asked.ask("POST", "/api/v2/connections", body).await.status, 201);
    add(json!({ "connection_id": "c1", "conn_type": "http", "host": "h", "port": 80, "password": "hunter2" })).await;
    let extra = r#"{"token": "hunter2", "n": 1}"#;
    add(json!({ "connection_id": "c2", "conn_type": "http", "host": "h", "extra": extra })).await;
    add(json!({ "connection_id": "c3", "conn_type": "http", "host": "http://u:hunter2@h/", "port": 80 })).await;
    add(json!({ "connection_id": "c4", "conn_type": "http", "host": "h" })).await;
    let check = async |method: &str, path: &str, body: Value, expected: u16, words: &str| {
        let answer = asked.ask(method, path, body.clone()).await;
        assert_eq!(answer.status, expected, "{method} {path} {body}: {}", answer.body);
        assert!(answer.body.contains(words) && !answer.body.contains("hunter2"), "{body}: {}", answer.body);
    };
    let patch = async |id: &str, body: Value, expected: u16, words: &str| {
        check("PATCH", &format!("/api/v2/connections/{id}"), body, expected, words).await;
    };
    let refusal = "say the password again";
    for moved in [
        json!({ "host": "evil" }),
        json!({ "host": null }),
        json!({ "port": 81 }),
        json!({ "schema": "x" }),
        json!({ "conn_type": "ftp" }),
        json!({ "extra": "{\"proxy\": \"evil\"}" }),
        json!({ "host": "evil", "password": "***" }),
    ] {
        patch("c1", moved, 422, refusal).await;
    }
    patch("c1", json!({ "description": "d", "login": "me" }), 200, "***").await;
    let same = json!({ "conn_type": "http", "host": "h", "port": 80, "schema": "", "extra": "", "password": "***" });
    patch("c1", same, 200, "***").await;
    patch("c1", json!({ "host": "other", "password": "another" }), 200, "other").await;
    patch("c1", json!({ "host": "h", "password": null }), 200, "null").await;
    patch("c2", json!({ "host": "evil" }), 422, "say the secrets of the extra again").await;
    patch("c2", json!({ "host": "evil", "password": "x" }), 422, "say the secrets of the extra again").await;
    patch("c2", json!({ "extra": "{\"token\":\"***\",\"n\":2}" }), 422, "the extra again").await;
    patch("c2", json!({ "extra": "{\"n\":1,\"token\":\"***\"}", "description": "d" }), 200, "***").await;
    patch("c2", json!({ "host": "other", "extra": "{\"token\":\"t\"}" }), 200, "other").await;
    patch("c3", json!({ "host": "http://u:***@h/", "port": 81 }), 422, refusal).await;
    patch("c3", json!({ "host": "http://u:***@h/", "description": "d" }), 200, "http://u:***@h/").await;
    patch("c4", json!({ "host": "other" }), 200, "other").await;
    let bulk = |host: &str| {
        let entity = json!({ "connection_id": "c1", "conn_type": "http", "host": host, "port": 80, "password": "***" });
        json!({ "actions": [{ "action": "create", "entities": [entity], "action_on_existence": "overwrite" }] })
    };
    patch("c1", json!({ "password": "hunter2" }), 200, "***").await;
    check("PATCH", "/api/v2/connections", bulk("evil"), 422, refusal).await;
    check("PATCH", "/api/v2/connections", bulk("h"), 200, "c1").await;
    patch("c1", json!({ "host": "evil" }), 422, refusal).await;
    let put = |host: &str, password: &str| json!({ "connection_id": "c5", "conn_type": "http", "host": host, "password": password });
    add(put("h", "hunter2")).await;
    check("PUT", "/api/connections/c5/0", put("evil", "***"), 422, refusal).await;
    check("PUT", "/api/connections/c5/0", put("h", "***"), 200, "***").await;
    check("PUT", "/api/connections/c5", json!({ "connections": [put("h", "***")] }), 422, "is no password").await;
    check("PUT", "/api/connections/c5/0", put("other", "another"), 200, "other").await;
    for path in ["/api/v2/connections", "/api/v2/connections/~/export", "/api/connections"] {
        check("GET", path, Value::Null, 200, "http://u:***@h/").await;
    }
}

/// A server that says `words` to everybody: at once, or when it has been asked.
fn speaks(words: &'static [u8], when_asked: bool) -> u16 {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            std::thread::spawn(move || {
                let mut asked = [0; 1_024];
                if when_asked {
                    let _ = stream.read(&mut asked);
                }
                let _ = stream.write_all(words);
                let _ = stream.shutdown(std::net::Shutdown::Write);
                while stream.read(&mut asked).is_ok_and(|read| read > 0) {}
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_tested_in_the_words_of_their_protocol() {
    let asked = Asked::with(&[]).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let check = async |conn_type: &str, port: u16, expected: bool, words: &str| {
        let body = json!({ "connection_id": "c", "conn_type": conn_type, "host": "127.0.0.1", "port": port, "password": "hunter2" });
        let answer = asked.ask("POST", "/api/v2/connections/test", body).await;
        let found = answer.json();
        assert_eq!((answer.status, &found["status"]), (200, &json!(expected)), "{conn_type}: {found}");
        let message = found["message"].as_str().unwrap();
        assert!(message.contains(words) && !message.contains("hunter2"), "{conn_type}: {message}");
    };
    check("ftp", speaks(b"220 hello\r\n", false), true, "answers").await;
    check("ssh", speaks(b"SSH-2.0-x\r\n", false), true, "answers").await;
    check("sftp", speaks(b"220 hello\r\n", false), false, "does not speak sftp").await;
    check("redis", speaks(b"+PONG\r\n", true), true, "answers").await;
    check("http", speaks(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n", true), true, "204").await;
    check("http", speaks(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", true), false, "503")
        .await;
    for conn_type in ["ftp", "http", "smtp", "postgres", "mysql"] {
        check(conn_type, closed, false, "").await;
    }
    check("teleport", closed, false, "cannot be tested").await;
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no.db").display().to_string();
    let sqlite = async |host: &str| {
        let body = json!({ "connection_id": "c", "conn_type": "sqlite", "host": host });
        asked.ask("POST", "/api/v2/connections/test", body).await.json()["status"].clone()
    };
    assert_eq!((sqlite(":memory:").await, sqlite(&missing).await), (json!(true), json!(false)));
    assert!(!std::path::Path::new(&missing).exists());
    let kept = json!({ "connection_id": "kept", "conn_type": "redis", "host": "127.0.0.1", "port": speaks(b"+PONG\r\n", true) });
    asked.ask("POST", "/api/v2/connections", kept).await;
    assert_eq!(
        asked.ask("POST", "/api/v2/connections/test", json!({ "connection_id": "kept" })).await.json()["status"],
        true
    );
    let elsewhere = json!({ "connection_id": "kept", "conn_type": "http", "host": "127.0.0.1", "password": "***" });
    assert_eq!(asked.ask("POST", "/api/v2/connections/test", elsewhere).await.status, 422);
    assert_eq!(asked.ask("POST", "/api/v2/connections/test", json!({ "connection_id": "none" })).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_directory_server_is_shown_and_tested_without_its_password() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = format!("ldap://127.0.0.1:{closed}");
    let web = Web::with(&[
        ("LDAP__AUTH_LDAP_SERVER", &server),
        ("LDAP__AUTH_LDAP_SEARCH", "ou=users,dc=example,dc=com"),
        ("LDAP__AUTH_LDAP_BIND_PASSWORD", "hunter2"),
    ])
    .await;
    let admin = [web.bearer("superadmin").await];
    let shown = web.send("GET", "/api/v2/ldap", &admin, None).await;
    assert!(shown.body.contains(&server) && !shown.body.contains("hunter2"), "{}", shown.body);
    assert_eq!((&shown.json()["enabled"], &shown.json()["clear_text"]), (&json!(false), &json!(true)));
    for body in [json!({}), json!({ "username": "asha", "password": "hunter2" })] {
        let tested = web.send("POST", "/api/v2/ldap/test", &admin, Some(&body)).await;
        assert!(tested.json()["status"] == false && !tested.body.contains("hunter2"), "{body}: {}", tested.body);
    }
    let half = web.send("POST", "/api/v2/ldap/test", &admin, Some(&json!({ "username": "asha" }))).await;
    assert_eq!(half.status, 422);
}
