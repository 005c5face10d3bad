//! Assets: who writes them, who waits for them, what changed them.

use serde_json::{Value, json};

use crate::harness::{TestServer, eventually, write_dag_file};

fn with_dags() -> (tempfile::TempDir, TestServer) {
    let folder = tempfile::tempdir().unwrap();
    let writer = "dag_id: writer\ntasks:\n- {task_id: write, operator: {type: empty}, outlets: ['s3://lake/orders', {name: log, uri: 'file:///log'}]}\n";
    let reader = "dag_id: reader\nassets: {asset: 's3://lake/orders'}\ntasks:\n- {task_id: read, operator: {type: empty}, inlets: [log]}\n";
    let other = "dag_id: other\ntasks:\n- {task_id: t, operator: {type: empty}, outlets: [log]}\n";
    for (name, dag) in [("writer.yaml", writer), ("reader.yaml", reader), ("other.yaml", other)] {
        write_dag_file(folder.path(), name, dag);
    }
    let flags = ["--load-examples=false", "--dags-are-paused-at-creation=false"];
    let server = TestServer::start_with(folder.path(), &flags);
    (folder, server)
}

/// A list of DAGs or tasks by their names alone.
fn named(list: &Value) -> Value {
    let of = |one: &Value| {
        let names = one.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_id"));
        Value::Object(names.map(|(name, id)| (name.clone(), id.clone())).collect())
    };
    list.as_array().unwrap().iter().map(of).collect()
}

#[test]
fn assets_are_listed_with_their_users() {
    let (_folder, server) = with_dags();
    let assets = server.get("/api/v2/assets");
    assert_eq!(assets["total_entries"], 2);
    let names: Vec<_> = assets["assets"].as_array().unwrap().iter().map(|asset| asset["name"].clone()).collect();
    assert_eq!(json!(names), json!(["log", "s3://lake/orders"]));
    let orders = server.get("/api/v2/assets/s3%3A%2F%2Flake%2Forders");
    assert_eq!(named(&orders["scheduled_dags"]), json!([{"dag_id": "reader"}]));
    assert_eq!(named(&orders["producing_tasks"]), json!([{"dag_id": "writer", "task_id": "write"}]));
    assert_eq!(orders["last_asset_event"], json!(null));
    let log = server.get("/api/v2/assets/log");
    assert_eq!(
        (&log["uri"], named(&log["consuming_tasks"])),
        (&json!("file:///log"), json!([{"dag_id": "reader", "task_id": "read"}]))
    );
    assert_eq!(server.get("/api/v2/assets?name_pattern=lake")["total_entries"], 1);
    assert_eq!(server.get("/api/v2/assets?offset=1&limit=1")["assets"][0]["name"], "s3://lake/orders");
    let list = server.couture_ok(&["assets", "list"]);
    assert!(list.contains("writer.write") && list.contains("reader"), "{list}");
    assert!(server.couture_ok(&["assets", "show", "log"]).contains("other.t, writer.write"));
    let check = |method: &str, address: &str, status: u16, word: &str| {
        let answer = server.send(method, &format!("/api/v2/assets/{address}"), &json!({}));
        assert_eq!((answer.status, answer.detail().contains(word)), (status, true), "{}", answer.body);
    };
    check("GET", "missing", 404, "no dag names an asset \"missing\"");
    check("POST", "missing/materialize", 404, "no dag names an asset \"missing\"");
    check("POST", "log/materialize", 400, "other, writer");
}

#[test]
fn changes_are_listed_with_their_sources() {
    let (_folder, server) = with_dags();
    let done = server.couture_ok(&["assets", "materialize", "s3://lake/orders", "--wait"]);
    assert!(done.contains("of writer") && done.contains("success"), "{done}");
    let made = server.couture_ok(&["assets", "create-event", "s3://lake/orders", "--extra", "{\"rows\": 7}"]);
    assert_eq!(made, "asset s3://lake/orders was changed\n");
    eventually("the change from outside", || {
        (server.get("/api/v2/assets/events?name=s3://lake/orders")["total_entries"] == 2).then_some(())
    });
    let events = server.get("/api/v2/assets/events?name=s3://lake/orders");
    let run = &server.get("/api/v2/dags/writer/dagRuns")["dag_runs"][0]["dag_run_id"];
    assert_eq!(events["asset_events"][0]["extra"], json!({"rows": 7}));
    assert_eq!(events["asset_events"][0]["source_run_id"], json!(null));
    let by_task = &events["asset_events"][1];
    assert_eq!((&by_task["source_dag_id"], &by_task["source_task_id"]), (&json!("writer"), &json!("write")));
    assert_eq!(&by_task["source_run_id"], run);
    let page = |query: &str| server.get(&format!("/api/v2/assets/events?{query}"));
    assert_eq!(page("limit=1&offset=1&name=s3://lake/orders")["asset_events"], json!([by_task]));
    assert_eq!(page("limit=1&name=s3://lake/orders&order_by=timestamp")["asset_events"], json!([by_task]));
    assert_eq!(page("limit=1")["total_entries"], 3);
    let bad = server.ask("GET", "/api/v2/assets/events?order_by=colour", &[], "");
    assert_eq!((bad.status, bad.detail().contains("timestamp")), (400, true), "{}", bad.body);
    let shown = server.couture_ok(&["assets", "events", "s3://lake/orders"]);
    assert!(shown.contains(run.as_str().unwrap()) && shown.contains("{\"rows\":7}"), "{shown}");
    assert_eq!(
        server.couture_json(&["assets", "events", "--oldest-first", "--limit", "1"]).as_array().unwrap().len(),
        1
    );
}
