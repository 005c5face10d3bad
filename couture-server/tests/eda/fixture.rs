//! A server that looks at data sets, and some data.

use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{TestServer, eventually};

pub const DAG: &str = "exploratory_data_analysis";
const OUTPUTS: &str = "/api/v2/eda/outputs";

/// A server on a folder, with further flags.
pub fn server(folder: &Path, flags: &[&str]) -> TestServer {
    let own: &[&str] = &["--eda-enabled=true", "--load-examples=false"];
    TestServer::start_with(&folder.join("server"), &[own, flags].concat())
}

/// A table whose column `double` follows from `n`.
pub fn numbers(rows: u32) -> String {
    let rows = (0..rows).map(|n| format!("{n},{},{}\n", n * 2, if n % 3 == 0 { "a" } else { "b" }));
    format!("n,double,letter\n{}", rows.collect::<String>())
}

/// Defines a DAG by a file of this format, and resumes it.
pub fn define(server: &TestServer, dag_id: &str, format: &str, text: &str) {
    server.write_dag_file(&format!("{dag_id}.{format}"), text);
    let path = format!("/api/v2/dags/{dag_id}");
    eventually("the DAG", || (server.ask("GET", &path, &[], "").status == 200).then_some(()));
    server.unpause(dag_id);
}

/// Lists a source, and tells its key.
pub fn add(server: &TestServer, body: &Value) -> String {
    let answer = server.send("POST", "/api/v2/eda/sources", body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["source"].as_str().unwrap().to_owned()
}

/// Starts a run on a source, and tells what was answered.
pub fn play(server: &TestServer, source: &str, kind: &str, target: Option<&str>) -> Value {
    let body = json!({ "source": source, "kind": kind, "target": target });
    let answer = server.send("POST", "/api/v2/eda/runs", &body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

/// Waits for the end of a run, and tells its state and its log.
pub fn ended(server: &TestServer, started: &Value) -> (String, String) {
    let run = started["dag_run_id"].as_str().unwrap();
    let state = server.finished(DAG, run);
    (state, log(server, started))
}

/// The log of a run, as far as it is there.
pub fn log(server: &TestServer, started: &Value) -> String {
    server.log(DAG, started["dag_run_id"].as_str().unwrap(), "profile", 1).join("\n")
}

/// The paths of all reports.
pub fn outputs(server: &TestServer) -> Vec<String> {
    let list = server.get(OUTPUTS);
    let outputs = list["outputs"].as_array().unwrap();
    assert_eq!(list["total_entries"], outputs.len());
    outputs.iter().map(|output| output["path"].as_str().unwrap().to_owned()).collect()
}

/// The file of a path.
pub fn file_of(path: &str) -> String {
    format!("{OUTPUTS}/file?path={path}")
}

/// Waits until nothing is left of attempts.
pub fn nothing_is_left(server: &TestServer) {
    eventually("the end of the attempt's folder", || {
        std::fs::read_dir(server.data.join("eda-work")).unwrap().next().is_none().then_some(())
    });
}
