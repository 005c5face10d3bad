//! Stopping, and what the next server finds.

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
    let (status, output) = server.stop();
    assert_eq!(status.code(), Some(0));
    assert!(output.contains("go on for up to 60 s"), "{output}");

    let server = TestServer::start_with(folder.path(), &["--orphan-grace-s", "60"]);
    std::fs::write(&gate, "").unwrap();
    assert_eq!(server.finished("wait", &run), "success");
    let task = server.task_instances("wait", &run).remove(0);
    assert_eq!((&task["try_number"], &task["lost"]), (&1.into(), &0.into()), "{task}");
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
