//! Files that are sent.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;

use serde_json::Value;

use crate::fixture::{ended, file_of, numbers, outputs, server};
use crate::harness::{PATIENCE, TestServer, eventually};
use crate::wire::{Reply, ask};

const BYTES: (&str, &str) = ("content-type", "application/octet-stream");

fn send(server: &TestServer, filename: &str, body: &[u8]) -> Reply {
    let path = format!("/api/v2/eda/uploads?filename={filename}");
    ask(server, "POST", &path, &[BYTES], body, body.len())
}

/// All files below the uploads.
fn kept(server: &TestServer) -> Vec<PathBuf> {
    fn walk(folder: PathBuf, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => walk(path, found),
                path => found.push(path),
            }
        }
    }
    let mut found = Vec::new();
    walk(server.data.join("objects/eda/uploads"), &mut found);
    found
}

fn nothing_is_kept(server: &TestServer) {
    eventually("the end of the upload", || kept(server).is_empty().then_some(()));
}

#[test]
fn a_file_is_looked_at_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path(), &[]);
    let reply = send(&server, "..%2Fmy%20file.csv", numbers(500).as_bytes());
    assert_eq!(reply.status, 201, "{}", reply.text());
    let started = reply.json();
    let path = started["output_path"].as_str().unwrap();
    assert!(path.starts_with("outputs/my_file.csv/preliminary/"), "{path}");
    let (state, log) = ended(&server, &started);
    assert_eq!(state, "success", "{log}");
    assert!(outputs(&server).iter().any(|output| output == path));
    let profile = server.get(&file_of(&path.replace("html", "json")));
    assert_eq!((&profile["rows"], &profile["sources"][0]), (&Value::from(500), &Value::from("my_file.csv")));
    assert_eq!(server.get("/api/v2/eda/sources")["total_entries"], 0);
    nothing_is_kept(&server);
    // What fails is forgotten as well.
    let started = send(&server, "sheet.xlsx", b"PK\x03\x04 and no more").json();
    let (state, log) = ended(&server, &started);
    assert!(state == "failed" && log.contains("sheet.xlsx"), "{log}");
    nothing_is_kept(&server);
    // One that is called like the folder of what is made.
    let (state, log) = ended(&server, &send(&server, "out.csv", numbers(5).as_bytes()).json());
    assert_eq!(state, "success", "{log}");
    for (name, status) in [("", 422), (".csv", 422), (&*"x".repeat(201), 422)] {
        assert_eq!(send(&server, name, b"n\n1\n").status, status, "{name}");
    }
}

#[test]
fn too_much_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path(), &["--eda-max-upload-mib=1"]);
    let big = vec![b'x'; (1 << 20) + 1];
    let reply = send(&server, "big.csv", &big);
    assert!(reply.status == 413 && reply.detail().contains("at most 1 MiB"), "{}", reply.text());
    let status = chunked(&server, &big);
    assert!(status.starts_with("HTTP/1.1 413"), "{status}");
    // One that breaks off.
    let cut = ask(&server, "POST", "/api/v2/eda/uploads?filename=cut.csv", &[BYTES], b"n\n1\n", 1_000);
    assert_eq!(cut.status, 400, "{}", cut.text());
    nothing_is_kept(&server);
    let runs = server.get("/api/v2/dags/exploratory_data_analysis/dagRuns");
    assert_eq!(runs["total_entries"], 0, "{runs}");
}

/// Sends a body without saying how long it is, and tells the first line of the answer.
fn chunked(server: &TestServer, body: &[u8]) -> String {
    let host = server.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = format!(
        "POST /api/v2/eda/uploads?filename=a.csv HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\nconnection: close\r\n\
         content-type: application/octet-stream\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n",
        server.token(),
        body.len()
    );
    // The server may answer, and close, before it has read all.
    let _ = stream.write_all(&[head.as_bytes(), body, b"\r\n0\r\n\r\n"].concat());
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer.lines().next().unwrap_or_default().to_owned()
}
