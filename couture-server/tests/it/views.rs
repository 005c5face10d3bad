//! What the page shows of a DAG: grid, graph, history, versions; notes, XComs and runs that people change.

use serde_json::{Value, json};

use crate::harness::{TestServer, write_dag_file};

const DAG: &str = "
dag_id: d
dag_display_name: The DAG
tags: [first]
groups:
- {group_id: g, label: The group}
edge_labels:
- {from: list, to: g.each, label: one by one}
tasks:
- {task_id: last, operator: {type: empty}, upstream: [g.each]}
- {task_id: g.each, group: g, operator: {type: empty}, expand: {list: [1, 2, 3]}, upstream: [list]}
- {task_id: list, operator: {type: bash, bash_command: echo hello}}
";

fn with_run() -> (tempfile::TempDir, TestServer) {
    let folder = tempfile::tempdir().unwrap();
    write_dag_file(folder.path(), "d.yaml", DAG);
    let server = TestServer::start_with(folder.path(), &["--load-examples=false"]);
    server.unpause("d");
    server.trigger("d", &json!({"dag_run_id": "r", "logical_date": "2026-01-02T00:00:00Z", "note": "first"}));
    assert_eq!(server.finished("d", "r"), "success");
    (folder, server)
}

fn ids(list: &Value, name: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one[name].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_dag_is_shown_whole() {
    let (folder, server) = with_run();
    let grid = server.get("/api/v2/ui/grid/d");
    assert_eq!(ids(&grid["tasks"], "id"), ["list", "g", "last"], "{grid}");
    assert_eq!((&grid["runs"][0]["note"], &grid["runs"][0]["dag_version"]), (&json!("first"), &json!(1)));
    let states = &grid["states"]["r"];
    assert_eq!((&states["list"][0], &states["list"][1]), (&json!("success"), &json!(1)));
    assert_eq!((&states["g.each"][4], &states["g.each"][5]), (&json!(3), &json!({"success": 3})));
    assert_eq!(states["g"][5], json!({"success": 1}));
    let focused = server.get("/api/v2/ui/grid/d?root=list&downstream=false");
    assert_eq!(ids(&focused["tasks"], "id"), ["list"]);
    let graph = server.get("/api/v2/ui/graph/d");
    assert_eq!(ids(&graph["nodes"], "id"), ["list", "g", "last"]);
    assert_eq!(graph["nodes"][1]["children"][0]["is_mapped"], json!(true));
    let edges = graph["edges"].as_array().unwrap();
    assert!(edges.iter().any(|edge| edge["source"] == "list" && edge["label"] == "one by one"), "{graph}");
    let history = server.get("/api/v2/ui/history/d");
    assert_eq!((history["runs"].as_array().unwrap().len(), history["cells"].as_array().unwrap().len()), (1, 3));
    let calendar = server.get("/api/v2/ui/calendar/d?from=2026-01-01&to=2026-01-02");
    assert_eq!(calendar["days"], json!([{"date": "2026-01-02", "states": {"success": 1}}]));
    assert_eq!(server.get("/api/v2/ui/dashboard")["runs"], json!({"success": 1}));
    let listed = &server.get("/api/v2/dags?with=recent&tags=first&dag_display_name_pattern=the%25dag")["dags"][0];
    assert_eq!((&listed["run_states"], &listed["task_states"]), (&json!({"success": 1}), &json!({"success": 5})));
    assert_eq!(server.get("/api/v2/dags?tags=other")["total_entries"], json!(0));
    // Another version.
    assert_eq!(server.get("/api/v2/dagSources/d")["content"], json!(DAG));
    write_dag_file(folder.path(), "d.yaml", &DAG.replace("hello", "again"));
    crate::harness::eventually("a second version", || {
        (server.get("/api/v2/dags/d/dagVersions")["total_entries"] == json!(2)).then_some(())
    });
    assert_eq!(server.get("/api/v2/dagSources/d?version_number=1")["content"], json!(DAG));
    assert_eq!(server.get("/api/v2/dags/d/details")["latest_dag_version"]["version_number"], json!(2));
    assert_eq!(server.get("/api/v2/ui/graph/d?version_number=1")["nodes"].as_array().unwrap().len(), 3);
}

#[test]
fn people_write_notes_change_xcoms_and_delete_runs() {
    let (_folder, server) = with_run();
    let run = "/api/v2/dags/d/dagRuns/r";
    assert_eq!(server.send("PATCH", run, &json!({"note": "second"})).json()["note"], json!("second"));
    assert_eq!(server.send("PATCH", run, &json!({"note": ""})).json()["note"], json!(null));
    let task = format!("{run}/taskInstances/list");
    server.send("PATCH", &task, &json!({"note": "of a task"}));
    assert_eq!(server.get(&task)["note"], json!("of a task"));
    // What is refused has changed nothing, and what was so already takes a note too.
    let long = json!({"new_state": "skipped", "note": "x".repeat(1_001)});
    assert_eq!(server.send("PATCH", &task, &long).status, 422);
    assert_eq!((&server.get(&task)["state"], &server.get(&task)["note"]), (&json!("success"), &json!("of a task")));
    server.send("PATCH", &task, &json!({"new_state": "success", "note": "as it was"}));
    assert_eq!(server.get(&task)["note"], json!("as it was"));
    let xcoms = format!("{task}/xcomEntries");
    server.send("POST", &xcoms, &json!({"key": "k", "value": [1]}));
    assert_eq!(server.get(&format!("{xcoms}/k"))["value"], json!([1]));
    server.send("PATCH", &format!("{xcoms}/k"), &json!({"value": {"a": 2}}));
    assert_eq!(server.get(&format!("{xcoms}/k?stringify=true"))["value"], json!("{\"a\":2}"));
    assert!(ids(&server.get(&xcoms)["xcom_entries"], "key").contains(&"k".to_owned()));
    let found =
        server.get("/api/v2/dags/~/dagRuns/~/taskInstances?task_id_pattern=each&state=success&order_by=map_index");
    assert_eq!(found["total_entries"], json!(3));
    let batch = json!({"dag_ids": ["d"], "task_ids": ["last"]});
    assert_eq!(
        server.send("POST", "/api/v2/dags/~/dagRuns/~/taskInstances/list", &batch).json()["total_entries"],
        json!(1)
    );
    let runs = json!({"dag_ids": ["d"], "states": ["success"], "logical_date_gte": "2026-01-02T00:00:00Z"});
    assert_eq!(server.send("POST", "/api/v2/dags/~/dagRuns/list", &runs).json()["total_entries"], json!(1));
    // It begins anew.
    server.send("PATCH", run, &json!({"state": "queued"}));
    assert_eq!(server.finished("d", "r"), "success");
    assert_eq!(server.get(&format!("{task}/tries"))["total_entries"], json!(2));
    assert_eq!(server.ask("DELETE", run, &[], "").status, 204);
    assert_eq!(server.ask("GET", run, &[], "").status, 404);
    assert_eq!(server.get("/api/v2/ui/grid/d")["runs"], json!([]));
}
