//! DAG files that come, change, break and go while the server runs.

use serde_json::Value;

use crate::harness::{TestServer, eventually};

fn dag(description: &str) -> String {
    format!("dag_id: d\ndescription: {description}\ntasks: []\n")
}

fn description(server: &TestServer, dag_id: &str) -> Option<String> {
    let answer = server.ask("GET", &format!("/api/v2/dags/{dag_id}"), &[], "");
    (answer.status == 200).then(|| answer.json()["description"].as_str().unwrap_or_default().to_owned())
}

fn errors(server: &TestServer) -> Vec<Value> {
    server.get("/api/v2/importErrors?warnings=true")["import_errors"].as_array().unwrap().clone()
}

#[test]
fn files_are_loaded_again_when_they_change() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    server.write_dag_file("d.yaml", &dag("one"));
    eventually("the DAG", || description(&server, "d").filter(|text| text == "one"));
    server.write_dag_file("d.yaml", &dag("two"));
    eventually("the change", || description(&server, "d").filter(|text| text == "two"));

    server.write_dag_file("d.yaml", "dag_id: d\ntasks:\n- task_id: t\n  operator: {type: nonsense}\n");
    let error = eventually("the import error", || errors(&server).pop());
    assert_eq!(
        (&error["filename"], &error["line"], &error["column"]),
        (&"d.yaml".into(), &4.into(), &20.into()),
        "{error}"
    );
    assert!(error["stack_trace"].as_str().unwrap().contains("nonsense"), "{error}");
    assert_eq!(description(&server, "d").as_deref(), Some("two"), "the last good version stays");
    assert_eq!(server.get("/api/v2/dags/d")["has_import_errors"], true);

    server.write_dag_file("e.json", "{\"dag_id\": \"d\", \"tasks\": []}");
    let twice =
        eventually("the second error", || errors(&server).into_iter().find(|error| error["filename"] == "e.json"));
    assert!(twice["stack_trace"].as_str().unwrap().contains("already defined by d.yaml"), "{twice}");

    std::fs::remove_file(folder.path().join("dags/d.yaml")).unwrap();
    eventually("the next file's turn", || errors(&server).is_empty().then_some(()));
    eventually("its DAG", || (server.get("/api/v2/dags/d")["relative_fileloc"] == "e.json").then_some(()));
    std::fs::remove_file(folder.path().join("dags/e.json")).unwrap();
    eventually("the DAG's end", || (server.get("/api/v2/dags/d")["is_stale"] == true).then_some(()));
    let answer = server.send("POST", "/api/v2/dags/d/dagRuns", &serde_json::json!({}));
    assert_eq!(answer.status, 409, "{}", answer.body);
}

#[test]
fn what_went_while_the_server_was_down_is_retired() {
    let folder = tempfile::tempdir().unwrap();
    crate::harness::write_dag_file(folder.path(), "d.yaml", &dag("one"));
    let server = TestServer::start(folder.path());
    assert_eq!(server.get("/api/v2/dags/d")["is_stale"], false);
    server.stop();
    std::fs::remove_file(folder.path().join("dags/d.yaml")).unwrap();
    let server = TestServer::start(folder.path());
    assert_eq!(server.get("/api/v2/dags/d")["is_stale"], true);
    let listed = server.get("/api/v2/dags?limit=1000");
    assert!(!listed["dags"].as_array().unwrap().iter().any(|dag| dag["dag_id"] == "d"), "{listed}");
}
