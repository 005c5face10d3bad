//! Runs of DAGs on a server under test.

use serde_json::Value;

use super::dag_file::write_dag_file;
use super::patience::eventually;
use super::server::TestServer;

impl TestServer {
    /// Starts a run and returns its id.
    pub fn trigger(&self, dag_id: &str, body: &Value) -> String {
        let answer = self.send("POST", &format!("/api/v2/dags/{dag_id}/dagRuns"), body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["dag_run_id"].as_str().unwrap().to_owned()
    }

    /// Resumes scheduling a DAG.
    pub fn unpause(&self, dag_id: &str) {
        let answer = self.send("PATCH", &format!("/api/v2/dags/{dag_id}"), &serde_json::json!({ "is_paused": false }));
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// The path of a run.
    pub fn run_path(dag_id: &str, run_id: &str) -> String {
        format!("/api/v2/dags/{dag_id}/dagRuns/{}", run_id.replace('+', "%2B"))
    }

    /// Waits for the end of a run, and tells its state.
    pub fn finished(&self, dag_id: &str, run_id: &str) -> String {
        eventually("the end of a run", || {
            let run = self.get(&Self::run_path(dag_id, run_id));
            let state = run["state"].as_str().unwrap().to_owned();
            matches!(&*state, "success" | "failed").then_some(state)
        })
    }

    /// The task instances of a run with at most a thousand tasks.
    pub fn task_instances(&self, dag_id: &str, run_id: &str) -> Vec<Value> {
        let path = format!("{}/taskInstances?limit=1000", Self::run_path(dag_id, run_id));
        self.get(&path)["task_instances"].as_array().unwrap().clone()
    }

    /// The lines of a try's log, as far as they are there.
    pub fn log(&self, dag_id: &str, run_id: &str, task_id: &str, try_number: u32) -> Vec<String> {
        let base = format!("{}/taskInstances/{task_id}/logs/{try_number}", Self::run_path(dag_id, run_id));
        let mut lines = Vec::new();
        let mut query = String::new();
        loop {
            let part = self.get(&format!("{base}{query}"));
            lines.extend(
                part["content"].as_array().unwrap().iter().map(|line| line["event"].as_str().unwrap().to_owned()),
            );
            match part["continuation_token"].as_str() {
                Some(token) if part["at_end"] == false => query = format!("?token={token}"),
                _ => return lines,
            }
        }
    }

    /// Puts a file into the DAG folder at once and as a whole.
    pub fn write_dag_file(&self, name: &str, content: &str) {
        write_dag_file(&self.data, name, content);
    }
}
