//! A data set in parts, which tasks look at side by side, and one merges.

use serde_json::{Value, json};

use crate::fixture::{define, file_of, nothing_is_left, numbers, outputs, server};
use crate::harness::TestServer;

const DAG_FILE: &str = r#"
import glob
from airflow.decorators import dag, task
from airflow.operators import EdaMergeOperator, EdaOperator

@dag(schedule=None, is_paused_upon_creation=False)
def in_parts():
    @task
    def parts():
        return sorted(glob.glob("FOLDER/*.csv"))

    look = EdaOperator.partial(task_id="look", timestamp="{{ params.timestamp }}").expand(source=parts())
    EdaMergeOperator(task_id="whole", name="numbers", reports=look.output)

in_parts()
"#;

fn run(server: &TestServer, dag_id: &str, conf: Value) -> (String, String) {
    let run = server.trigger(dag_id, &json!({ "conf": conf }));
    let state = server.finished(dag_id, &run);
    (run, state)
}

/// What is found out about each column, without the pictures of samples.
fn found(report: &Value) -> Vec<Value> {
    let columns = report["columns"].as_array().unwrap().iter();
    columns.map(|column| json!([column["name"], column["kind"], column["numbers"], column["distinct"]])).collect()
}

#[test]
fn a_folder_is_looked_at_in_mapped_tasks_and_merged() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("parts");
    let whole = numbers(3_000);
    let (head, rows) = whole.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    std::fs::create_dir_all(&data).unwrap();
    for (at, part) in rows.chunks(1_000).enumerate() {
        std::fs::write(data.join(format!("part-{at}.csv")), format!("{head}\n{}\n", part.join("\n"))).unwrap();
    }
    let csv = folder.path().join("whole.csv");
    std::fs::write(&csv, &whole).unwrap();
    let server = server(folder.path(), &[]);
    define(&server, "in_parts", "py", &DAG_FILE.replace("FOLDER", data.to_str().unwrap()));
    let one = format!("dag_id: at_once\ntasks:\n- task_id: look\n  operator: {{type: eda, source: {csv:?}}}\n");
    define(&server, "at_once", "yaml", &one);
    let (run_id, state) = run(&server, "in_parts", json!({ "timestamp": "now" }));
    let log = server.log("in_parts", &run_id, "whole", 1).join("\n");
    assert_eq!(state, "success", "{log}");
    assert!(log.contains("Merging 3 reports"), "{log}");
    let all = outputs(&server);
    let parts = (0..3).map(|at| format!("outputs/part-{at}.csv/preliminary/now/data_info.html"));
    assert!(parts.clone().all(|part| all.contains(&part)), "{all:?}");
    let merged = all.iter().find(|path| path.starts_with("outputs/numbers/preliminary/") && path.ends_with(".json"));
    let merged = server.get(&file_of(merged.unwrap()));
    assert_eq!(merged["rows"], 3_000);

    assert_eq!(run(&server, "at_once", json!({})).1, "success");
    let all = outputs(&server);
    let one = all.iter().find(|path| path.starts_with("outputs/whole.csv/") && path.ends_with(".json"));
    assert_eq!(found(&merged), found(&server.get(&file_of(one.unwrap()))));
    nothing_is_left(&server);
}

#[test]
fn tasks_that_want_one_folder_get_one_each_and_only_profiles_are_merged() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("numbers.csv");
    std::fs::write(&csv, numbers(100)).unwrap();
    let server = server(folder.path(), &[]);
    let text = format!(
        "dag_id: alike\ntasks:\n- task_id: look\n  operator: {{type: eda, source: '{{{{ element }}}}', timestamp: t}}\n  \
         expand: {{list: [{csv:?}, {csv:?}, {csv:?}]}}\n- task_id: why\n  operator: {{type: eda, source: {csv:?}, target: double}}\n\
         - task_id: wrong\n  operator: {{type: eda_merge}}\n  input: [why]\n"
    );
    define(&server, "alike", "yaml", &text);
    let (run_id, state) = run(&server, "alike", json!({}));
    let log = server.log("alike", &run_id, "wrong", 1).join("\n");
    assert!(state == "failed" && log.contains("is no report of the kind preliminary"), "{log}");
    let all = outputs(&server);
    for time in ["t", "t-2", "t-3"] {
        let page = format!("outputs/numbers.csv/preliminary/{time}/data_info.html");
        assert!(all.contains(&page), "{page}: {all:?}");
    }
}
