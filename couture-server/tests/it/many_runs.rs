//! The same done to many runs.

use serde_json::json;

use crate::harness::{TestServer, write_dag_file};

fn with_runs(count: usize) -> (tempfile::TempDir, TestServer) {
    let folder = tempfile::tempdir().unwrap();
    write_dag_file(folder.path(), "d.yaml", "dag_id: d\ntasks:\n- {task_id: t, operator: {type: empty}}\n");
    let server = TestServer::start_with(folder.path(), &["--load-examples=false"]);
    for n in 0..count {
        server.trigger("d", &json!({"dag_run_id": format!("r{n}"), "logical_date": format!("2026-01-{:02}", n + 1)}));
    }
    (folder, server)
}

fn count(server: &TestServer, state: &str) -> u64 {
    server.get(&format!("/api/v2/dags/d/dagRuns?limit=1&state={state}"))["total_entries"].as_u64().unwrap()
}

#[test]
fn queued_runs_are_ended_at_once() {
    let (_folder, server) = with_runs(9);
    let plan = server.couture_ok(&["runs", "cancel", "d", "--state", "queued", "--dry-run"]);
    assert_eq!(plan, "9 runs of d would be marked\n");
    let before = ["runs", "cancel", "d", "--state", "queued", "--state", "running", "--before", "2026-01-04", "-y"];
    assert_eq!(server.couture_ok(&before), "3 runs are marked: failed\n");
    assert_eq!((count(&server, "queued"), count(&server, "failed")), (6, 3));
    server.couture_ok(&["runs", "cancel", "d", "--state", "queued", "-y"]);
    assert_eq!((count(&server, "queued"), count(&server, "failed")), (0, 9));
    assert_eq!(
        server.couture_ok(&["runs", "mark", "d", "success", "--state", "failed", "-y"]),
        "9 runs are marked: success\n"
    );
    assert_eq!(count(&server, "success"), 9);
    assert_eq!(server.couture_ok(&["runs", "clear", "d", "--state", "success", "-y"]), "9 runs begin again\n");
    let one = ["runs", "mark", "d", "r1", "success"];
    let asked = String::from_utf8(server.couture(&one).stderr).unwrap();
    assert!(asked.contains("say --yes, or --dry-run"), "{asked}");
    let plan = server.couture_ok(&[&one[..], &["--dry-run"]].concat());
    assert!(plan.starts_with("run r1 of d, which is") && plan.ends_with("would be marked: success\n"), "{plan}");
    server.couture_ok(&["runs", "cancel", "d", "r2", "--dry-run"]);
    assert_eq!((count(&server, "success"), count(&server, "failed")), (0, 0));
    assert_eq!(server.couture_ok(&[&one[..], &["-y"]].concat()), "run r1 is success\n");
    let last = ["runs", "mark", "d", "failed", "--state", "success", "-y"];
    assert_eq!(server.couture_ok(&last), "1 run is marked: failed\n");
}

#[test]
fn more_runs_than_a_batch_are_ended() {
    let folder = tempfile::tempdir().unwrap();
    write_dag_file(
        folder.path(),
        "d.yaml",
        "dag_id: d\nmax_active_runs: 1\ntasks:\n- {task_id: t, operator: {type: bash, bash_command: 'sleep 600'}}\n",
    );
    let server = TestServer::start_with(folder.path(), &["--load-examples=false"]);
    server.unpause("d");
    std::thread::scope(|scope| {
        for part in 0..8 {
            let server = &server;
            scope.spawn(move || {
                for n in 0..140 {
                    server.trigger("d", &json!({"dag_run_id": format!("r{part}-{n}")}));
                }
            });
        }
    });
    let ended = server.couture_ok(&["runs", "cancel", "d", "--state", "queued", "--state", "running", "-y"]);
    assert_eq!(ended, "1120 runs are marked: failed\n");
    crate::harness::eventually("the end of all runs", || (count(&server, "failed") == 1_120).then_some(()));
}

#[test]
fn wrong_changes_are_refused() {
    let (_folder, server) = with_runs(1);
    let check = |body: serde_json::Value, word: &str| {
        let answer = server.send("POST", "/api/v2/dags/d/changeDagRuns", &body);
        assert_eq!((answer.status, answer.detail().contains(word)), (422, true), "{}", answer.body);
    };
    check(json!({"action": "failed", "states": []}), "name the states");
    check(json!({"action": "burn", "states": ["queued"]}), "`burn`");
    check(json!({"action": "failed", "states": ["blue"]}), "`blue`");
    check(json!({"action": "failed", "states": ["queued"], "continuation_token": "x"}), "continuation_token");
    let output = server.couture(&["runs", "cancel", "d"]);
    assert_eq!(output.status.code(), Some(2));
}
