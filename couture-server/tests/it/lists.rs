//! Lists: how many there are, in which order, and what is refused.

use serde_json::json;

use crate::harness::{TestServer, write_dag_file};

fn with_runs() -> (tempfile::TempDir, TestServer) {
    let folder = tempfile::tempdir().unwrap();
    write_dag_file(
        folder.path(),
        "d.yaml",
        "dag_id: d\ntasks:\n- {task_id: b, operator: {type: empty}}\n- {task_id: a, operator: {type: empty}}\n",
    );
    let server = TestServer::start_with(folder.path(), &["--load-examples=false"]);
    for day in [3, 1, 2] {
        server.trigger("d", &json!({"dag_run_id": format!("r{day}"), "logical_date": format!("2026-01-0{day}")}));
    }
    (folder, server)
}

#[test]
fn runs_are_counted_ordered_and_filtered() {
    let (_folder, server) = with_runs();
    let check = |query: &str, expected: &[&str], total: u64| {
        for dag in ["d", "~"] {
            let answer = server.get(&format!("/api/v2/dags/{dag}/dagRuns?{query}"));
            let ids: Vec<_> =
                answer["dag_runs"].as_array().unwrap().iter().map(|run| run["dag_run_id"].as_str().unwrap()).collect();
            assert_eq!((&ids[..], &answer["total_entries"]), (expected, &json!(total)), "{dag} {query}");
        }
    };
    check("", &["r2", "r1", "r3"], 3);
    check("limit=1", &["r2"], 3);
    check("limit=2&offset=2", &["r3"], 3);
    check("offset=1000000", &[], 3);
    check("order_by=id", &["r3", "r1", "r2"], 3);
    check("order_by=-id", &["r2", "r1", "r3"], 3);
    check("order_by=run_id", &["r1", "r2", "r3"], 3);
    check("order_by=logical_date&limit=2", &["r1", "r2"], 3);
    check("order_by=-logical_date&offset=1", &["r2", "r1"], 3);
    check("state=queued&order_by=logical_date", &["r1", "r2", "r3"], 3);
    check("state=success,failed", &[], 0);
    check("logical_date_lt=2026-01-02", &["r1"], 1);
    assert!(server.get("/api/v2/dags/d")["last_parsed_time"].is_string());
}

#[test]
fn task_instances_are_ordered() {
    let (_folder, server) = with_runs();
    let path = format!("{}/taskInstances", TestServer::run_path("d", "r1"));
    for (order, expected) in [("task_id", ["a", "b"]), ("-task_id", ["b", "a"])] {
        let answer = server.get(&format!("{path}?order_by={order}"));
        assert_eq!([&answer["task_instances"][0]["task_id"], &answer["task_instances"][1]["task_id"]], expected);
    }
}

#[test]
fn an_unknown_order_is_refused_with_those_there_are() {
    let (_folder, server) = with_runs();
    let check = |path: &str, word: &str| {
        let answer = server.ask("GET", &format!("/api/v2/{path}?order_by=colour"), &[], "");
        assert_eq!((answer.status, answer.detail().contains(word)), (400, true), "{path}: {}", answer.body);
    };
    check("dags/d/dagRuns", "logical_date, run_after, queued_at, start_date, end_date");
    check("dags/~/dagRuns", "logical_date");
    check("dags/d/dagRuns/r1/taskInstances", "task_id");
    check("dags", "dag_id");
    check("variables", "key");
    check("connections", "connection_id");
    check("pools", "name");
    check("backfills", "id");
    check("assets", "name");
    let answer = server.ask("GET", "/api/v2/dags/d/dagRuns?state=blue", &[], "");
    assert_eq!((answer.status, answer.detail().contains("queued, running")), (422, true), "{}", answer.body);
}

#[test]
fn put_and_delete_need_no_body() {
    let (_folder, server) = with_runs();
    let check = |method: &str, path: &str, headers: &[(&str, &str)], body: &str, status: u16| {
        let answer = server.ask(method, &format!("/api/v2/{path}"), headers, body);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
    };
    check("PUT", "backfills/7/pause", &[], "", 404);
    check("PUT", "backfills/7/pause", &[("content-type", "text/plain")], "x", 404);
    check("DELETE", "variables/none", &[], "", 404);
    check("POST", "dags/d/dagRuns", &[], "", 415);
    check("PATCH", "dags/d", &[], "", 415);
}

#[test]
fn a_schedule_without_a_start_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let dag =
        |id: &str, rest: &str| format!("dag_id: {id}\n{rest}\ntasks:\n- {{task_id: t, operator: {{type: empty}}}}\n");
    for (id, rest) in [
        ("never", "schedule: '@daily'"),
        ("once", "schedule: '@once'"),
        ("started", "schedule: '@daily'\nstart_date: '2126-01-01'"),
        ("latest", "schedule: '@daily'\ncatchup: false"),
        ("manual", "owner: me"),
    ] {
        write_dag_file(folder.path(), &format!("{id}.yaml"), &dag(id, rest));
    }
    let server = TestServer::start_with(folder.path(), &["--load-examples=false"]);
    let warnings = server.get("/api/v2/dagWarnings");
    let ids: Vec<_> = warnings["dag_warnings"].as_array().unwrap().iter().map(|one| one["dag_id"].clone()).collect();
    assert_eq!((json!(ids), &warnings["total_entries"]), (json!(["never", "once"]), &json!(2)));
    assert_eq!(server.get("/api/v2/dagWarnings?dag_id=started")["total_entries"], 0);
    for args in [&["dags", "list"][..], &["dags", "show", "never"]] {
        let error = String::from_utf8(server.couture(args).stderr).unwrap();
        assert!(error.contains("never: it has a schedule and no start_date"), "{error}");
    }
    assert!(server.output().contains("so it never runs by itself"), "{}", server.output());
}
