//! Servers that are killed while files change.

use std::path::Path;

use serde_json::json;

use crate::harness::TestServer;
use crate::wire::{archive, form, post};

const FILES: usize = 300;

fn generation(number: usize) -> Vec<u8> {
    let text = format!("generation {number}\n").repeat(200);
    let names: Vec<String> = (0..FILES).map(|file| format!("dags/part{}/{file}.txt", file % 7)).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), text.as_bytes())).collect();
    form("sources", &[("dags.tar.gz", &archive(&files))])
}

/// The generations of the files that are there, and how many files.
fn found(data: &Path) -> (Vec<String>, usize) {
    let mut generations = Vec::new();
    let mut count = 0;
    for part in 0..7 {
        for entry in std::fs::read_dir(data.join(format!("dags/part{part}"))).into_iter().flatten() {
            let path = entry.unwrap().path();
            assert_eq!(path.extension().unwrap(), "txt", "{} is left over", path.display());
            let text = std::fs::read_to_string(path).unwrap();
            generations.push(text.lines().next().unwrap_or("nothing").to_owned());
            count += 1;
        }
    }
    generations.sort();
    generations.dedup();
    (generations, count)
}

/// A moment, and whether it has come.
type Moment = (&'static str, fn(&Path) -> bool);

/// What a server that imports has come to, by what it leaves on the disk.
const MOMENTS: [Moment; 6] = [
    ("it receives", |data| has(&data.join("file-changes"), "upload-")),
    ("it prepares", |data| data.join("file-changes/pending/7").exists()),
    ("it has planned", |data| data.join("file-changes/pending/plan.json").exists()),
    ("it writes", |data| has(&data.join("dags/part3"), ".couture-")),
    ("it exchanges", |data| has(&data.join("dags/part6"), ".couture-6.before")),
    ("it has exchanged some", |data| {
        !data.join("dags/part0/.couture-0.fresh").exists() && data.join("dags/part5/.couture-299.fresh").exists()
    }),
];

fn has(folder: &Path, start: &str) -> bool {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(start)))
}

/// Sends a form to a server that may be killed meanwhile.
fn send(server: &TestServer, body: Vec<u8>) -> std::thread::JoinHandle<()> {
    let (url, token) = (server.url.clone(), server.token());
    std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let host = url.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        let head = format!(
            "POST /api/dags/ HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\ncontent-type: {}\r\n\
             content-length: {}\r\n\r\n",
            crate::wire::form_type(),
            body.len()
        );
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

#[test]
fn a_server_that_is_killed_leaves_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = TestServer::start(folder.path());
    assert_eq!(post(&server, "/api/dags/", &generation(0)).status, 200);
    assert_eq!(found(folder.path()), (vec!["generation 0".into()], FILES));
    for (number, (what, is_now)) in (1..).zip(MOMENTS) {
        let before = found(folder.path()).0;
        let sender = send(&server, generation(number));
        // The moments are short, so they are looked for without a pause; one that is missed is after the end.
        while !is_now(folder.path()) && !sender.is_finished() {
            std::thread::yield_now();
        }
        server.kill();
        sender.join().unwrap();
        server = TestServer::start(folder.path());
        let (generations, count) = found(folder.path());
        assert_eq!((generations.len(), count), (1, FILES), "killed while {what}: {generations:?}");
        let own = vec![format!("generation {number}")];
        assert!(generations == before || generations == own, "killed while {what}: {generations:?}");
        let content = server.get("/api/v2/dagFiles/part0/0.txt")["content"].as_str().unwrap().to_owned();
        assert!(content.starts_with(&generations[0]));
    }
}

#[test]
fn a_change_that_was_planned_is_completed_by_the_next_server() {
    let folder = tempfile::tempdir().unwrap();
    TestServer::start(folder.path()).stop();
    let root = folder.path().canonicalize().unwrap().join("dags");
    std::fs::write(root.join("b.yaml"), "dag_id: b\ntasks: []\n").unwrap();
    std::fs::write(root.join("c.yaml"), "dag_id: c\ntasks: []\n").unwrap();
    let pending = folder.path().join("file-changes/pending");
    std::fs::create_dir_all(&pending).unwrap();
    std::fs::write(pending.join("0"), "dag_id: a\ntasks: []\n").unwrap();
    std::fs::write(pending.join("1"), "dag_id: b2\ntasks: []\n").unwrap();
    // Without its plan, a change has not happened.
    let server = TestServer::start(folder.path());
    assert!(!root.join("a.yaml").exists());
    server.stop();
    let files = json!([{"path": "a.yaml", "is_put": true}, {"path": "b.yaml", "is_put": true}, {"path": "c.yaml", "is_put": false}]);
    let plan = json!({"root": root, "author": {"name": "ann", "at": "2026-01-01T00:00:00Z"}, "files": files});
    std::fs::write(pending.join("plan.json"), plan.to_string()).unwrap();
    // Killed in the middle of it.
    std::fs::write(root.join(".couture-1.fresh"), "dag_id: b").unwrap();
    let server = TestServer::start(folder.path());
    assert_eq!(std::fs::read_to_string(root.join("a.yaml")).unwrap(), "dag_id: a\ntasks: []\n");
    assert_eq!(std::fs::read_to_string(root.join("b.yaml")).unwrap(), "dag_id: b2\ntasks: []\n");
    assert!(!root.join("c.yaml").exists() && !root.join(".couture-1.fresh").exists() && !pending.exists());
    let past = server.get("/api/v2/dagFileVersions/b.yaml")["versions"].clone();
    assert_eq!((&past[0]["author"], &past[1]["author"]), (&json!("ann"), &json!("disk")), "{past}");
    assert_eq!(server.ask("GET", "/api/v2/dags/b2", &[], "").status, 200);
}
