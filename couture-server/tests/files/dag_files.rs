//! `/dagFiles`: what developers do with the DAG folder.

use serde_json::{Value, json};

use crate::harness::{TestServer, eventually, write_dag_file};
use crate::wire::{Reply, form, get, json as send, post};

fn dag(id: &str) -> String {
    format!(
        "from airflow import DAG\nfrom datetime import datetime\ndag = DAG('{id}', start_date=datetime(2026, 1, 1), schedule=None)\n"
    )
}

fn save(server: &TestServer, path: &str, content: &str, base: Option<&str>) -> Reply {
    send(server, "PUT", &format!("/api/v2/dagFiles/{path}"), &json!({"content": content, "base_version": base}))
}

fn saved(server: &TestServer, path: &str, content: &str, base: Option<&str>) -> String {
    let reply = save(server, path, content, base);
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()["version"].as_str().unwrap().to_owned()
}

fn versions(server: &TestServer, path: &str) -> Vec<Value> {
    server.get(&format!("/api/v2/dagFileVersions/{path}"))["versions"].as_array().unwrap().clone()
}

#[test]
fn a_dag_file_from_its_first_line_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    let first = saved(&server, "reports/etl.py", &dag("etl"), None);
    eventually("the DAG", || (server.ask("GET", "/api/v2/dags/etl", &[], "").status == 200).then_some(()));
    let list = server.get("/api/v2/dagFiles?q=ETL");
    let file = &list["files"][0];
    assert_eq!(list["total_entries"], 1, "{list}");
    assert_eq!(
        (&file["path"], &file["version"], &file["author"]),
        (&json!("reports/etl.py"), &json!(first), &json!("local"))
    );
    eventually("its DAG", || {
        (server.get("/api/v2/dagFiles?q=etl")["files"][0]["dag_ids"] == json!(["etl"])).then_some(())
    });
    let body = server.get("/api/v2/dagFiles/reports%2Fetl.py");
    assert_eq!((&body["content"], &body["editable"]), (&json!(dag("etl")), &json!(true)), "{body}");

    two_editors(&server, &first);
    what_is_broken_is_refused(&server);
    by_hand(&server);

    let diff = send(&server, "POST", "/api/v2/dagFiles/reports/etl.py/diff", &json!({"content": dag("other")})).json();
    assert!(diff["diff"].as_str().unwrap().contains("+dag = DAG('other'"), "{diff}");
    let dry =
        send(&server, "PUT", "/api/v2/dagFiles/reports/etl.py?dry_run=true", &json!({"content": dag("dry")})).json();
    assert_eq!(dry["dags"], json!(["dry"]), "{dry}");
    assert!(dry["diff"].as_str().unwrap().contains("+dag = DAG('dry'"), "{dry}");
    let taken = send(&server, "PUT", "/api/v2/dagFiles/copy.py?dry_run=true", &json!({"content": dag("etl")})).json();
    assert!(taken["warnings"][0].as_str().unwrap().contains("already defined by reports/etl.py"), "{taken}");

    let old = get(&server, &format!("/api/v2/dagFileDownload/reports/etl.py?version={first}"));
    assert_eq!(old.text(), dag("etl"));
    assert!(old.headers.contains("content-disposition: attachment; filename*=utf-8''etl.py"), "{}", old.headers);
    let gone = server.ask("DELETE", "/api/v2/dagFiles/reports/etl.py", &[], "");
    assert_eq!(gone.status, 204, "{}", gone.body);
    assert_eq!(get(&server, "/api/v2/dagFiles/reports/etl.py").status, 404);
    let past = versions(&server, "reports/etl.py");
    assert_eq!((&past[0]["version"], &past[0]["author"]), (&Value::Null, &json!("local")), "{past:?}");
    assert_eq!(get(&server, &format!("/api/v2/dagFiles/reports/etl.py?version={first}")).json()["content"], dag("etl"));
    names_that_are_none(&server, folder.path());
}

