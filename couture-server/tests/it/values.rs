//! Variables, connections and pools, from the command line to a task's log.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{TestServer, server_command, write_dag_file};

const SECRET: &str = "hunter2-s3cret";

/// What a command that must fail says.
fn refused(server: &TestServer, args: &[&str]) -> String {
    let output = server.couture(args);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{args:?}: {error}");
    assert!(!error.contains(SECRET), "{args:?}: {error}");
    error
}

/// A command with this standard input.
fn with_input(server: &TestServer, args: &[&str], input: &str) -> std::process::Output {
    use std::io::Write as _;
    let mut command = server.couture_command(args);
    command.stdin(std::process::Stdio::piped());
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// Whether any file below `folder` holds the secret.
fn holds_secret(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds_secret(&path);
        }
        std::fs::read(path).is_ok_and(|bytes| bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()))
    })
}

#[test]
fn variables_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    assert_eq!(
        server.couture_ok(&["variables", "set", "region", "eu", "--description", "where"]),
        "set variable region\n"
    );
    server.couture_ok(&["variables", "set", "region", "-1"]);
    assert_eq!(server.couture_ok(&["variables", "get", "region"]), "-1\n");
    assert_eq!(server.couture_ok(&["variables", "get", "missing", "--default", "x"]), "x\n");
    server.couture_ok(&["variables", "set", "my_password", SECRET]);
    server.couture_ok(&["variables", "set", "db", &format!(r#"{{"host": "h", "token": "{SECRET}"}}"#)]);
    assert_eq!(server.couture_ok(&["variables", "get", "my_password"]), "***\n");
    assert_eq!(server.couture_ok(&["variables", "get", "db"]), "{\"host\":\"h\",\"token\":\"***\"}\n");
    let list = server.couture_ok(&["variables", "list"]);
    assert!(list.contains("region       -1") && list.contains("where") && !list.contains(SECRET), "{list}");
    assert_eq!(server.get("/api/v2/variables?limit=1&offset=1")["variables"][0]["key"], "my_password");
    assert_eq!(server.get("/api/v2/variables?limit=1")["total_entries"], 3);
    let error = refused(&server, &["variables", "get", "missing"]);
    assert!(error.contains("there is no variable \"missing\"; add it: couture variables set missing VALUE"), "{error}");
    refused(&server, &["variables", "delete", "missing"]);
    assert!(refused(&server, &["variables", "set", &"k".repeat(300), "v"]).contains("300 bytes"));
    let big = "x".repeat(1 << 20);
    assert!(with_input(&server, &["variables", "set", "big", "-"], &format!("{big}\n")).status.success());
    assert_eq!(server.couture_ok(&["variables", "get", "big"]), format!("{big}\n"));
    let more = with_input(&server, &["variables", "set", "bigger", "-"], &format!("{big}x"));
    assert!(String::from_utf8_lossy(&more.stderr).contains("has 1048577 bytes; at most 1048576"), "{more:?}");
    assert_eq!(server.couture_ok(&["variables", "delete", "big"]), "deleted variable big\n");
    server.couture_ok(&["variables", "set", "-j", "quoted", "a \"b\""]);
    assert_eq!(server.couture_ok(&["variables", "get", "quoted"]), "\"a \\\"b\\\"\"\n");
    assert_eq!(server.couture_ok(&["variables", "get", "-j", "quoted"]), "a \"b\"\n");
    drop(server);
    assert!(!holds_secret(folder.path()));
}

#[test]
fn files_of_variables_are_imported_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    let import = |content: &str, flags: &[&str]| {
        let file = folder.path().join("import.json");
        std::fs::write(&file, content).unwrap();
        let args = [&["variables", "import", file.to_str().unwrap()], flags].concat();
        let output = server.couture(&args);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!error.contains(SECRET), "{error}");
        if output.status.success() { Ok(String::from_utf8(output.stdout).unwrap()) } else { Err(error) }
    };
    let good = r#"{"a": "1", "b": {"x": [1]}, "c": {"value": "3", "description": "see"}, "token": "hunter2-s3cret"}"#;
    assert_eq!(import(good, &[]).unwrap(), "4 of 4 variables were set\n");
    assert_eq!(server.couture_ok(&["variables", "get", "b"]), "{\"x\":[1]}\n");
    let fails = |content: &str, flags: &[&str], words: &str| {
        let error = import(content, flags).unwrap_err();
        assert!(error.contains(words), "{content}: {error}");
        let count = server.get("/api/v2/variables")["total_entries"].clone();
        assert_eq!((count, server.couture_ok(&["variables", "get", "a"])), (json!(4), "1\n".to_owned()));
    };
    fails("{\"a\": \"2\", \"hunter2-s3cret", &[], "it is not JSON (line 1");
    fails("[\"hunter2-s3cret\"]", &[], "not a JSON object");
    fails(r#"{"a": "2", "a": "hunter2-s3cret"}"#, &[], "a name is there twice");
    fails(r#"{"a": "2", "": "hunter2-s3cret"}"#, &[], "variable key is empty");
    fails(r#"{"a": "2", "x": "hunter2-s3cret\u0000"}"#, &[], "holds the character NUL");
    fails(r#"{"a": "2", "x": "1"}"#, &["--action-on-existing-key", "fail"], "there is a variable \"a\" already");
    assert_eq!(import(r#"{"a": "2", "x": "1"}"#, &["-a", "skip"]).unwrap(), "1 of 2 variables were set\n");
    let file = folder.path().join("export.json");
    let exported = server.couture(&["variables", "export", file.to_str().unwrap()]);
    assert_eq!(String::from_utf8(exported.stderr).unwrap(), "secrets are not exported: token\n");
    let exported: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let expected = json!({ "a": "1", "b": "{\"x\":[1]}", "c": { "value": "3", "description": "see" }, "x": "1" });
    assert_eq!(exported, expected);
}

#[test]
fn connections_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    let uri = format!("postgres://me:{SECRET}@db.example:5432/sales?sslmode=require");
    assert_eq!(server.couture_ok(&["connections", "add", "db", "--conn-uri", &uri]), "added connection db\n");
    let error = refused(&server, &["connections", "add", "db", "--conn-uri", &uri]);
    assert!(error.contains("there is a connection \"db\" already"), "{error}");
    server.couture_ok(&["connections", "add", "db", "--conn-type", "postgres", "--conn-host", "second", "--beside"]);
    let json = r#"{"conn_type": "http", "host": "127.0.0.1", "port": "1", "extra": {"a": 1}}"#;
    server.couture_ok(&["connections", "add", "json", "--conn-json", json]);
    assert_eq!(server.get("/api/v2/connections/json")["extra"], "{\"a\":1}");
    assert!(refused(&server, &["connections", "test", "json"]).contains("json: "));
    assert!(refused(&server, &["connections", "test", "none"]).contains("there is no connection \"none\""));
    server.couture_ok(&["connections", "delete", "json"]);
    let secret = with_input(&server, &["connections", "add", "web", "--conn-type=http", "--conn-password=-"], SECRET);
    assert!(secret.status.success(), "{secret:?}");
    let list = server.couture_ok(&["connections", "list"]);
    assert!(list.contains("db.example  5432  sales") && list.contains("***") && !list.contains(SECRET), "{list}");
    assert_eq!(server.couture_json(&["connections", "get", "db"]).as_array().unwrap().len(), 2);
    let body = server.get("/api/v2/connections/web");
    assert_eq!((&body["password"], &body["connection_id"]), (&json!("***"), &json!("web")));
    let patch = |body: Value| server.send("PATCH", "/api/v2/connections/web", &body);
    assert_eq!(patch(json!({ "host": "h", "password": null })).json()["password"], Value::Null);
    assert_eq!(patch(json!({ "port": 70_000 })).status, 422);
    assert_eq!(server.send("PATCH", "/api/v2/connections/db", &json!({ "host": "h" })).status, 409);
    for wrong in ["hunter2-s3cret", "x://h:port/hunter2-s3cret", "{\"hunter2-s3cret\": 1}"] {
        let error = refused(&server, &["connections", "add", "wrong", "--conn-uri", wrong]);
        assert!(error.contains("the uri of \"wrong\" holds no connection"), "{error}");
    }
    let file = folder.path().join("file.json");
    let path = file.to_str().unwrap();
    std::fs::write(&file, r#"{"new": "x://h", "bad": "hunter2-s3cret"}"#).unwrap();
    refused(&server, &["connections", "import", path]);
    assert_eq!(server.get("/api/v2/connections")["total_entries"], 3);
    let several =
        r#"{"many": ["x://a", {"conn_type": "x", "extra": {"a": 1}}], "web": {"conn_type": "http", "port": null}}"#;
    std::fs::write(&file, several).unwrap();
    assert!(refused(&server, &["connections", "import", path]).contains("\"web\" already"));
    assert_eq!(server.couture_ok(&["connections", "import", path, "--overwrite"]), "3 connections were added\n");
    server.couture_ok(&["connections", "export", path]);
    let exported: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(
        (&exported["many"][1]["extra"], &exported["web"]),
        (&json!("{\"a\":1}"), &json!({ "conn_type": "http" }))
    );
    assert_eq!(server.couture_ok(&["connections", "delete", "db"]), "deleted connection db\n");
    assert!(refused(&server, &["connections", "get", "db"]).contains("couture connections add db --conn-uri"));
    drop(server);
    assert!(!holds_secret(&folder.path().join("objects")) && !holds_secret(&folder.path().join("logs")));
}

#[test]
fn pools_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    assert!(server.couture_ok(&["pools", "list"]).contains("default_pool  128    0               128"));
    server.couture_ok(&["pools", "set", "etl/1", "3", "for the loads"]);
    server.couture_ok(&["pools", "set", "etl/1", "4"]);
    let pool = server.couture_json(&["pools", "get", "etl/1"]);
    assert_eq!((&pool["slots"], &pool["description"]), (&json!(4), &json!("for the loads")));
    for slots in ["0", "-1"] {
        let error = refused(&server, &["pools", "set", "etl/1", slots]);
        assert!(error.contains(&format!("a pool has 1 to 2147483647 slots, not {slots}")), "{error}");
    }
    assert!(
        refused(&server, &["pools", "delete", "-y", "default_pool"]).contains("it is the pool of tasks that name none")
    );
    assert!(refused(&server, &["pools", "delete", "-y", "nowhere"]).contains("there is no pool \"nowhere\""));
    let file = folder.path().join("pools.json").display().to_string();
    server.couture_ok(&["pools", "export", &file]);
    let exported: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(exported["etl/1"], json!({ "slots": 4, "description": "for the loads", "include_deferred": false }));
    assert_eq!(exported["default_pool"]["slots"], 128);
    std::fs::write(
        &file,
        r#"{"etl/1": {"slots": 7, "description": ""}, "new": {"slots": 2, "include_deferred": true}}"#,
    )
    .unwrap();
    assert_eq!(server.couture_ok(&["pools", "import", &file]), "2 pools were imported\n");
    assert_eq!(server.couture_json(&["pools", "get", "etl/1"])["slots"], 7);
    assert_eq!(server.couture_json(&["pools", "get", "new"])["slots"], 2);
    std::fs::write(&file, r#"{"etl/1": {"slots": 4}, "wrong": {"description": "x"}}"#).unwrap();
    assert!(refused(&server, &["pools", "import", &file]).contains("pool \"wrong\" has no slots"));
    assert_eq!(server.couture_json(&["pools", "get", "etl/1"])["slots"], 7, "nothing was imported");
    server.couture_ok(&["pools", "set", "etl/1", "4"]);
    let exists = server.send("POST", "/api/v2/pools", &json!({ "name": "etl/1", "slots": 1 }));
    assert_eq!(exists.status, 409, "{}", exists.body);
    write_dag_file(
        folder.path(),
        "held.yaml",
        "dag_id: held\ntasks:\n- {task_id: t, operator: {type: bash, bash_command: sleep 1000}, pool: etl/1, pool_slots: 2}\n",
    );
    crate::harness::eventually("the dag", || {
        server.couture(&["dags", "unpause", "held"]).status.success().then_some(())
    });
    server.couture_ok(&["dags", "trigger", "held", "-r", "r"]);
    crate::harness::eventually("the slots", || {
        (server.get("/api/v2/pools/etl%2F1")["occupied_slots"] == 2).then_some(())
    });
    assert!(refused(&server, &["pools", "delete", "-y", "etl/1"]).contains("while 2 of its slots are held"));
    server.couture_ok(&["runs", "cancel", "held", "r"]);
    assert_eq!(server.finished("held", "r"), "failed");
    assert_eq!(server.couture_ok(&["pools", "delete", "-y", "etl/1"]), "deleted pool etl/1\n");
}

#[test]
fn the_key_is_private_and_no_task_sees_it() {
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("fernet.key");
    let server = TestServer::start(folder.path());
    assert_eq!(std::fs::metadata(&key_file).unwrap().permissions().mode() & 0o777, 0o600);
    server.couture_ok(&["variables", "set", "v", "kept"]);
    server.stop();
    let old = std::fs::read_to_string(&key_file).unwrap();
    // Another key would only read rubbish: it is refused, and says what to do.
    std::fs::remove_file(&key_file).unwrap();
    let output = server_command(folder.path(), &[]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && error.contains("encrypted with another Fernet key"), "{error}");
    let new = std::fs::read_to_string(&key_file).unwrap();
    // The environment goes first; with both keys all is read, and can be rotated.
    write_dag_file(
        folder.path(),
        "env.yaml",
        "dag_id: env\ntasks:\n- {task_id: t, operator: {type: bash, bash_command: 'env; tr \"\\0\" \"\\n\" < /proc/$PPID/environ'}}\n",
    );
    let mut command = server_command(folder.path(), &["--dags-are-paused-at-creation=false"]);
    command.env("COUTURE_FERNET_KEY", format!("{},{}", new.trim(), old.trim()));
    let server = TestServer::start_command(command, folder.path());
    assert_eq!(server.couture_ok(&["variables", "get", "v"]), "kept\n");
    let run_id = server.trigger("env", &json!({}));
    assert_eq!(server.finished("env", &run_id), "success");
    let log = server.log("env", &run_id, "t", 1).join("\n");
    assert!(log.contains("AIRFLOW_CTX_DAG_ID=env") && !log.contains("FERNET"), "{log}");
    server.stop();
    let mut command = server_command(folder.path(), &[]);
    command.env("COUTURE_FERNET_KEY", new.trim());
    let server = TestServer::start_command(command, folder.path());
    let warned = || server.output().contains("do not decrypt what is in the database").then_some(());
    crate::harness::eventually("a warning", warned);
    let error = refused(&server, &["variables", "get", "v"]);
    assert!(error.contains("variable \"v\" cannot be decrypted by any of the Fernet keys"), "{error}");
    assert!(server.couture_ok(&["variables", "list"]).starts_with("KEY  VALUE  DESCRIPTION\nv\n"));
    server.couture_ok(&["variables", "set", "v", "kept"]);
    server.couture_ok(&["variables", "set", "w", "new"]);
    let rotated = server.couture_ok(&["rotate-fernet-key"]);
    assert_eq!(rotated, "2 variables and 0 connections are encrypted with the first key\n");
    server.stop();
    let server = TestServer::start(folder.path());
    assert_eq!(server.couture_ok(&["variables", "get", "v"]), "kept\n");
}
