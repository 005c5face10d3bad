//! Python files that come, change and go while the server runs, and over restarts.

use serde_json::Value;

use crate::harness::{TestServer, eventually, write_dag_file};

fn description(server: &TestServer, dag_id: &str) -> Option<String> {
    let answer = server.ask("GET", &format!("/api/v2/dags/{dag_id}"), &[], "");
    (answer.status == 200).then(|| answer.json()["description"].as_str().unwrap_or_default().to_owned())
}

fn errors(server: &TestServer) -> Vec<Value> {
    server.get("/api/v2/importErrors?warnings=true")["import_errors"].as_array().unwrap().clone()
}

const USING: &str = "\
from airflow import DAG
from helper import TEXT
for name in ('one', 'two'):
    globals()[name] = DAG(name, description=TEXT, schedule=None)
";

#[test]
fn a_change_of_a_helper_changes_the_dags_that_use_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    write_dag_file(folder.path(), "using.py", USING);
    let error = eventually("the error", || errors(&server).pop());
    let trace = error["stack_trace"].as_str().unwrap();
    assert!(trace.contains("No module named 'helper'") && trace.contains("using.py\", line 2"), "{trace}");
    write_dag_file(folder.path(), "helper.py", "TEXT = 'first'\n");
    for dag_id in ["one", "two"] {
        eventually("the DAG", || description(&server, dag_id).filter(|text| text == "first"));
    }
    assert_eq!(errors(&server), Vec::<Value>::new());
    write_dag_file(folder.path(), "helper.py", "TEXT = 'second'\n");
    for dag_id in ["one", "two"] {
        eventually("the change", || description(&server, dag_id).filter(|text| text == "second"));
    }
    write_dag_file(folder.path(), "using.py", &USING.replace("'two'", "'three'"));
    eventually("the new DAG", || description(&server, "three"));
    eventually("the old DAG's end", || (server.get("/api/v2/dags/two")["is_stale"] == true).then_some(()));
    write_dag_file(folder.path(), "using.py", "from airflow import DAG\n1 / 0\n");
    let error = eventually("the error", || errors(&server).pop());
    assert!(error["stack_trace"].as_str().unwrap().contains("ZeroDivisionError"), "{error}");
    assert_eq!(description(&server, "one").as_deref(), Some("second"), "the last good version stays");
}

#[test]
fn what_was_parsed_is_not_parsed_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let marks = folder.path().join("marks");
    let content = format!(
        "from airflow import DAG\nopen({marks:?}, 'a').write('x')\nDAG('marking', schedule=None, description='a')\n"
    );
    write_dag_file(folder.path(), "marking.py", &content.replace("DAG('", "dag = DAG('"));
    let server = TestServer::start(folder.path());
    eventually("the DAG", || description(&server, "marking"));
    let parsed = std::fs::read_to_string(&marks).unwrap();
    server.stop();
    let server = TestServer::start(folder.path());
    eventually("the DAG", || description(&server, "marking"));
    assert_eq!(std::fs::read_to_string(&marks).unwrap(), parsed);
}

#[test]
fn ignored_files_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let dag = |id: &str| format!("from airflow import DAG\ndag = DAG('{id}', schedule=None)\n");
    write_dag_file(folder.path(), "ignored_x.py", &dag("ignored"));
    write_dag_file(folder.path(), "seen.py", &dag("seen"));
    std::fs::write(folder.path().join("dags/.airflowignore"), "ignored_\n").unwrap();
    let server = TestServer::start(folder.path());
    eventually("the DAG", || description(&server, "seen"));
    assert_eq!(description(&server, "ignored"), None);
}