fn two_editors(server: &TestServer, first: &str) {
    let theirs = format!("# theirs\n{}", dag("etl"));
    let second = saved(server, "reports/etl.py", &theirs, Some(first));
    let late = save(server, "reports/etl.py", &dag("etl2"), Some(first));
    assert_eq!(late.status, 409, "{}", late.text());
    assert_eq!(late.json()["current"], json!({"version": second, "content": theirs}));
    let new = save(server, "reports/etl.py", &dag("etl2"), None);
    assert_eq!(new.status, 409, "a new file does not replace one that is there");
    let late = server.ask("DELETE", &format!("/api/v2/dagFiles/reports/etl.py?version={first}"), &[], "");
    assert_eq!(late.status, 409);
    let told = json!({"content": dag("etl"), "base_version": second, "message": "back again"});
    assert_eq!(send(server, "PUT", "/api/v2/dagFiles/reports/etl.py", &told).status, 200);
    let past = versions(server, "reports/etl.py");
    let told: Vec<_> = past.iter().map(|it| it["version"].as_str().unwrap()).collect();
    assert_eq!(told, [first, &second, first]);
    assert_eq!((&past[0]["message"], &past[1]["message"]), (&json!("back again"), &Value::Null));
}

fn what_is_broken_is_refused(server: &TestServer) {
    let check = |path: &str, content: &str, words: &[&str]| {
        let reply = save(server, path, content, None);
        assert_eq!(reply.status, 422, "{path}: {}", reply.text());
        let detail = reply.detail();
        for word in words {
            assert!(detail.contains(word), "{path}: {detail:?} lacks {word:?}");
        }
        assert!(!detail.contains("staged-"), "{detail}");
        assert_eq!(get(server, &format!("/api/v2/dagFiles/{path}")).status, 404, "{path} is not there");
    };
    let broken = format!("{}def f():\n    return 1 / 0\nf()\n", dag("b"));
    check(
        "broken.py",
        &broken,
        &["ZeroDivisionError: division by zero", "/dags/broken.py\", line 6, in <module>", "line 5, in f"],
    );
    check(
        "missing.py",
        "from airflow import DAG\nimport no_such_module\n",
        &["No module named 'no_such_module'", "line 2"],
    );
    check("syntax.py", "from airflow import DAG\ndag = (\n", &["SyntaxError"]);
    check("helper.py", "def f(:\n", &["SyntaxError", "helper.py\", line 1"]);
    check("flow.yaml", "dag_id: x\ntasks: [\n", &["line 2, column 8"]);
    check("flow.json", "{\"dag_id\": \"x\"", &["line 1"]);
    check("notes.txt", "x", &["only .py, .yaml and .json"]);
    // A module is tried together with what imports it.
    let helper = saved(server, "texts.py", "TEXT = 'a'\n", None);
    let using = dag("using")
        .replace("'using'", "'using', description=texts.TEXT")
        .replace("from airflow", "import texts\nfrom airflow");
    saved(server, "using.py", &using, None);
    eventually("the user", || (server.ask("GET", "/api/v2/dags/using", &[], "").status == 200).then_some(()));
    let reply = save(server, "texts.py", "OTHER = 'a'\n", Some(&helper));
    assert_eq!(reply.status, 422, "{}", reply.text());
    let detail = reply.detail();
    assert!(detail.contains("using.py, which imports it, would be wrong") && detail.contains("TEXT"), "{detail}");
    saved(server, "texts.py", "TEXT = 'b'\n", Some(&helper));
    // Several files at once, of which one imports the other.
    let both = form(
        "files",
        &[
            ("new_texts.py", b"WORD = 'x'\n"),
            ("uses_new.py", dag("uses_new").replace("from airflow", "import new_texts\nfrom airflow").as_bytes()),
        ],
    );
    let reply = post(server, "/api/v2/dagFiles?folder=", &both);
    assert_eq!((reply.status, &reply.json()["dags"]), (201, &json!(["uses_new"])), "{}", reply.text());
    let one_bad = form("files", &[("good.py", dag("good").as_bytes()), ("bad.py", broken.as_bytes())]);
    assert_eq!(post(server, "/api/v2/dagFiles", &one_bad).status, 422);
    assert_eq!(get(server, "/api/v2/dagFiles/good.py").status, 404, "none or all");
    assert_eq!(post(server, "/api/v2/dagFiles", &both).status, 409, "they are there already");
    assert_eq!(post(server, "/api/v2/dagFiles?overwrite=true", &both).status, 201);
}

