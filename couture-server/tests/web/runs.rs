//! Runs and task instances as people and programs ask for them, change them and begin them again.

use std::time::Duration;

use couture_core::DagBuilder;
use couture_operators::{BashOperator, EmptyOperator};
use serde_json::{Value, json};

use super::fixture::{Answer, Web};

/// Longer than any run here takes.
const PATIENCE: Duration = Duration::from_secs(60);

struct Asked {
    web: Web,
    headers: Vec<(&'static str, String)>,
}

impl Asked {
    async fn new() -> Self {
        let web = Web::new().await;
        web.add("ada", &["Admin"]).await;
        let headers = vec![web.bearer("ada").await];
        Self { web, headers }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = (!body.is_null()).then_some(&body);
        self.web.send(method, &format!("/api/v2/dags/{path}"), &self.headers, body).await
    }

    async fn ok(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.ask(method, path, body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.body);
        answer.json()
    }

    async fn get(&self, path: &str) -> Value {
        self.ok("GET", path, Value::Null).await
    }

    /// The run when it is over.
    async fn finished(&self, path: &str) -> Value {
        let [dag_id, _, run_id] = path.split('/').collect::<Vec<_>>()[..] else { panic!("{path} is no run") };
        tokio::time::timeout(PATIENCE, self.web.ended(dag_id, run_id)).await.expect("the run ends");
        self.get(path).await
    }

