//! `/codeArtifacts` and `/codeBricks`.

use serde_json::json;

use crate::harness::TestServer;
use crate::wire::{form, get, json as send, post};

#[test]
fn artifacts_of_any_kind_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    let jar: Vec<u8> = (0..2_000_000_u32).map(|at| (at % 251) as u8).collect();
    let reply = post(
        &server,
        "/api/v2/codeArtifacts?folder=jobs",
        &form("files", &[("a.jar", &jar), ("pi.py", b"print(3)\n")]),
    );
    assert_eq!((reply.status, &reply.json()["files"]), (201, &json!(["jobs/a.jar", "jobs/pi.py"])), "{}", reply.text());
    let list = server.get("/api/v2/codeArtifacts?order_by=-size");
    assert_eq!(
        (&list["files"][0]["path"], &list["files"][0]["size"]),
        (&json!("jobs/a.jar"), &json!(2_000_000)),
        "{list}"
    );
    assert_eq!(server.get("/api/v2/codeArtifacts?q=PI")["total_entries"], 1);
    assert_eq!(get(&server, "/api/v2/codeArtifactDownload/jobs/a.jar").body, jar);
    let body = server.get("/api/v2/codeArtifacts/jobs%2Fa.jar");
    assert_eq!((&body["content"], &body["editable"]), (&json!(null), &json!(false)));
    let pi = server.get("/api/v2/codeArtifacts/jobs/pi.py");
    let first = pi["version"].as_str().unwrap().to_owned();
    // No parsing: an artifact may be anything.
    let path = "/api/v2/codeArtifacts/jobs/pi.py";
    let saved = send(&server, "PUT", path, &json!({"content": "print(\n", "base_version": first}));
    assert_eq!(saved.status, 200, "{}", saved.text());
    let late = send(&server, "PUT", path, &json!({"content": "x", "base_version": first}));
    assert_eq!((late.status, &late.json()["current"]["content"]), (409, &json!("print(\n")));
    let diff = send(&server, "POST", &format!("{path}/diff"), &json!({"content": "print(4)\n"})).json();
    assert_eq!(diff["diff"], "--- a/jobs/pi.py\n+++ b/jobs/pi.py\n@@ -1 +1 @@\n-print(\n+print(4)\n");
    assert_eq!(get(&server, &format!("/api/v2/codeArtifactDownload/jobs/pi.py?version={first}")).body, b"print(3)\n");
    assert_eq!(server.get("/api/v2/codeArtifactVersions/jobs/pi.py")["total_entries"], 2);
    for bad in ["..%2Fx", "%2Fx", ".x", "JOBS%2Fpi.py", "a%00"] {
        let reply = send(&server, "PUT", &format!("/api/v2/codeArtifacts/{bad}"), &json!({"content": "x"}));
        assert_eq!(reply.status, 422, "{bad}: {}", reply.text());
    }
    let late = server.ask("DELETE", &format!("{path}?version={first}"), &[], "");
    assert_eq!(late.status, 409);
    assert_eq!(server.ask("DELETE", path, &[], "").status, 204);
    assert_eq!(server.ask("DELETE", path, &[], "").status, 404);
    bricks(&server);
}

fn bricks(server: &TestServer) {
    let list = server.get("/api/v2/codeBricks");
    assert_eq!(list["total_entries"], 12);
    for brick in list["bricks"].as_array().unwrap() {
        let (id, code) = (brick["id"].as_str().unwrap(), brick["content"].as_str().unwrap());
        let content = format!(
            "from datetime import datetime\nfrom airflow import DAG\ndag = DAG('x', start_date=datetime(2026, 1, 1), schedule=None)\n{code}"
        );
        let tried = send(server, "PUT", "/api/v2/dagFiles/x.py?dry_run=true", &json!({"content": content}));
        assert_eq!(
            (tried.status, &tried.json()["dags"], &tried.json()["warnings"]),
            (200, &json!(["x"]), &json!([])),
            "{id}: {}",
            tried.text()
        );
    }
    let new = json!({"title": "count words", "content": "x = 1\n"});
    let made = send(server, "POST", "/api/v2/codeBricks", &new);
    assert_eq!((made.status, &made.json()["id"]), (201, &json!("count-words")), "{}", made.text());
    let taken = send(server, "POST", "/api/v2/codeBricks", &new);
    assert_eq!((taken.status, taken.json().get("current")), (409, Some(&json!(null))));
    assert_eq!(server.get("/api/v2/codeBricks?q=WORDS")["total_entries"], 1);
    let changed = send(server, "PATCH", "/api/v2/codeBricks/count-words", &json!({"content": "x = 2\n"}));
    assert_eq!((changed.status, &changed.json()["title"]), (200, &json!("count words")));
    let late = json!({"content": "x = 3\n", "version": made.json()["version"]});
    assert_eq!(send(server, "PATCH", "/api/v2/codeBricks/count-words", &late).status, 409);
    assert_eq!(send(server, "PATCH", "/api/v2/codeBricks/run-spark-pi-example", &json!({"title": "x"})).status, 403);
    assert_eq!(server.ask("DELETE", "/api/v2/codeBricks/count-words", &[], "").status, 204);
    assert_eq!(server.ask("GET", "/api/v2/codeBricks/count-words", &[], "").status, 404);
}

#[test]
fn bricks_do_what_they_say() {
    let (work, crates) = (tempfile::tempdir().unwrap(), std::path::Path::new(env!("CARGO_MANIFEST_DIR")));
    let output = std::process::Command::new("python3")
        .arg(crates.join("tests/files/bricks_on_samples.py"))
        .args([&crates.join("bricks"), work.path()])
        .env("PYTHONPATH", crates.join("../couture-operators/python"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
