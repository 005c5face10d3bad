//! The REST API: what it answers, and how it says no.

use serde_json::json;

use crate::harness::{TestServer, eventually, write_dag_file};

const DAG: &str = "\
dag_id: pair
description: two tasks
owner: me
tags: [t]
tasks:
- task_id: first
  operator: {type: bash, bash_command: 'echo one; echo two'}
- task_id: second
  operator: {type: bash, bash_command: 'echo no >&2; exit 3'}
  upstream: [first]
";

fn with_pair() -> (tempfile::TempDir, TestServer) {
    let folder = tempfile::tempdir().unwrap();
    crate::harness::write_dag_file(folder.path(), "pair.yaml", DAG);
    let server = TestServer::start_with(folder.path(), &["--load-examples=false"]);
    (folder, server)
}

#[test]
fn a_thousand_idle_connections_and_a_list_as_body_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    let host = server.url.trim_start_matches("http://");
    let idle: Vec<_> = (0..1_000).map(|_| std::net::TcpStream::connect(host).unwrap()).collect();
    assert_eq!(server.get("/api/v2/monitor/health")["metadatabase"]["status"], "healthy");
    drop(idle);
    let answer = server.ask("POST", "/api/v2/dags/hello_world/dagRuns", &[("content-type", "application/json")], "[]");
    assert_eq!((answer.status, &*answer.detail()), (422, "the body is not a JSON object"));
}