    async fn ids(&self, query: &str) -> Vec<Value> {
        let list = self.get(&format!("~/dagRuns?{query}")).await;
        list["dag_runs"].as_array().unwrap().iter().map(|run| run["dag_run_id"].clone()).collect()
    }
}

fn one_task(dag_id: &str) -> DagBuilder {
    let dag = DagBuilder::new(dag_id);
    dag.task("only", EmptyOperator {}, ());
    dag
}

/// `fails`, and `after` it.
fn failing(dag_id: &str) -> DagBuilder {
    let dag = DagBuilder::new(dag_id);
    let fails = dag.task("fails", BashOperator::new("exit 3"), ());
    dag.task("after", EmptyOperator {}, ()).set_upstream(&fails);
    dag
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_tells_who_asked_for_it_and_how() {
    let mut asked = Asked::new().await;
    asked.web.define(one_task("d")).await;
    asked.web.define(one_task("c")).await;
    let bearer = asked.headers.clone();
    let session = asked.web.login("ada", super::fixture::PASSWORD, &[]).await.session();
    let mut by_command = bearer.clone();
    by_command.push(("user-agent", "couture/0.0.1".to_owned()));
    let mut by_script = bearer.clone();
    by_script.push(("user-agent", "curl/8".to_owned()));
    asked.web.add("bob", &["Admin"]).await;
    let by_bob = vec![asked.web.bearer("bob").await];
    let senders = [
        ("r10", bearer.clone(), "rest_api", "ada"),
        ("r9", session, "ui", "ada"),
        ("r2", by_command, "cli", "ada"),
        ("r1", by_script, "rest_api", "ada"),
        ("b", by_bob, "rest_api", "bob"),
    ];
    for (run_id, headers, triggered_by, user) in senders {
        asked.headers = headers;
        let dag = if run_id == "r1" { "c" } else { "d" };
        let run = asked.ok("POST", &format!("{dag}/dagRuns"), json!({ "dag_run_id": run_id })).await;
        assert_eq!(
            (&run["triggered_by"], &run["triggering_user_name"]),
            (&json!(triggered_by), &json!(user)),
            "{run_id}"
        );
        let again = asked.get(&format!("{dag}/dagRuns/{run_id}")).await;
        assert_eq!((&again["triggered_by"], &again["triggering_user_name"]), (&json!(triggered_by), &json!(user)));
    }
    assert_eq!(asked.ids("triggering_user_name_pattern=BO").await, ["b"]);
    assert_eq!(asked.ids("triggering_user_name_pattern=ada&order_by=run_id").await, ["r1", "r10", "r2", "r9"]);
    assert_eq!(asked.ids("triggering_user_name_pattern=none").await, [""; 0]);
    assert_eq!(asked.ids("order_by=-run_id").await, ["r9", "r2", "r10", "r1", "b"]);
    assert_eq!(asked.ids("order_by=dag_run_id&limit=2").await, ["b", "r1"]);
    assert_eq!(asked.ids("order_by=dag_id&limit=2").await, ["r1", "r10"]);
    asked.web.audit.flush().await;
    let rows = asked.web.send("GET", "/api/v2/eventLogs?run_id=b&changes_only=true", &bearer, None).await.json();
    let row = &rows["event_logs"][0];
    assert_eq!((&row["dag_id"], &row["owner"], &row["run_id"]), (&json!("d"), &json!("bob"), &json!("b")), "{rows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_may_be_asked_for_with_its_time_and_its_data() {
    let asked = Asked::new().await;
    asked.web.define(one_task("d")).await;
    let interval = json!({
        "dag_run_id": "a", "run_after": "2020-01-02T00:00:00Z",
        "data_interval_start": "2020-01-01T00:00:00Z", "data_interval_end": "2020-01-01T06:00:00Z",
    });
    let run = asked.ok("POST", "d/dagRuns", interval).await;
    assert_eq!(run["data_interval_start"], "2020-01-01T00:00:00+00:00");
    assert_eq!(run["data_interval_end"], "2020-01-01T06:00:00+00:00");
    assert_eq!([&run["run_after"], &run["logical_date"]], ["2020-01-02T00:00:00+00:00", "2020-01-02T00:00:00+00:00"]);
    assert_eq!(asked.finished("d/dagRuns/a").await["state"], "success");

    let later =
        json!({ "dag_run_id": "b", "run_after": "2120-01-02T00:00:00Z", "logical_date": "2020-02-01T00:00:00Z" });
    let run = asked.ok("POST", "d/dagRuns", later).await;
    assert_eq!([&run["state"], &run["run_after"]], ["queued", "2120-01-02T00:00:00+00:00"]);
    assert_eq!(run["logical_date"], "2020-02-01T00:00:00+00:00");
    let reason = asked.get("d/dagRuns/b").await["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("after 2120-01-02"), "{reason}");
    assert_eq!(asked.ids("run_after_gte=2100-01-01T00:00:00Z").await, ["b"]);
    // It is in nobody's way, and can be ended.
    let now = asked.ok("POST", "d/dagRuns", json!({ "dag_run_id": "c" })).await;
    assert_ne!(now["state"], "failed");
    assert_eq!(asked.finished("d/dagRuns/c").await["state"], "success");
    asked.ok("PATCH", "d/dagRuns/b", json!({ "state": "failed" })).await;

    let refused = async |body: Value, word: &str| {
        let answer = asked.ask("POST", "d/dagRuns", body).await;
        assert_eq!((answer.status, answer.body.contains(word)), (422, true), "{}", answer.body);
    };
    refused(json!({ "data_interval_start": "2020-01-01T00:00:00Z" }), "neither").await;
    let backwards =
        json!({ "data_interval_start": "2020-01-02T00:00:00Z", "data_interval_end": "2020-01-01T00:00:00Z" });
    refused(backwards, "is after").await;
    refused(json!({ "run_after": "soon" }), "is not a date").await;
    refused(json!({ "partition_key": "p" }), "partition").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_instance_can_be_marked_as_skipped() {
    let asked = Asked::new().await;
    asked.web.define(failing("d")).await;
    asked.ok("POST", "d/dagRuns", json!({ "dag_run_id": "r" })).await;
    assert_eq!(asked.finished("d/dagRuns/r").await["state"], "failed");
    let path = "d/dagRuns/r/taskInstances/fails";
    let body = json!({ "new_state": "skipped" });
    let plan = asked.ok("PATCH", &format!("{path}/dry_run"), body.clone()).await;
    assert_eq!(plan["task_instances"][0]["state"], "failed");
    let done = asked.ok("PATCH", path, body).await;
    assert_eq!((&done["task_instances"][0]["state"], &done["total_entries"]), (&json!("skipped"), &json!(1)));
    assert_eq!(asked.finished("d/dagRuns/r").await["state"], "success");
    let states = asked.get("d/dagRuns/r/taskInstances?order_by=task_id").await;
    let states: Vec<_> = states["task_instances"].as_array().unwrap().iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["skipped", "skipped"]);
    let refused = asked.ask("PATCH", path, json!({ "new_state": "running" })).await;
    assert_eq!((refused.status, refused.body.contains("skipped")), (422, true), "{}", refused.body);
    let run = asked.ask("PATCH", "d/dagRuns/r", json!({ "state": "skipped" })).await;
    assert_eq!(run.status, 422, "{}", run.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cleared_run_goes_on_in_the_version_that_is_asked_for() {
    let asked = Asked::new().await;
    asked.web.define(failing("d")).await;
    asked.ok("POST", "d/dagRuns", json!({ "dag_run_id": "r" })).await;
    assert_eq!(asked.finished("d/dagRuns/r").await["state"], "failed");
    let mended = |more: bool| {
        let dag = DagBuilder::new("d");
        let fails = dag.task("fails", EmptyOperator {}, ());
        dag.task("after", EmptyOperator {}, ()).set_upstream(&fails);
        if more {
            dag.task("more", EmptyOperator {}, ());
        }
        dag
    };
    asked.web.define(mended(false)).await;
    let clear = |newest: Value| json!({ "dry_run": false, "dag_run_id": "r", "run_on_latest_version": newest });
    for newest in [Value::Null, json!(false)] {
        asked.ok("POST", "d/clearTaskInstances", clear(newest)).await;
        assert_eq!(asked.finished("d/dagRuns/r").await["state"], "failed", "it fails again, as that version does");
    }
    let cleared = asked.ok("POST", "d/clearTaskInstances", clear(json!(true))).await;
    assert_eq!(cleared["total_entries"], 2);
    let run = asked.finished("d/dagRuns/r").await;
    assert_eq!((&run["state"], &run["dag_version"]), (&json!("success"), &asked.get("d").await["version"]));

    asked.web.define(mended(true)).await;
    let plan = asked.ok("POST", "d/dagRuns/r/clear", json!({ "only_new": true })).await;
    assert_eq!(plan["task_instances"], json!([{ "task_id": "more", "task_display_name": "more" }]));
    let both = asked.ask("POST", "d/dagRuns/r/clear", json!({ "only_new": true, "only_failed": true })).await;
    assert_eq!(both.status, 422, "{}", both.body);
    asked.ok("POST", "d/dagRuns/r/clear", json!({ "dry_run": false, "only_new": true })).await;
    asked.finished("d/dagRuns/r").await;
    let tries = asked.get("d/dagRuns/r/taskInstances?order_by=task_id").await;
    let tries: Vec<_> =
        tries["task_instances"].as_array().unwrap().iter().map(|one| one["try_number"].clone()).collect();
    // What was never started has made no try.
    assert_eq!(tries, [1, 4, 1], "after, fails, more");
    // A run that cannot go on there stays as it is.
    asked.web.define(one_task("d")).await;
    let refused = asked.ask("POST", "d/clearTaskInstances", json!({
        "dry_run": false, "dag_run_id": "r", "run_on_latest_version": true, "only_failed": false, "task_ids": ["fails"],
    }));
    let refused = refused.await;
    assert_eq!((refused.status, refused.body.contains("fails")), (409, true), "{}", refused.body);
    assert_eq!(asked.get("d/dagRuns/r").await["state"], "success");
}
