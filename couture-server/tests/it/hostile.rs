//! Tasks and files that do their worst.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::harness::{TestServer, eventually, write_dag_file};

const FLAGS: &[&str] = &["--dags-are-paused-at-creation=false", "--load-examples=false"];

fn bash_dag(dag_id: &str, commands: &[String]) -> Value {
    let tasks: Vec<Value> = commands
        .iter()
        .enumerate()
        .map(
            |(at, command)| json!({"task_id": format!("t{at}"), "operator": {"type": "bash", "bash_command": command}}),
        )
        .collect();
    json!({"dag_id": dag_id, "tasks": tasks})
}

fn start(dags: &[Value]) -> (tempfile::TempDir, TestServer) {
    let folder = tempfile::tempdir().unwrap();
    for (at, dag) in dags.iter().enumerate() {
        write_dag_file(folder.path(), &format!("{at}.json"), &dag.to_string());
    }
    let server = TestServer::start_with(folder.path(), FLAGS);
    (folder, server)
}

/// The supervisor that a server has started. What that forks has its arguments until it becomes another program, and other parents.
fn supervisor(server: &TestServer) -> Option<i32> {
    let server = server.pid().cast_signed();
    let is_one = |pid: &i32| {
        let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        command.split(|byte| *byte == 0).nth(1) == Some(b"supervise") && parent(*pid) == Some(server)
    };
    let mut pids =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.find(is_one)
}

fn parent(pid: i32) -> Option<i32> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}

/// The most memory that a process ever had, in KiB.
fn peak_kib(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// 100 MB here; a gigabyte, by hand, took the same memory.
#[test]
fn a_log_of_a_hundred_megabytes_is_whole_and_takes_no_memory() {
    const LINES: u64 = 1_000_000;
    let loud =
        format!("yes {} | head -n {LINES}; head -c 20000000 /dev/zero | tr '\\0' y; echo; echo last", "x".repeat(79));
    let (_folder, server) = start(&[bash_dag("loud", &[loud])]);
    let run = server.trigger("loud", &json!({}));
    assert_eq!(server.finished("loud", &run), "success");

    let mut reading = server.couture_command(&["tasks", "log", "loud", &run, "t0"]);
    let mut reading = reading.stdout(Stdio::piped()).spawn().unwrap();
    let (mut lines, mut others) = (0, Vec::new());
    let mut long = 0;
    for line in BufReader::new(reading.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let text = line.split_once("] ").map_or(&*line, |(_, text)| text);
        if text.len() == 79 && text.bytes().all(|byte| byte == b'x') {
            lines += 1;
        } else if line.ends_with('y') {
            long += text.len();
        } else {
            others.push(text.to_owned());
        }
    }
    assert!(reading.wait().unwrap().success());
    assert_eq!((lines, long), (LINES, 20_000_000));
    assert_eq!(others[1..], ["last", "Command exited with return code 0"]);
    for (what, pid) in [("server", server.pid().cast_signed()), ("supervisor", supervisor(&server).unwrap())] {
        let peak = peak_kib(pid);
        assert!(peak < 120 << 10, "the {what} took {peak} KiB");
    }
}

#[test]
fn ids_that_no_one_should_use_are_import_errors_or_not_found() {
    let (_folder, server) = start(&[bash_dag("good", &["echo good".into()])]);
    let long = "x".repeat(10_000);
    let task = |id: &str| json!({"dag_id": "d", "tasks": [{"task_id": id, "operator": {"type": "empty"}}]}).to_string();
    let check = |file: &str, content: String, words: &str| {
        server.write_dag_file(file, &content);
        let error = eventually("the import error", || {
            let errors = server.get("/api/v2/importErrors");
            errors["import_errors"].as_array().unwrap().iter().find(|error| error["filename"] == file).cloned()
        });
        let text = error["stack_trace"].as_str().unwrap();
        assert!(text.contains(words) && text.len() < 500 && error["line"] == 1, "{error}");
    };
    check("long_task.json", task(&long), "has 10000 bytes; at most 250 are allowed");
    check(
        "long_dag.json",
        json!({"dag_id": long, "tasks": []}).to_string(),
        "has 10000 bytes; at most 250 are allowed",
    );
    check("up.json", task("../../etc"), "holds '/'");
    check("control.json", task("a\u{1}b"), "holds '\\u{1}'");
    check("deep.json", "[".repeat(100_000), "nested deeper than");
    for id in [&*long, "..%2f..%2fetc", "%00", "%ff", "good%0a"] {
        for path in [format!("/api/v2/dags/{id}"), format!("/api/v2/dags/good/dagRuns/{id}/taskInstances/{id}/logs/1")]
        {
            let answer = server.ask("GET", &path, &[], "");
            assert!([400, 404, 422].contains(&answer.status) && answer.body.contains("detail"), "{path}: {answer:?}");
        }
    }
    assert_eq!(server.finished("good", &server.trigger("good", &json!({}))), "success");
}

#[test]
fn the_supervisor_is_killed_under_load() {
    let gate = tempfile::tempdir().unwrap();
    let wait = format!("echo begun; until [ -e {}/open ]; do sleep 0.1; done; echo over", gate.path().display());
    let (_folder, server) = start(&[bash_dag("load", &vec![wait; 60])]);
    let run = server.trigger("load", &json!({}));
    let began = || server.task_instances("load", &run).iter().filter(|task| task["state"] == "running").count();
    eventually("all tasks at once", || (began() == 60).then_some(()));
    let pid = supervisor(&server).expect("a supervisor");
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    let lost = || server.task_instances("load", &run).iter().filter(|task| task["lost"].as_u64() > Some(0)).count();
    eventually("attempts that were lost with the supervisor and started again", || (lost() >= 40).then_some(()));
    std::fs::write(gate.path().join("open"), "").unwrap();
    assert_eq!(server.finished("load", &run), "success");
    let tasks = server.task_instances("load", &run);
    for task in &tasks {
        assert_eq!((&task["state"], &task["try_number"]), (&"success".into(), &1.into()), "{task}");
        let log = server.log("load", &run, task["task_id"].as_str().unwrap(), 1);
        assert_eq!(log.iter().filter(|line| line.ends_with("] over")).count(), 1, "{log:?}");
    }
}
