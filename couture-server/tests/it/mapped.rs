//! Mapped tasks: each instance is listed, has its log, and can be cleared and marked.

use serde_json::{Value, json};

use crate::harness::{TestServer, eventually, write_dag_file};

const DAG: &str = "\
dag_id: fan
tasks:
- task_id: before
  operator: {type: empty}
- task_id: each
  operator: {type: bash, bash_command: 'echo instance {{ ti.map_index }} of {{ element }}; test {{ ti.map_index }} != 1'}
  expand: {list: [a, b, c]}
  upstream: [before]
- task_id: after
  operator: {type: empty}
  upstream: [each]
  trigger_rule: all_done
- task_id: last
  operator: {type: empty}
  upstream: [after]
";

fn with_run() -> (tempfile::TempDir, TestServer) {
    let folder = tempfile::tempdir().unwrap();
    write_dag_file(folder.path(), "fan.yaml", DAG);
    let server = TestServer::start_with(folder.path(), &["--load-examples=false"]);
    server.unpause("fan");
    server.trigger("fan", &json!({"dag_run_id": "r"}));
    assert_eq!(server.finished("fan", "r"), "success");
    (folder, server)
}

/// Task, map index and state of each.
fn places(tasks: &[Value]) -> Vec<String> {
    let place = |task: &Value| format!("{} {} {}", task["task_id"], task["map_index"], task["state"]).replace('"', "");
    tasks.iter().map(place).collect()
}

const ALL: [&str; 6] =
    ["before -1 success", "each 0 success", "each 1 failed", "each 2 success", "after -1 success", "last -1 success"];

#[test]
fn instances_are_listed_in_their_places() {
    let (_folder, server) = with_run();
    let path = format!("{}/taskInstances", TestServer::run_path("fan", "r"));
    assert_eq!(places(&server.task_instances("fan", "r")), ALL);
    for (offset, limit) in [(0, 1), (1, 1), (2, 3), (3, 9), (5, 1), (6, 5), (99, 1), (0, 6)] {
        let page = server.get(&format!("{path}?offset={offset}&limit={limit}"));
        let end = ALL.len().min(offset + limit);
        assert_eq!(places(page["task_instances"].as_array().unwrap()), ALL[offset.min(end)..end], "{offset} {limit}");
        assert_eq!(page["total_entries"], 6);
    }
    let rendered: Vec<_> =
        server.task_instances("fan", "r").iter().map(|task| task["rendered_map_index"].clone()).collect();
    assert_eq!(json!(rendered), json!([null, "0", "1", "2", null, null]));
    let shown = server.couture_ok(&["runs", "show", "fan", "r"]);
    let line = shown.lines().find(|line| line.contains("exit code 1"));
    assert!(line.is_some_and(|line| line.starts_with("each") && line.contains(" 1 ")), "{shown}");
    let listed = server.get(&format!("{path}/each/listMapped"));
    assert_eq!(places(listed["task_instances"].as_array().unwrap()), ALL[1..4]);
    assert_eq!(server.get(&format!("{path}/each/1"))["state"], "failed");
    assert_eq!(server.get(&format!("{path}/each/1/tries"))["total_entries"], 1);
    let check = |address: &str, word: &str| {
        let answer = server.ask("GET", &format!("{path}/{address}"), &[], "");
        assert_eq!((answer.status, answer.detail().contains(word)), (404, true), "{address}: {}", answer.body);
    };
    check("each", "instances 0 to 2");
    check("each/3", "instances 0 to 2");
    check("each/-2", "instances 0 to 2");
    check("each/x", "");
    check("before/0", "not mapped");
    check("each/logs/1", "instances 0 to 2");
    check("each/xcomEntries/return_value", "instances 0 to 2");
    assert_eq!(server.get(&format!("{path}/each/xcomEntries/return_value?map_index=2"))["value"], "instance 2 of c");
}

#[test]
fn each_instance_has_its_log() {
    let (_folder, server) = with_run();
    for index in ["0", "1", "2"] {
        let log = server.couture_ok(&["tasks", "log", "fan", "r", "each", "--map-index", index]);
        assert!(log.contains(&format!("instance {index}")), "{log}");
    }
    for args in [&["tasks", "log", "fan", "r", "each"], &["xcom", "get", "fan", "r", "each"]] {
        let output = server.couture(args);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && error.contains("--map-index"), "{error}");
    }
}

#[test]
fn one_instance_is_cleared_and_marked() {
    let (_folder, server) = with_run();
    let clear = ["tasks", "clear", "fan", "--run-id", "r", "-t", "each", "--map-index", "1"];
    let plan = server.couture_ok(&[&clear[..], &["--dry-run"]].concat());
    assert!(plan.contains("1 task instance\n"), "{plan}");
    server.couture_ok(&[&clear[..], &["-y"]].concat());
    eventually("the second try", || {
        let task = &server.task_instances("fan", "r")[2];
        (task["try_number"] == 2 && task["state"] == "failed").then_some(())
    });
    assert_eq!(server.finished("fan", "r"), "success");
    assert_eq!(server.task_instances("fan", "r")[1]["try_number"], 1);
    server.couture_ok(&["tasks", "mark", "fan", "r", "each", "success", "--map-index", "1", "-y"]);
    assert_eq!(
        places(&server.task_instances("fan", "r"))[1..4],
        ["each 0 success", "each 1 success", "each 2 success"]
    );
}

#[test]
fn instances_that_nothing_has_happened_to_are_listed_too() {
    let folder = tempfile::tempdir().unwrap();
    let dag = "\
dag_id: slow
tasks:
- task_id: each
  operator: {type: bash, bash_command: 'sleep 600'}
  expand: {list: [1, 2, 3]}
  max_active_tis_per_dag: 1
- task_id: later
  operator: {type: empty}
  expand: {output: each}
";
    write_dag_file(folder.path(), "slow.yaml", dag);
    let server = TestServer::start_with(folder.path(), &["--load-examples=false"]);
    server.unpause("slow");
    server.trigger("slow", &json!({"dag_run_id": "r"}));
    let seen = eventually("the first instance", || {
        let seen = places(&server.task_instances("slow", "r"));
        seen[0].ends_with("running").then_some(seen)
    });
    assert_eq!(seen, ["each 0 running", "each 1 null", "each 2 null", "later -1 null"]);
    server.couture_ok(&["runs", "cancel", "slow", "r"]);
}
