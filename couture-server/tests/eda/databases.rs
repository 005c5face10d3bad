//! Tables and queries of connections.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::fixture::{add, ended, file_of, play, server};

const PASSWORD: &str = "hunter2-hunter3";

fn database(path: &Path) {
    let script = "import sqlite3, sys\n\
                  db = sqlite3.connect(sys.argv[1])\n\
                  db.execute('create table orders (id integer, item text)')\n\
                  db.executemany('insert into orders values (?, ?)', [(n, 'tea' if n % 2 else 'milk') for n in range(300)])\n\
                  db.commit()\n";
    let made = Command::new("python3").args(["-c", script]).arg(path).status().unwrap();
    assert!(made.success());
}

/// Every file below a folder holds the text nowhere.
fn is_nowhere(text: &str, folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            is_nowhere(text, &path);
        } else if let Ok(content) = std::fs::read(&path) {
            let found = content.windows(text.len()).any(|part| part == text.as_bytes());
            assert!(!found, "{text} is in {}", path.display());
        }
    }
}

#[test]
fn a_table_and_a_query_of_a_connection_are_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop 1.db");
    database(&path);
    let server = server(folder.path(), &[]);
    let connection =
        json!({ "connection_id": "shop", "conn_type": "sqlite", "host": path, "login": "me", "password": PASSWORD });
    assert_eq!(server.send("POST", "/api/v2/connections", &connection).status, 201);
    let look = |body: Value, key: &str, name: &str, rows: u32| {
        let source = add(&server, &body);
        assert!(source.starts_with(key), "{source}");
        let started = play(&server, &source, "preliminary", None);
        let output = started["output_path"].as_str().unwrap();
        assert!(output.starts_with(&format!("outputs/{name}")), "{output}");
        let (state, log) = ended(&server, &started);
        assert_eq!(state, "success", "{log}");
        let profile = server.get(&file_of(&output.replace("html", "json")));
        assert_eq!(profile["rows"], rows, "{log}");
        assert!(!log.contains(PASSWORD), "{log}");
    };
    look(json!({ "connection_id": "shop", "table": "orders" }), "shop/orders", "shop.orders/preliminary/", 300);
    let query = "select item, count(*) from orders\ngroup by item";
    look(json!({ "connection_id": "shop", "query": query }), "shop/select_item_count_from-", "shop.select_item", 2);
}

#[test]
fn a_password_is_in_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path(), &[]);
    let add_connection = |id: &str, conn_type: &str| {
        let connection = json!({
            "connection_id": id, "conn_type": conn_type, "host": "127.0.0.1", "port": 1, "login": "me", "password": PASSWORD, "schema": "db",
        });
        assert_eq!(server.send("POST", "/api/v2/connections", &connection).status, 201);
    };
    add_connection("pg", "postgres");
    add_connection("web", "http");
    let fails = |connection: &str, words: &str| {
        let source = add(&server, &json!({ "connection_id": connection, "table": "t" }));
        let (state, log) = ended(&server, &play(&server, &source, "preliminary", None));
        assert!(state == "failed" && log.contains(words) && !log.contains(PASSWORD), "{connection}: {log}");
    };
    fails("pg", "127.0.0.1");
    fails("web", "speaks no SQL");
    fails("absent", "absent");
    let data = server.data.clone();
    let (_, output) = server.stop();
    assert!(!output.contains(PASSWORD), "{output}");
    is_nowhere(PASSWORD, &data);
}
