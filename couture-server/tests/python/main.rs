//! DAG files in Python on a real server: what users drop into the DAG folder, with a real Python.

#[path = "../harness/mod.rs"]
mod harness;

mod command_line;
mod folder;
mod lasting;
mod shown;
mod sick;
mod tasks;

use std::path::{Path, PathBuf};

use harness::TestServer;

/// A DAG file of these tests.
fn dag_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/dags").join(name)
}

/// Puts DAG files of these tests, by their paths, into the DAG folder of a data folder.
fn put(data: &Path, names: &[&str]) {
    for name in names {
        let target = data.join("dags").join(name);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        let fresh = target.with_extension("fresh");
        std::fs::copy(dag_file(name), &fresh).unwrap();
        std::fs::rename(fresh, target).unwrap();
    }
}

/// Waits until a DAG is defined.
fn defined(server: &TestServer, dag_id: &str) {
    harness::eventually(dag_id, || {
        let answer = server.ask("GET", &format!("/api/v2/dags/{dag_id}"), &[], "");
        (answer.status == 200).then_some(())
    });
}
