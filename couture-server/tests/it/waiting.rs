//! What waits says why; marks of finished runs.

use serde_json::json;

use crate::harness::{TestServer, eventually, write_dag_file};

/// What `dags trigger --wait` says while `args` of a run wait, and after `release`.
fn told(server: &TestServer, dag_id: &str, expected: &str, release: &[&str]) {
    let mut command = server.couture_command(&["dags", "trigger", dag_id, "--run-id", "w", "--wait"]);
    let folder = tempfile::tempdir().unwrap();
    let errors = folder.path().join("errors");
    command.stderr(std::fs::File::create(&errors).unwrap());
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    let read = || std::fs::read_to_string(&errors).unwrap();
    eventually(expected, || read().contains(expected).then_some(()));
    server.couture_ok(release);
    eventually("the end of the command", || child.try_wait().unwrap());
    assert_eq!(read().matches(expected).count(), 1, "{}", read());
}

#[test]
fn a_run_that_waits_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let task =
        |id: &str, rest: &str| format!("dag_id: {id}\ntasks:\n- {{task_id: t, operator: {{type: empty}}, {rest}}}\n");
    write_dag_file(folder.path(), "paused.yaml", &task("paused", "retries: 0"));
    write_dag_file(folder.path(), "pool.yaml", &task("pool", "pool: nowhere"));
    let past = format!("catchup: false\n{}", task("past", "depends_on_past: true"));
    write_dag_file(folder.path(), "past.yaml", &past);
    let sleeper = "dag_id: crowd\nmax_active_runs: 1\ntasks:\n- {task_id: t, operator: {type: bash, bash_command: 'test {{ run_id }} != first || sleep 600'}}\n";
    write_dag_file(folder.path(), "crowd.yaml", sleeper);
    let server = TestServer::start_with(folder.path(), &["--load-examples=false"]);
    told(&server, "paused", "waiting: the dag is paused", &["dags", "unpause", "paused"]);
    for dag_id in ["pool", "past", "crowd"] {
        server.unpause(dag_id);
    }
    told(
        &server,
        "pool",
        "waiting: task t: needs pool \"nowhere\", which does not exist",
        &["pools", "set", "nowhere", "1"],
    );
    server.trigger("past", &json!({"dag_run_id": "first", "logical_date": "2026-01-01"}));
    server.finished("past", "first");
    server.couture_ok(&["tasks", "mark", "past", "first", "t", "failed", "-y"]);
    let expected = "waiting: task t: depends_on_past: it is failed in the run before, \"first\"";
    told(&server, "past", expected, &["tasks", "mark", "past", "first", "t", "success", "-y"]);
    server.trigger("crowd", &json!({"dag_run_id": "first"}));
    let crowd = "waiting: 1 runs of the dag are running; max_active_runs is 1";
    told(&server, "crowd", crowd, &["runs", "cancel", "crowd", "first"]);
}

#[test]
fn long_reasons_are_shown_whole() {
    let folder = tempfile::tempdir().unwrap();
    let words = "long ".repeat(60);
    let dag = format!(
        "dag_id: d\ntasks:\n- {{task_id: t, operator: {{type: bash, bash_command: 'echo {words} end'}}, pool: {}}}\n",
        "p".repeat(90)
    );
    write_dag_file(folder.path(), "d.yaml", &dag);
    let server = TestServer::start_with(folder.path(), &["--load-examples=false"]);
    server.unpause("d");
    server.trigger("d", &json!({"dag_run_id": "r"}));
    let shown = server.couture_ok(&["runs", "show", "d", "r"]);
    assert!(shown.contains("default_pool") && !shown.contains('…'), "{shown}");
    server.couture_ok(&["runs", "cancel", "d", "r"]);
}

#[test]
fn the_state_of_a_finished_run_follows_a_mark() {
    let folder = tempfile::tempdir().unwrap();
    let dag = "dag_id: d\ntasks:\n- {task_id: a, operator: {type: empty}}\n- {task_id: b, operator: {type: empty}, upstream: [a]}\n";
    write_dag_file(folder.path(), "d.yaml", dag);
    let server = TestServer::start_with(folder.path(), &["--load-examples=false"]);
    server.unpause("d");
    server.trigger("d", &json!({"dag_run_id": "r"}));
    assert_eq!(server.finished("d", "r"), "success");
    let before = server.get(&TestServer::run_path("d", "r"));
    let mark = |task: &str, state: &str| server.couture_ok(&["tasks", "mark", "d", "r", task, state, "-y"]);
    let state = |expected: &str| {
        eventually("the run's state", || {
            let run = server.get(&TestServer::run_path("d", "r"));
            (run["state"] == expected).then_some(run)
        })
    };
    mark("b", "failed");
    let run = state("failed");
    assert_eq!(run["start_date"], before["start_date"]);
    let task = &server.task_instances("d", "r")[1];
    assert!(task["duration"].as_f64().unwrap() >= 0.0, "{task}");
    mark("b", "success");
    assert_eq!(state("success")["start_date"], before["start_date"]);
    mark("a", "failed");
    state("success");
}

#[test]
fn a_secret_that_is_waited_for_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let dag = "dag_id: d\ntasks:\n- {task_id: t, operator: {type: file_sensor, filepath: '/nowhere/{{ var.value.my_token }}'}}\n";
    write_dag_file(folder.path(), "d.yaml", dag);
    let server = TestServer::start_with(folder.path(), &["--load-examples=false"]);
    server.couture_ok(&["variables", "set", "my_token", "hunter2hunter2"]);
    server.unpause("d");
    server.trigger("d", &json!({"dag_run_id": "r"}));
    let task = eventually("the sensor waits", || {
        let task = server.task_instances("d", "r").remove(0);
        (task["state"] == "deferred").then_some(task)
    });
    assert!(task["reason"].as_str().unwrap().contains("/nowhere/***"), "{task}");
    server.couture_ok(&["runs", "cancel", "d", "r"]);
    let data = folder.path().to_owned();
    server.stop();
    let database = std::fs::read(data.join("couture.db")).unwrap();
    assert!(!database.windows(14).any(|window| window == b"hunter2hunter2"));
}
