//! Tasks that succeed, fail and wait in every way.

use serde_json::{Value, json};

use crate::harness::{TestServer, eventually, server_command};
use crate::{defined, put};

fn server(data: &std::path::Path) -> TestServer {
    let mut command = server_command(data, &["--load-examples=false", "--max-log-bytes=65536"]);
    command.arg("--dags-are-paused-at-creation=false");
    command.env("COUTURE_CONN_API", "http://user:hunter22@example.com");
    command.env("COUTURE_VAR_REGION", "north");
    TestServer::start_command(command, data)
}

/// Runs a DAG to its end, and tells its state and its tasks.
fn run(server: &TestServer, dag_id: &str, conf: &Value) -> (String, String, Vec<Value>) {
    defined(server, dag_id);
    let run_id = server.trigger(dag_id, &json!({"logical_date": "2026-01-31T00:00:00Z", "conf": conf}));
    let state = server.finished(dag_id, &run_id);
    let tasks = server.task_instances(dag_id, &run_id);
    (state, run_id, tasks)
}

/// Asserts the state of a run and of its tasks, and that the last log of each task holds a text.
fn check(server: &TestServer, dag_id: &str, conf: &Value, expected: &str, tasks: &[(&str, &str, &str)]) {
    let (state, run_id, found) = run(server, dag_id, conf);
    let mut wrong = Vec::new();
    for (task_id, state, text) in tasks {
        let states: Vec<&Value> = found.iter().filter(|it| it["task_id"] == *task_id).map(|it| &it["state"]).collect();
        let try_number = found.iter().find(|it| it["task_id"] == *task_id).and_then(|it| it["try_number"].as_u64());
        let log = match try_number {
            Some(number @ 1..) if !text.is_empty() => server.log(dag_id, &run_id, task_id, number as u32).join("\n"),
            _ => String::new(),
        };
        if states.is_empty() || states.iter().any(|it| *it != state) || !log.contains(text) {
            wrong.push(format!("{task_id}: {states:?}, not {state}, or no {text:?} in:\n{log}"));
        }
        assert!(!log.contains("hunter22"), "{log}");
    }
    assert!(wrong.is_empty(), "{dag_id}:\n{}", wrong.join("\n"));
    assert_eq!(state, expected, "{found:?}");
}

#[test]
fn values_pass_and_choices_are_made() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &["passing.py", "shared/__init__.py", "shared/numbers.py"]);
    let server = server(folder.path());
    let passing = [("push", "success", ""), ("pull", "success", "pulled all"), ("tell", "success", "5newest")];
    check(&server, "passing", &json!({}), "success", &passing);
    let choices = [
        ("branch", "success", ""),
        ("left", "success", ""),
        ("right", "skipped", ""),
        ("join", "success", ""),
        ("skip", "skipped", "nothing to do"),
        ("after_skip", "skipped", ""),
        ("short", "success", ""),
        ("after_short", "skipped", ""),
    ];
    check(&server, "choosing", &json!({}), "success", &choices);
    let mapped = [("numbers", "success", "")];
    check(&server, "mapping", &json!({}), "success", &mapped);
    let looks = [("look", "success", "the password is ***"), ("bash", "success", "FROM BASH!")];
    check(&server, "looking", &json!({}), "success", &looks);
}

#[test]
fn failures_tell_their_reasons() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &["failing.py"]);
    let server = server(folder.path());
    let tasks = [
        ("raises", "failed", "ValueError: no such luck"),
        ("retried", "success", "second"),
        ("final", "failed", "for good"),
        ("exits", "failed", "3"),
        ("leaves", "failed", "exit code 4"),
        ("leaves_well", "failed", "exit code 0"),
        ("killed", "failed", "my last words"),
        ("segfault", "failed", "SIGSEGV"),
        ("prints", "success", "xxxx"),
        ("no_json", "failed", "JSON"),
        ("slow", "failed", ""),
    ];
    check(&server, "failing", &json!({}), "failed", &tasks);
}

#[test]
fn sensors_wait_and_callbacks_are_called() {
    let folder = tempfile::tempdir().unwrap();
    let notes = tempfile::tempdir().unwrap();
    put(folder.path(), &["waiting.py"]);
    let server = server(folder.path());
    let conf = json!({ "notes": notes.path() });
    let tasks = [("sensor", "success", ""), ("fails", "failed", "told"), ("succeeds", "success", "")];
    check(&server, "waiting", &conf, "failed", &tasks);
    assert_eq!(std::fs::read_to_string(notes.path().join("pokes")).unwrap(), "3");
    let note = |name: &str| std::fs::read_to_string(notes.path().join(name)).ok().filter(|text| !text.is_empty());
    eventually("the callback of a failure", || note("fails"));
    eventually("the callback of a success", || note("succeeds"));

    defined(&server, "killing");
    let run_id = server.trigger("killing", &json!({ "conf": conf }));
    eventually("the sleeper", || notes.path().join("asleep").exists().then_some(()));
    server.couture_ok(&["runs", "cancel", "killing", &run_id]);
    assert_eq!(server.finished("killing", &run_id), "failed");
    assert_eq!(eventually("on_kill", || note("killed")), "on_kill");
}
