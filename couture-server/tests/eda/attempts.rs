//! What becomes of attempts: they are ended, taken over, and kept small.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::fixture::{DAG, add, define, ended, log, nothing_is_left, numbers, outputs, play, server};
use crate::harness::{TestServer, eventually};

/// A program in place of `eda`: it waits for the file `go` beside it, and then leaves a report.
fn patient(folder: &Path) -> PathBuf {
    let program = folder.join("patient.sh");
    let script = "#!/bin/sh\n\
                  for argument; do case $argument in --timestamp=*) time=${argument#*=};; esac; done\n\
                  echo waiting as $$\n\
                  until [ -e \"$(dirname \"$0\")/go\" ]; do sleep 0.05; done\n\
                  mkdir -p out/x/preliminary/$time && echo '<p>done</p>' > out/x/preliminary/$time/data_info.html\n";
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    program
}

fn patient_server(folder: &Path) -> TestServer {
    server(folder, &[&format!("--eda-program={}", patient(folder).display())])
}

/// Waits until the child runs, and tells its process.
fn waiting(server: &TestServer, started: &Value) -> u32 {
    let run = started["dag_run_id"].as_str().unwrap();
    eventually("the child", || {
        // Before the first try there is no log.
        let task = server.task_instances(DAG, run).remove(0);
        let log = (task["try_number"] == 1).then(|| log(server, started))?;
        log.lines().find_map(|line| line.split_once("waiting as ")?.1.trim().parse().ok())
    })
}

#[test]
fn whoever_ends_a_run_ends_its_child() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("a.csv");
    std::fs::write(&csv, "n\n1\n").unwrap();
    let server = patient_server(folder.path());
    let source = add(&server, &json!({ "source": csv }));
    let started = play(&server, &source, "preliminary", None);
    let child = PathBuf::from(format!("/proc/{}", waiting(&server, &started)));
    assert!(child.exists());
    let run = TestServer::run_path(DAG, started["dag_run_id"].as_str().unwrap());
    assert_eq!(server.send("PATCH", &run, &json!({ "state": "failed" })).status, 200);
    eventually("the end of the child", || (!child.exists()).then_some(()));
    nothing_is_left(&server);
    assert!(outputs(&server).is_empty());
}

#[test]
fn a_new_server_takes_the_child_over() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("a.csv");
    std::fs::write(&csv, "n\n1\n").unwrap();
    let first = patient_server(folder.path());
    let source = add(&first, &json!({ "source": csv }));
    let started = play(&first, &source, "preliminary", None);
    let child = waiting(&first, &started);
    first.kill();
    let second = patient_server(folder.path());
    std::fs::write(folder.path().join("go"), "").unwrap();
    let (state, text) = ended(&second, &started);
    assert_eq!((&*state, text.matches("waiting as").count()), ("success", 1), "{child}: {text}");
    assert_eq!(outputs(&second), [started["output_path"].as_str().unwrap()]);
    nothing_is_left(&second);
}

#[test]
fn a_task_without_a_time_of_its_own_is_taken_over_too() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("a.csv");
    std::fs::write(&csv, "n\n1\n").unwrap();
    let first = patient_server(folder.path());
    let dag = format!("dag_id: d\ntasks:\n- task_id: profile\n  operator: {{type: eda, source: {csv:?}}}\n");
    define(&first, "d", "yaml", &dag);
    let run = first.trigger("d", &json!({}));
    let text = |server: &TestServer| server.log("d", &run, "profile", 1).join("\n");
    let is_begun = || (first.task_instances("d", &run)[0]["try_number"] == 1).then(|| text(&first));
    eventually("the child", || is_begun()?.contains("waiting as").then_some(()));
    first.kill();
    let second = patient_server(folder.path());
    std::fs::write(folder.path().join("go"), "").unwrap();
    let state = second.finished("d", &run);
    let text = text(&second);
    assert_eq!((&*state, text.matches("waiting as").count()), ("success", 1), "{text}");
    assert_eq!(outputs(&second).len(), 1);
    nothing_is_left(&second);
}

#[test]
fn any_time_names_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("a.csv");
    std::fs::write(&csv, numbers(3)).unwrap();
    let server = server(folder.path(), &[]);
    let dag = format!(
        "dag_id: d\ntasks:\n- task_id: profile\n  operator: {{type: eda, source: {csv:?}, timestamp: '{{{{ ts }}}} a+b'}}\n"
    );
    define(&server, "d", "yaml", &dag);
    let run = server.trigger("d", &json!({ "logical_date": "2026-01-31T00:00:00Z" }));
    let state = server.finished("d", &run);
    assert_eq!(state, "success", "{:?}", server.log("d", &run, "profile", 1));
    let page = "outputs/a.csv/preliminary/2026-01-31T00_00_00_00_00_a_b/data_info.html".to_owned();
    assert!(outputs(&server).contains(&page), "{:?}", outputs(&server));
}

#[test]
fn memory_has_a_bound() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("wide.csv");
    let columns = 2_000;
    let row = |text: &str| vec![text; columns].join(",") + "\n";
    std::fs::write(&csv, row("c") + &row("some text").repeat(200)).unwrap();
    let server = server(folder.path(), &["--eda-memory-mib=16"]);
    let source = add(&server, &json!({ "source": csv }));
    let (state, text) = ended(&server, &play(&server, &source, "preliminary", None));
    assert!(state == "failed" && text.contains("needs more than its 16 MiB of memory"), "{text}");
    nothing_is_left(&server);
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("a.csv");
    std::fs::write(&csv, numbers(3)).unwrap();
    let server = server(folder.path(), &["--eda-program=/nothing/eda"]);
    let source = add(&server, &json!({ "source": csv }));
    let (state, text) = ended(&server, &play(&server, &source, "preliminary", None));
    assert!(state == "failed" && text.contains("failed to start /nothing/eda"), "{text}");
}
