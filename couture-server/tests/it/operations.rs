//! Clearing, marking, running one task, backfills and histories: through the API and the command line.

use serde_json::json;

use crate::harness::{TestServer, eventually, write_dag_file};

const DAG: &str = "\
dag_id: pair
schedule: '@daily'
start_date: '2121-01-01'
tasks:
- task_id: first
  operator: {type: empty}
- task_id: second
  operator: {type: bash, bash_command: 'exit 3'}
  upstream: [first]
- task_id: third
  operator: {type: empty}
  upstream: [second]
";

fn with_failed_run() -> (tempfile::TempDir, TestServer) {
    let folder = tempfile::tempdir().unwrap();
    write_dag_file(folder.path(), "pair.yaml", DAG);
    let server = TestServer::start_with(folder.path(), &["--load-examples=false"]);
    server.unpause("pair");
    server.trigger("pair", &json!({"dag_run_id": "r"}));
    assert_eq!(server.finished("pair", "r"), "failed");
    (folder, server)
}

/// How many attempts have a log, on their way or kept.
fn attempts_with_logs(data: &std::path::Path) -> usize {
    let entries = |folder: std::path::PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten();
    let kept = entries(data.join("objects/logs")).flat_map(|run| entries(run.path()));
    entries(data.join("logs/live")).count() + kept.count()
}

#[test]
fn a_run_is_cleared_marked_and_deleted_by_the_command_line() {
    let (folder, server) = with_failed_run();
    let plan = server.couture_ok(&["tasks", "clear", "pair", "--run-id", "r", "--only-failed", "--dry-run"]);
    assert!(plan.contains("second") && plan.contains("third") && plan.contains("2 task instances"), "{plan}");
    let asked = server.couture(&["tasks", "clear", "pair", "--run-id", "r"]);
    assert!(String::from_utf8_lossy(&asked.stderr).contains("say --yes"));
    server.couture_ok(&["tasks", "clear", "pair", "--run-id", "r", "-t", "second", "--downstream", "--yes"]);
    assert_eq!(server.finished("pair", "r"), "failed");
    // Who asked does not change with what is done to the run.
    let run = server.get("/api/v2/dags/pair/dagRuns/r");
    assert_eq!((&run["triggered_by"], &run["triggering_user_name"]), (&json!("rest_api"), &json!("local")));
    server.couture_ok(&["dags", "trigger", "pair", "-r", "typed"]);
    server.finished("pair", "typed");
    assert_eq!(server.get("/api/v2/dags/pair/dagRuns/typed")["triggered_by"], "cli");
    let second = server.get("/api/v2/dags/pair/dagRuns/r/taskInstances/second");
    assert_eq!(second["try_number"], 2);
    server.couture_ok(&["tasks", "mark", "pair", "r", "second", "success", "-y"]);
    assert_eq!(server.finished("pair", "r"), "success");
    server.couture_ok(&["runs", "mark", "pair", "r", "failed", "-y"]);
    assert_eq!(server.finished("pair", "r"), "failed");
    server.couture_ok(&["tasks", "run", "pair", "r", "third"]);
    server.finished("pair", "r");
    assert_eq!(server.get("/api/v2/dags/pair/dagRuns/r/taskInstances/third")["try_number"], 2);
    server.couture_ok(&["runs", "clear", "pair", "r", "-y"]);
    assert_eq!(server.finished("pair", "r"), "failed");
    let logs = || attempts_with_logs(folder.path());
    assert!(logs() > 0);
    server.couture_ok(&["dags", "delete", "pair", "--yes"]);
    eventually("the logs go", || (logs() == 0).then_some(()));
    assert_eq!(server.get("/api/v2/dags/pair/dagRuns")["dag_runs"], json!([]));
}

#[test]
fn a_backfill_is_begun_and_followed() {
    let (_folder, server) = with_failed_run();
    let range = ["-s", "2021-01-01", "-e", "2021-01-03"];
    let plan = server.couture_ok(&[&["dags", "backfill", "pair", "--dry-run"], &range[..]].concat());
    assert!(plan.contains("create") && plan.contains("3 dates"), "{plan}");
    server.couture_ok(&[&["dags", "backfill", "pair", "--yes", "--max-active-runs", "2"], &range[..]].concat());
    let backfills = server.couture_json(&["backfill", "list", "--dag-id", "pair"]);
    let id = backfills[0]["id"].as_i64().unwrap();
    eventually("the backfill ends", || {
        (server.get(&format!("/api/v2/backfills/{id}"))["state"] == "finished").then_some(())
    });
    let runs = server.get("/api/v2/dags/pair/dagRuns");
    let ids: Vec<_> = runs["dag_runs"].as_array().unwrap().iter().map(|run| run["dag_run_id"].clone()).collect();
    assert_eq!(ids[0], "backfill__2021-01-03T00:00:00+00:00");
    assert_eq!(ids.len(), 4);
    let late =
        server.ask("PUT", &format!("/api/v2/backfills/{id}/cancel"), &[("content-type", "application/json")], "{}");
    assert_eq!(late.status, 409, "{}", late.detail());
}

#[test]
fn wrong_operations_are_refused_in_words() {
    let (_folder, server) = with_failed_run();
    let json = [("content-type", "application/json")];
    let check = |method: &str, path: &str, body: &str, status: u16, part: &str| {
        let answer = server.ask(method, path, &json, body);
        assert_eq!(answer.status, status, "{path}: {}", answer.detail());
        assert!(answer.detail().contains(part), "{path}: {}", answer.detail());
    };
    let clear = "/api/v2/dags/pair/clearTaskInstances";
    check("POST", clear, r#"{"task_ids": ["x"], "dag_run_id": "r", "only_failed": false}"#, 404, "no task \"x\"");
    check("POST", clear, r#"{"only_running": true}"#, 422, "set one to false");
    check("POST", clear, r#"{"dag_run_id": "z"}"#, 404, "has no run \"z\"");
    check("PATCH", "/api/v2/dags/pair/dagRuns/r", r#"{"state": "running"}"#, 422, "queued");
    let backfill = r#"{"dag_id": "pair", "from_date": "2021-01-02", "to_date": "2021-01-01"}"#;
    check("POST", "/api/v2/backfills", backfill, 422, "is before its start");
    check("PUT", "/api/v2/backfills/7/pause", "{}", 404, "there is no backfill 7");
    check("PUT", "/api/v2/backfills/7/fly", "{}", 404, "there is no \"fly\"");
    check("DELETE", "/api/v2/dags/missing", "", 404, "there is no dag \"missing\"");
}
