//! What people see of DAGs, and what they are asked for.

use serde_json::{Value, json};

use crate::harness::{TestServer, server_command};
use crate::{defined, put};

fn server(data: &std::path::Path) -> TestServer {
    let mut command = server_command(data, &["--load-examples=false"]);
    command.arg("--dags-are-paused-at-creation=false");
    TestServer::start_command(command, data)
}

#[test]
fn a_run_is_given_what_its_params_allow() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &["asking.py"]);
    let server = server(folder.path());
    defined(&server, "asking");
    let refused = |conf: Value, words: &str| {
        let answer = server.send("POST", "/api/v2/dags/asking/dagRuns", &json!({ "conf": conf }));
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(answer.status == 400 && detail.contains(words), "{}: {detail}", answer.status);
    };
    refused(json!({}), "param \"who\": it has no default");
    refused(json!({"who": "x"}), "param \"who\": \"x\" is too short: minLength is 2");
    refused(json!({"who": "me", "times": 4}), "param \"times\": 4 is greater than the maximum of 3");
    let output = server.couture(&["dags", "trigger", "asking", "--conf", "{\"who\": 7}"]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && error.contains("param \"who\": 7 is not of type \"string\""), "{error}");

    let run_id = server.trigger("asking", &json!({"conf": {"who": "me"}}));
    assert_eq!(server.finished("asking", &run_id), "success");
    let said = |task_id: &str| server.log("asking", &run_id, task_id, 1).join("\n");
    assert!(said("says").contains("me 2 BashOperator"), "{}", said("says"));
    assert!(said("counts").contains("counted me 2"), "{}", said("counts"));

    let run_id = server.trigger("not_asking", &json!({}));
    assert_eq!(server.finished("not_asking", &run_id), "failed");
    let log = server.log("not_asking", &run_id, "triggers", 1).join("\n");
    assert!(log.contains("param \"who\": 7 is not of type"), "{log}");
}

#[test]
fn classes_and_names_are_shown_as_they_were_written() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &["asking.py"]);
    let server = server(folder.path());
    defined(&server, "asking");
    let dag = server.couture_json(&["dags", "show", "asking"]);
    assert_eq!(dag["dag_display_name"], "Asks for things");
    let shown: Vec<_> = ["task_id", "operator_name", "task_display_name", "ui_color"]
        .into_iter()
        .map(|field| dag["tasks"].as_array().unwrap().iter().map(|task| task[field].clone()).collect::<Vec<_>>())
        .collect();
    assert_eq!(
        json!(shown),
        json!([["says", "counts"], ["BashOperator", "@task"], ["It says", "counts"], ["#f0ede4", "#ffefeb"]])
    );
    let table = server.couture_ok(&["dags", "show", "asking"]);
    assert!(table.contains("BashOperator") && table.contains("@task"), "{table}");
    let run_id = server.trigger("asking", &json!({"conf": {"who": "me"}}));
    let instances = server.task_instances("asking", &run_id);
    assert_eq!(instances[0]["operator"], "BashOperator", "{instances:?}");
}