#[test]
fn a_dag_and_its_run_can_be_looked_at() {
    let (_folder, server) = with_pair();
    let dag = server.get("/api/v2/dags/pair");
    assert_eq!(dag["description"], "two tasks");
    assert_eq!(dag["owners"], json!(["me"]));
    assert_eq!(dag["tags"][0]["name"], "t");
    assert_eq!(dag["relative_fileloc"], "pair.yaml");
    let tasks = server.get("/api/v2/dags/pair/tasks");
    assert_eq!(tasks["tasks"][1]["upstream_task_ids"], json!(["first"]));
    server.unpause("pair");
    let body = json!({"dag_run_id": "a/b ü", "logical_date": "2026-01-31", "conf": {"x": 1}});
    assert_eq!(server.trigger("pair", &body), "a/b ü");
    let run = "a%2Fb%20%C3%BC";
    assert_eq!(server.finished("pair", run), "failed");
    let path = TestServer::run_path("pair", run);
    let seen = server.get(&path);
    assert_eq!(seen["conf"], json!({"x": 1}));
    assert_eq!(seen["logical_date"], "2026-01-31T00:00:00+00:00");
    assert_eq!(server.get("/api/v2/dags/~/dagRuns")["dag_runs"][0], seen);
    assert_eq!(server.get("/api/v2/dags/pair/dagRuns?offset=1")["dag_runs"], json!([]));
    let tasks = server.task_instances("pair", run);
    let states: Vec<_> = tasks.iter().map(|task| task["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["success", "failed"]);
    assert!(tasks[1]["reason"].as_str().unwrap().contains("exit code 3"), "{}", tasks[1]);
    assert!(tasks[0]["start_date"].is_string() && tasks[0]["end_date"].is_string() && tasks[0]["try_number"] == 1);
    assert_eq!(server.get(&format!("{path}/taskInstances/second")), tasks[1]);
    assert_eq!(server.get(&format!("{path}/taskInstances/second/tries"))["total_entries"], 1);
    let xcom = server.get(&format!("{path}/taskInstances/first/xcomEntries/return_value"));
    assert_eq!(xcom["value"], "two");
    let log = server.log("pair", run, "first", 1);
    assert!(log.iter().any(|line| line.ends_with(" one")) && log.iter().any(|line| line.ends_with(" two")), "{log:?}");
}

#[test]
fn a_run_can_be_ended() {
    let folder = tempfile::tempdir().unwrap();
    let long = "dag_id: long\ntasks:\n- {task_id: t, operator: {type: bash, bash_command: 'echo up; sleep 600'}}\n";
    crate::harness::write_dag_file(folder.path(), "long.yaml", long);
    let server = TestServer::start(folder.path());
    server.unpause("long");
    let run = server.trigger("long", &json!({}));
    eventually("the task's first line", || {
        let task = server.task_instances("long", &run).remove(0);
        (task["try_number"] == 1)
            .then(|| server.log("long", &run, "t", 1))?
            .iter()
            .any(|line| line.ends_with(" up"))
            .then_some(())
    });
    let path = TestServer::run_path("long", &run);
    assert_eq!(server.send("PATCH", &path, &json!({"state": "done"})).status, 422);
    assert_eq!(server.send("PATCH", &path, &json!({"state": "failed"})).status, 200);
    assert_eq!(server.finished("long", &run), "failed");
    let answer = server.send("PATCH", &path, &json!({"state": "failed", "only_unfinished": true}));
    assert_eq!((answer.status, answer.detail().contains("over already")), (409, true), "{}", answer.body);
}

#[test]
fn every_error_has_a_status_and_says_what_is_wrong() {
    let (_folder, server) = with_pair();
    server.trigger("pair", &json!({"dag_run_id": "taken"}));
    let check = |method: &str, path: &str, body: &str, status: u16, word: &str| {
        let answer = server.ask(method, path, &[("content-type", "application/json")], body);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        assert!(answer.detail().contains(word), "{method} {path}: {}", answer.body);
        assert!(answer.headers.contains("content-type: application/json"), "{}", answer.headers);
    };
    check("GET", "/api/v2/nothing", "", 404, "/api/v2/nothing");
    check("GET", "/auth/nothing", "", 404, "/auth/nothing");
    check("PUT", "/api/v2/dags/pair", "", 405, "PUT");
    check("DELETE", "/api/v2/dags/pair", "", 409, "unfinished");
    check("GET", "/api/v2/dags/missing", "", 404, "missing");
    check("GET", "/api/v2/dags/a%20b", "", 404, "letters, digits");
    check("GET", "/api/v2/dags/%ff", "", 404, "");
    check("GET", "/api/v2/dags?limit=0", "", 422, "limit");
    check("GET", "/api/v2/dags?limit=100000", "", 422, "1000");
    check("GET", "/api/v2/dags?limit=x", "", 422, "limit");
    check("GET", "/api/v2/dags/missing/dagRuns", "", 404, "missing");
    check("GET", "/api/v2/dags/pair/dagRuns/missing", "", 404, "missing");
    check("GET", "/api/v2/dags/missing/dagRuns/missing", "", 404, "no dag");
    check("GET", "/api/v2/dags/pair/dagRuns/taken/taskInstances/missing", "", 404, "missing");
    check("GET", "/api/v2/dags/pair/dagRuns/taken/taskInstances/first/logs/1", "", 404, "not started yet");
    check("GET", "/api/v2/dags/pair/dagRuns/taken/taskInstances/first/logs/x", "", 404, "");
    check("GET", "/api/v2/dags/pair/dagRuns/taken/taskInstances/first/logs/1?token=x", "", 422, "token");
    check("GET", "/api/v2/dags/pair/dagRuns/taken/taskInstances/first/xcomEntries/k", "", 404, "\"k\"");
    check("PATCH", "/api/v2/dags/missing", "{\"is_paused\": true}", 404, "missing");
    check("PATCH", "/api/v2/dags/pair", "{\"is_pausd\": true}", 422, "is_paused");
    check("PATCH", "/api/v2/dags/pair", "", 422, "JSON");
    check("POST", "/api/v2/dags/missing/dagRuns", "{}", 404, "missing");
    check("POST", "/api/v2/dags/pair/dagRuns", "{\"conf\": [1]}", 422, "JSON object");
    check("POST", "/api/v2/dags/pair/dagRuns", "{\"logical_date\": \"soon\"}", 422, "soon");
    check("POST", "/api/v2/dags/pair/dagRuns", "{\"dag_run_id\": \"taken\"}", 409, "taken");
    check(
        "POST",
        "/api/v2/dags/pair/dagRuns",
        &format!("{{\"dag_run_id\": \"{}\"}}", "x".repeat(10_000)),
        422,
        "10000 bytes",
    );
    check("POST", "/api/v2/dags/pair/dagRuns", &format!("{{\"conf\": {}", "[".repeat(100_000)), 422, "JSON");
    check("PATCH", "/api/v2/dags/pair/dagRuns/missing", "{\"state\": \"failed\"}", 404, "missing");
    let big = format!("{{\"conf\": {{\"x\": \"{}\"}}}}", "x".repeat(4 << 20));
    check("POST", "/api/v2/dags/pair/dagRuns", &big, 413, "bigger than");
}

#[test]
fn requests_that_a_foreign_page_could_make_are_refused() {
    let (_folder, server) = with_pair();
    let path = "/api/v2/dags/pair/dagRuns";
    let check = |headers: &[(&str, &str)], status: u16, word: &str| {
        let answer = server.ask("POST", path, headers, "{}");
        assert_eq!((answer.status, answer.detail().contains(word)), (status, true), "{headers:?}: {}", answer.body);
    };
    check(&[], 415, "application/json");
    check(&[("content-type", "text/plain")], 415, "application/json");
    check(&[("content-type", "application/x-www-form-urlencoded")], 415, "application/json");
    check(&[("content-type", "application/json"), ("origin", "http://evil.example")], 403, "another site");
    check(&[("content-type", "application/json"), ("host", "evil.example")], 421, "Host");
    assert_eq!(server.ask("GET", "/", &[("host", "evil.example:80")], "").status, 421);
    assert_eq!(server.get(path)["total_entries"], 0);
    let fine =
        server.ask("POST", path, &[("content-type", "application/json; charset=utf-8"), ("host", "localhost")], "{}");
    assert_eq!(fine.status, 200, "{}", fine.body);
}

#[test]
fn runs_of_all_dags_are_listed_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let dag_ids: Vec<String> = (0..6).map(|n| format!("dag{n}")).collect();
    for dag_id in &dag_ids {
        write_dag_file(folder.path(), &format!("{dag_id}.yaml"), &format!("dag_id: {dag_id}\ntasks: []\n"));
    }
    let server = TestServer::start(folder.path());
    let mut expected = Vec::new();
    for n in 0..18 {
        let dag_id = &dag_ids[n % dag_ids.len()];
        let run = server.trigger(dag_id, &serde_json::json!({"dag_run_id": format!("r{n}")}));
        expected.insert(0, format!("{dag_id} {run}"));
    }
    let check = |limit: usize, offset: usize| {
        let address = format!("/api/v2/dags/~/dagRuns?limit={limit}&offset={offset}");
        let answer: serde_json::Value = serde_json::from_str(&server.ask("GET", &address, &[], "").body).unwrap();
        let runs = answer["dag_runs"].as_array().unwrap().iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let found: Vec<String> =
            runs.map(|run| format!("{} {}", text(&run["dag_id"]), text(&run["dag_run_id"]))).collect();
        let end = expected.len().min(offset + limit);
        assert_eq!(found, expected[offset.min(end)..end], "limit {limit}, offset {offset}");
    };
    for (limit, offset) in [(1, 0), (1, 1), (2, 7), (5, 0), (18, 0), (50, 0), (50, 17), (50, 18), (50, 99)] {
        check(limit, offset);
    }
}
