//! Stopping, and what the next server finds.

use std::io::{Read as _, Write as _};

use serde_json::json;

use crate::harness::{TestServer, eventually, write_dag_file};

#[test]
fn a_stop_is_quick_and_children_go_on_under_the_next_server() {
    let folder = tempfile::tempdir().unwrap();
    let gate = folder.path().join("gate");
    let command = format!("echo begun; until test -e {0}; do sleep 0.05; done; echo over", gate.display());
    let dag =
        json!({"dag_id": "wait", "tasks": [{"task_id": "t", "operator": {"type": "bash", "bash_command": command}}]});
    write_dag_file(folder.path(), "wait.json", &dag.to_string());
    let server = TestServer::start_with(folder.path(), &["--orphan-grace-s", "60"]);
    server.unpause("wait");
    let run = server.trigger("wait", &json!({}));
    eventually("the task's first line", || {
        let task = server.task_instances("wait", &run).remove(0);
        let log = (task["try_number"] == 1).then(|| server.log("wait", &run, "t", 1))?;
        log.iter().any(|line| line.ends_with(" begun")).then_some(())
    });
    let began = || {
        let task = server.task_instances("wait", &run).remove(0);
        (task["state"] == "running").then(|| task["start_date"].clone())
    };
    let began = eventually("the task's beginning", began);
    let (status, output) = server.stop();
    assert_eq!(status.code(), Some(0));
    assert!(output.contains("go on for up to 60 s"), "{output}");

    let server = TestServer::start_with(folder.path(), &["--orphan-grace-s", "60"]);
    std::fs::write(&gate, "").unwrap();
    assert_eq!(server.finished("wait", &run), "success");
    let task = server.task_instances("wait", &run).remove(0);
    assert_eq!((&task["try_number"], &task["lost"]), (&1.into(), &0.into()), "{task}");
    assert_eq!(task["start_date"], began, "it began when it began");
    let log = server.log("wait", &run, "t", 1);
    let begun = log.iter().filter(|line| line.ends_with(" begun")).count();
    assert_eq!((begun, log.iter().any(|line| line.ends_with(" over"))), (1, true), "{log:?}");
}

#[test]
fn a_kill_loses_nothing_that_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    server.unpause("hello_world");
    let run = server.trigger("hello_world", &json!({}));
    server.kill();
    let server = TestServer::start(folder.path());
    assert_eq!(server.get("/api/v2/dags/hello_world")["is_paused"], false);
    assert_eq!(server.finished("hello_world", &run), "success");
}

#[test]
fn logs_of_attempts_that_are_over_leave_the_live_folder() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    server.unpause("hello_world");
    let live = folder.path().join("logs/live");
    let is_empty = || std::fs::read_dir(&live).map_or(true, |mut entries| entries.next().is_none());
    let mut runs = Vec::new();
    for number in 0..3 {
        let run = server.trigger("hello_world", &json!({"dag_run_id": format!("r{number}")}));
        server.finished("hello_world", &run);
        runs.push(run);
    }
    eventually("the move of the logs", || is_empty().then_some(()));
    let check = |server: &TestServer, run: &str| {
        let log = server.log("hello_world", run, "hello", 1);
        let line = format!(" Hello from hello_world, run {run}");
        assert_eq!(log.iter().filter(|found| found.ends_with(&line)).count(), 1, "{log:?}");
    };
    runs.iter().for_each(|run| check(&server, run));

    // What a killed server did not move, the next one does.
    let run = server.trigger("hello_world", &json!({"dag_run_id": "last"}));
    server.finished("hello_world", &run);
    server.kill();
    let server = TestServer::start(folder.path());
    eventually("the move of what was left behind", || is_empty().then_some(()));
    check(&server, "last");
}

#[test]
fn the_second_wish_to_stop_is_obeyed_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    // A request under way is waited for, but not by someone who insists.
    let mut slow = std::net::TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let head = "POST /api/v2/dags/hello_world/dagRuns HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n";
    let token = server.token();
    let fields =
        format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n");
    slow.write_all(format!("{head}{fields}").as_bytes()).unwrap();
    let mut begun = [0; 12];
    slow.read_exact(&mut begun).unwrap();
    assert_eq!(&begun, b"HTTP/1.1 100");
    server.signal();
    eventually("the first wish", || server.output().contains("Couture stops").then_some(()));
    let (status, output) = server.stop();
    assert_eq!(status.code(), Some(130), "{output}");
}