fn by_hand(server: &TestServer) {
    let version = saved(server, "hand.py", &dag("hand"), None);
    write_dag_file(&server.data, "hand.py", &dag("hand_made"));
    // The editor's version is not what is on disk any more, whether anybody has looked or not.
    let late = save(server, "hand.py", &dag("hand3"), Some(&version));
    assert_eq!((late.status, &late.json()["current"]["content"]), (409, &json!(dag("hand_made"))), "{}", late.text());
    let past = eventually("the version by hand", || Some(versions(server, "hand.py")).filter(|past| past.len() == 2));
    assert_eq!(past[0]["author"], "disk");
    assert_eq!(server.get("/api/v2/dagFiles?q=hand.py")["files"][0]["author"], "disk");
    std::fs::remove_file(server.data.join("dags/hand.py")).unwrap();
    eventually("its end", || versions(server, "hand.py")[0]["version"].is_null().then_some(()));
    write_dag_file(&server.data, "found.py", &dag("found"));
    eventually("the new file", || (get(server, "/api/v2/dagFileVersions/found.py").status == 200).then_some(()));
}

fn names_that_are_none(server: &TestServer, data: &std::path::Path) {
    let outside = data.join("outside.py");
    std::fs::write(&outside, "secret = 1\n").unwrap();
    let dags = data.join("dags");
    std::os::unix::fs::symlink(&outside, dags.join("linked.py")).unwrap();
    std::os::unix::fs::symlink(data, dags.join("up")).unwrap();
    let long = format!("{}.py", "a".repeat(300));
    let names = [
        "..%2Foutside.py",
        "a%2F..%2F..%2Foutside.py",
        "%2Fetc%2Fx.py",
        "a%00.py",
        ".hidden.py",
        ".git%2Fhooks%2Fx.py",
        "a%5Cb.py",
        "up%2Foutside.py",
        "up%2Fnew.py",
        "linked.py",
        "FOUND.py",
        "__pycache__%2Fx.py",
        "found.py%2Fx.py",
        "a%0d%0ab.py",
        "%20a.py",
        &long,
    ];
    for name in names {
        let reply = save(server, name, &dag("x"), None);
        assert_eq!(reply.status, 422, "{name}: {} {}", reply.status, reply.text());
        for read in ["dagFiles", "dagFileDownload"] {
            let reply = get(server, &format!("/api/v2/{read}/{name}"));
            assert!([404, 422].contains(&reply.status), "{name}: {} {}", reply.status, reply.text());
        }
        let sent = name.replace("%2F", "/").replace("%5C", "\\").replace("%20", " ");
        if !sent.contains('%') {
            let reply = post(server, "/api/v2/dagFiles", &form("files", &[(&sent, dag("x").as_bytes())]));
            assert!([422, 409].contains(&reply.status), "{name}: {} {}", reply.status, reply.text());
        }
    }
    assert_eq!(std::fs::read_to_string(outside).unwrap(), "secret = 1\n");
    let nobody = server.ask(
        "PUT",
        "/api/v2/dagFiles/x.py",
        &[("authorization", ""), ("content-type", "application/json")],
        "{}",
    );
    assert_eq!(nobody.status, 401);
}
