//! Sources, and what is found out about them.

use serde_json::json;

use crate::fixture::{DAG, add, ended, file_of, log, nothing_is_left, numbers, outputs, play, server};

#[test]
fn a_source_is_looked_at_and_its_reports_are_shown_in_a_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("my numbers.csv");
    std::fs::write(&csv, numbers(2_000)).unwrap();
    let server = server(folder.path(), &[]);
    let source = add(&server, &json!({ "source": csv }));
    assert_eq!(server.send("POST", "/api/v2/eda/sources", &json!({ "source": csv })).status, 409);
    let list = server.get("/api/v2/eda/sources");
    assert_eq!((&list["total_entries"], &list["sources"][0]["source"]), (&json!(1), &json!(source)));
    assert_eq!(list["sources"][0]["added_by"], "local");

    let started = play(&server, &source, "preliminary", None);
    let path = started["output_path"].as_str().unwrap().to_owned();
    assert!(path.starts_with("outputs/my_numbers.csv/preliminary/") && path.ends_with("/data_info.html"), "{path}");
    assert_eq!(started["message"], format!("The report will be at {path}"));
    assert_eq!((&started["dag_id"], &started["task_id"]), (&json!(DAG), &json!("profile")));
    let (state, text) = ended(&server, &started);
    assert_eq!(state, "success", "{text}");
    let all = outputs(&server);
    for ending in ["html", "json", "parquet"] {
        assert!(all.contains(&path.replace("html", ending)), "{ending}: {all:?}");
    }
    let page = server.ask("GET", &file_of(&path), &[], "");
    assert!(page.status == 200 && page.body.contains("my numbers.csv"), "{}", page.status);
    for header in [
        "content-type: text/html; charset=utf-8",
        "content-security-policy: sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
         img-src data:",
        "x-content-type-options: nosniff",
    ] {
        assert!(page.headers.contains(header), "{header}: {}", page.headers);
    }
    let numbers = server.get(&file_of(&path.replace("html", "json")));
    assert_eq!((&numbers["rows"], numbers["columns"].as_array().unwrap().len()), (&json!(2_000), 3));
    nothing_is_left(&server);

    assert!(server.couture_ok(&["eda", "sources"]).contains("my numbers.csv"));
    assert_eq!(server.couture_json(&["eda", "outputs"]).as_array().unwrap().len(), all.len());

    let instance =
        format!("/api/v2/dags/{DAG}/dagRuns/{}/taskInstances/profile", started["dag_run_id"].as_str().unwrap());
    let xcom = server.get(&format!("{instance}/xcomEntries/return_value"));
    assert_eq!(xcom["value"], path, "{xcom}");
    let links = server.get(&format!("{instance}/links"));
    let page = server.ask("GET", links["extra_links"]["Report"].as_str().unwrap(), &[], "");
    assert!(page.status == 200 && page.body.contains("my numbers.csv"), "{links}: {}", page.status);
    let file = folder.path().join("report.html");
    server.couture_ok(&["eda", "get", &path, file.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), page.body);

    let again = server.couture_ok(&["eda", "run", &source, "--wait"]);
    assert!(again.contains("success") && outputs(&server).len() > all.len(), "{again}");
    for path in outputs(&server).iter().filter(|path| path.ends_with(".html")) {
        server.couture_ok(&["eda", "delete", path, "--yes"]);
    }
    assert!(outputs(&server).is_empty());
    assert_eq!(server.ask("GET", &file_of(&path), &[], "").status, 404);
    let gone = format!("/api/v2/eda/sources?source={}", source.replace(' ', "%20"));
    server.couture_ok(&["eda", "remove", &source]);
    assert_eq!(server.ask("DELETE", &gone, &[], "").status, 404);
}

#[test]
fn a_target_is_told_about() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("numbers.csv");
    std::fs::write(&csv, numbers(1_000)).unwrap();
    let server = server(folder.path(), &[]);
    let source = add(&server, &json!({ "source": csv }));
    let started = play(&server, &source, "data_importance", Some("double"));
    let (state, text) = ended(&server, &started);
    assert_eq!(state, "success", "{text}");
    let path = started["output_path"].as_str().unwrap();
    assert!(path.ends_with("table_and_feature_importance.html"), "{path}");
    let all = outputs(&server);
    assert!(all.iter().any(|output| output == path), "{all:?}");
    assert!(all.iter().all(|output| output.contains("/data_importance/")), "only what was asked for: {all:?}");
    assert!(text.contains(path) && !text.contains("/preliminary/"), "only what is kept is told: {text}");
    let page = server.ask("GET", &file_of(path), &[], "");
    assert!(page.body.contains("double"), "{}", page.body);
    let started = play(&server, &source, "data_importance", Some("absent"));
    let (state, text) = ended(&server, &started);
    assert!(state == "failed" && text.contains("no such column"), "{text}");
}

