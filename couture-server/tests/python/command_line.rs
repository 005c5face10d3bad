//! `couture dags parse`, `dags test` and `tasks test` with Python files, without a server.

use std::path::Path;

use crate::harness::couture_command;
use crate::{dag_file, put};

fn check(cwd: &Path, args: &[&str], code: i32, texts: &[&str]) {
    let output = couture_command(args).current_dir(cwd).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
    for part in texts {
        assert!(text.contains(part), "{args:?}: no {part:?} in {text}");
    }
}

#[test]
fn files_are_parsed_and_run() {
    let folder = tempfile::tempdir().unwrap();
    let cwd = folder.path();
    put(&cwd.join("data"), &["passing.py", "shared/__init__.py", "shared/numbers.py"]);
    check(
        cwd,
        &["dags", "parse", "data/dags/passing.py"],
        0,
        &["passing: 4 tasks", "PythonOperator", "choosing: 8 tasks"],
    );
    let sick = dag_file("sick_partly.py");
    check(cwd, &["dags", "parse", sick.to_str().unwrap()], 1, &["partly_right: 0 tasks", "ycle"]);
    check(cwd, &["dags", "test", "passing", "2026-01-31"], 0, &["pulled all", "run: success"]);
    check(cwd, &["dags", "test", "data/dags/passing.py"], 1, &["several DAGs", "choosing"]);
    check(cwd, &["tasks", "test", "passing", "push"], 0, &["push", "success"]);
    check(cwd, &["tasks", "test", "passing", "pull"], 1, &["AssertionError"]);
    check(cwd, &["tasks", "test", "passing", "puls"], 1, &["it has pull, push"]);
}