#[test]
fn what_cannot_be_looked_at_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path(), &[]);
    let source = add(&server, &json!({ "source": folder.path().join("absent.csv") }));
    let (state, text) = ended(&server, &play(&server, &source, "preliminary", None));
    assert!(state == "failed" && text.contains("failed to read") && text.contains("absent.csv"), "{text}");
    let data = server.data.display().to_string();
    let check = |method: &str, path: &str, body: serde_json::Value, status: u16, words: &str| {
        let answer = server.send(method, path, &body);
        assert!(
            answer.status == status && answer.body.contains(words),
            "{path} {body}: {} {}",
            answer.status,
            answer.body
        );
    };
    let sources = "/api/v2/eda/sources";
    check("POST", sources, json!({ "source": "postgres://me:s3cret@h/db#t" }), 422, "make a Connection");
    check("POST", sources, json!({ "source": format!("{data}/fernet.key") }), 422, "own files");
    check("POST", sources, json!({ "source": format!("{data}/*") }), 422, "own files");
    check("POST", sources, json!({ "source": format!("{data}/../server/*") }), 422, "is . or ..");
    check("POST", sources, json!({ "source": "/proc/self/cwd/../../local.token" }), 422, "is . or ..");
    check("POST", sources, json!({ "source": "/proc/self/environ" }), 422, "/proc, /sys or /dev");
    check("POST", sources, json!({ "source": "../../../a/fernet.k[e:]y" }), 422, "whole path");
    check("POST", sources, json!({ "source": "a.csv" }), 422, "whole path");
    check("POST", sources, json!({ "surce": "/a.csv" }), 422, "surce");
    check("POST", sources, json!({}), 422, "give a source");
    let run = json!({ "source": "/other.csv", "kind": "preliminary" });
    check("POST", "/api/v2/eda/runs", run, 404, "add it first");
    check("POST", "/api/v2/eda/runs", json!({ "source": source, "kind": "L2" }), 422, "data_importance");
    let targeted = json!({ "source": source, "kind": "preliminary", "target": "x" });
    check("POST", "/api/v2/eda/runs", targeted, 422, "leave it out");
    for path in ["outputs/../sources/x", "outputs/..%2fx", "/etc/passwd", "sources/x", "outputs//x", "outputs"] {
        check("GET", &file_of(path), json!({}), 422, "");
        check("DELETE", &format!("/api/v2/eda/outputs?path={path}"), json!({}), 422, "");
    }
    check("GET", &file_of("outputs/a/preliminary/t/data_info.html"), json!({}), 404, "there is no output");
    check("DELETE", "/api/v2/eda/outputs?path=outputs/a/preliminary/t", json!({}), 404, "there is no output");
    check("GET", "/api/v2/eda/outputs?order_by=path", json!({}), 400, "-last_modified");
    // A run of the DAG itself is not the list's, and is held to the same.
    let fails = |conf: serde_json::Value, words: &str| {
        let run = server.trigger(DAG, &json!({ "conf": conf }));
        assert_eq!(server.finished(DAG, &run), "failed", "{conf}");
        let text = log(&server, &json!({ "dag_run_id": run }));
        assert!(text.contains(words), "{conf}: {text}");
    };
    fails(json!({ "source": format!("{data}/fernet.key") }), "own files");
    fails(json!({ "source": "/proc/self/cwd/../../local.token" }), "is . or ..");
    fails(json!({ "source": "../../../a/fernet.k[e:]y" }), "whole path");
    fails(json!({ "source": "/data/a.csv", "kind": "preliminary", "target": "x" }), "a target is for");
}

#[test]
fn no_report_is_written_over_and_a_target_tells_the_kind() {
    let folder = tempfile::tempdir().unwrap();
    let sources = ["one", "two"].map(|name| {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        let csv = folder.path().join(name).join("a.csv");
        std::fs::write(&csv, numbers(100)).unwrap();
        csv
    });
    let server = server(folder.path(), &[]);
    let look = |conf: serde_json::Value| {
        let run = server.trigger(DAG, &json!({ "conf": conf }));
        let (state, text) = ended(&server, &json!({ "dag_run_id": run }));
        assert_eq!(state, "success", "{text}");
        let instance = format!("/api/v2/dags/{DAG}/dagRuns/{run}/taskInstances/profile");
        let xcom = server.get(&format!("{instance}/xcomEntries/return_value"));
        let path = xcom["value"].as_str().unwrap().to_owned();
        assert!(text.contains(&format!("The report is at {path}")), "{text}");
        path
    };
    // The same name at the same time.
    let paths = sources.each_ref().map(|source| look(json!({ "source": source, "timestamp": "t" })));
    assert_eq!(paths, ["t", "t-2"].map(|time| format!("outputs/a.csv/preliminary/{time}/data_info.html")));
    let all = outputs(&server);
    assert!(paths.iter().all(|path| all.contains(path)), "{all:?}");
    let path = look(json!({ "source": sources[0], "target": "double", "timestamp": "t" }));
    assert_eq!(path, "outputs/a.csv/data_importance/t/table_and_feature_importance.html");
    // Runs that are started at once.
    let source = add(&server, &json!({ "source": sources[0] }));
    let started = [(); 3].map(|()| play(&server, &source, "preliminary", None));
    let runs: std::collections::BTreeSet<_> = started.iter().map(|run| run["dag_run_id"].as_str().unwrap()).collect();
    assert_eq!(runs.len(), 3);
}

#[test]
fn it_can_be_switched_off() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path(), &["--eda-enabled=false"]);
    let answer = server.ask("GET", "/api/v2/eda/sources", &[], "");
    assert!(answer.status == 404 && answer.detail().contains("eda.enabled"), "{}", answer.body);
    assert_eq!(server.ask("GET", &format!("/api/v2/dags/{DAG}"), &[], "").status, 404);
}
