//! `couture dags test`: without a server.

use std::path::Path;
use std::process::Output;

use crate::harness::{TestServer, couture_command, write_dag_file};

fn test(cwd: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let args = [&["dags", "test"], args].concat();
    let Output { status, stdout, stderr } = couture_command(&args).current_dir(cwd).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn a_file_is_run_with_its_logs_and_states() {
    let folder = tempfile::tempdir().unwrap();
    let dag = "\
dag_id: two
tasks:
- task_id: a
  operator: {type: bash, bash_command: 'echo the date is $AIRFLOW_CTX_EXECUTION_DATE'}
- task_id: b
  operator: {type: bash, bash_command: 'if test $AIRFLOW_CTX_TRY_NUMBER = 1; then echo first; exit 1; else echo second; fi'}
  upstream: [a]
  retries: 1
  retry_delay_ms: 10
";
    std::fs::write(folder.path().join("two.yaml"), dag).unwrap();
    let (code, output, error) = test(folder.path(), &["two.yaml", "2026-01-31"]);
    assert_eq!(code, Some(0), "{error}");
    for line in ["the date is 2026-01-31T00:00:00+00:00", " first", " second", "run: success"] {
        assert!(output.contains(line), "{output}");
    }
    assert!(output.lines().any(|line| line.starts_with("a | ")), "{output}");
    assert!(!folder.path().join("data").exists());

    std::fs::write(folder.path().join("two.yaml"), dag.replace("retries: 1", "retries: 0")).unwrap();
    let (code, output, _) = test(folder.path(), &["./two.yaml", "--data", "kept"]);
    assert_eq!(code, Some(1));
    assert!(output.contains("run: failed") && output.contains("exit code 1"), "{output}");
    assert!(folder.path().join("kept/couture.db").exists());
    let (code, output, _) = test(folder.path(), &["two.yaml", "--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!((code, &json["state"]), (Some(1), &"failed".into()));
}

#[test]
fn a_dag_id_is_looked_up_in_the_data_folder_and_among_the_examples() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    write_dag_file(&data, "mine.yaml", "dag_id: mine\ntasks:\n- {task_id: t, operator: {type: empty}}\n");
    for dag_id in ["mine", "hello_world"] {
        let (code, output, error) = test(folder.path(), &[dag_id]);
        assert_eq!(code, Some(0), "{error}");
        assert!(output.contains("run: success"), "{output}");
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.yaml"), "dag_id: bad\ntasks:\n- task_id: t\n").unwrap();
    let check = |args: &[&str], words: &[&str]| {
        let (code, _, error) = test(folder.path(), args);
        assert_eq!(code, Some(1), "{error}");
        for word in words {
            assert!(error.contains(word), "{args:?}: {error:?} lacks {word:?}");
        }
    };
    check(&["bad.yaml"], &["bad.yaml, line 3, column 3: operator is missing"]);
    for (name, option) in [("pool", "pool: nowhere"), ("slots", "pool_slots: 1000000")] {
        let dag = format!("dag_id: x\ntasks:\n- {{task_id: t, operator: {{type: empty}}, {option}}}\n");
        std::fs::write(folder.path().join(format!("{name}.yaml")), dag).unwrap();
    }
    check(&["pool.yaml"], &["task \"t\" needs pool \"nowhere\"", "default_pool"]);
    check(&["slots.yaml"], &["task \"t\" needs 1000000 slots of pool \"default_pool\""]);
    check(&["missing.yaml"], &["failed to read missing.yaml"]);
    check(&["missing"], &["no DAG of that id", "hello_world"]);
    check(&["hello_world", "someday"], &["\"someday\" is not a date"]);
    let server = TestServer::start(&folder.path().join("busy"));
    check(&["hello_world", "--data", "busy"], &["in use by another server", &server.url]);
}

/// A DAG that needs what a server keeps, secrets too.
const NEEDY: &str = r#"
dag_id: needy
tasks:
- task_id: t
  operator:
    type: bash
    bash_command: >-
      test "{{ var.value.my_password }}/{{ conn.db.password }}" = hunter2/s3cret && echo {{ var.value.cfg }} is there
  pool: etl
"#;
/// It cannot be read without the variable.
const TOP: &str = "
from airflow import DAG
from airflow.models import Variable
from airflow.operators.empty import EmptyOperator
with DAG('topvar', schedule=None):
    EmptyOperator(task_id=Variable.get('cfg'))
";

fn with_values(data: &Path) -> TestServer {
    write_dag_file(data, "needy.yaml", NEEDY);
    let server = TestServer::start(data);
    server.couture_ok(&["variables", "set", "cfg", "hello"]);
    server.couture_ok(&["variables", "set", "my_password", "hunter2"]);
    server.couture_ok(&["connections", "add", "db", "--conn-uri", "http://me:s3cret@h"]);
    server.couture_ok(&["pools", "set", "etl", "2"]);
    server
}

#[test]
fn what_the_server_of_the_folder_keeps_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let server = with_values(&folder.path().join("data"));
    write_dag_file(&server.data, "topvar.py", TOP);
    let check = |args: &[&str]| {
        let Output { status, stdout, stderr } = couture_command(args).current_dir(folder.path()).output().unwrap();
        let (output, error) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert!(status.success() && error.is_empty(), "{args:?}: {output}\n{error}");
        assert!(output.contains("hello"), "{output}");
    };
    let all = || {
        check(&["dags", "test", "needy"]);
        check(&["tasks", "test", "data/dags/needy.yaml", "t"]);
        check(&["dags", "parse", "data/dags/topvar.py"]);
        check(&["dags", "test", "topvar"]);
    };
    all();
    server.couture_ok(&["variables", "get", "cfg"]);
    server.stop();
    all();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[test]
fn of_a_server_elsewhere_what_it_shows_is_there() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = with_values(folder.path());
    let dag = "dag_id: d\ntasks:\n- {task_id: t, operator: {type: bash, bash_command: 'echo {{ var.value.cfg }}'}, pool: etl}\n";
    std::fs::write(elsewhere.path().join("d.yaml"), dag).unwrap();
    let test = |token: &str, success: bool, words: &[&str]| {
        let mut command = couture_command(&["dags", "test", "d.yaml"]);
        command.env("COUTURE_SERVER", &server.url).env("COUTURE_TOKEN", token).current_dir(elsewhere.path());
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap();
        assert_eq!(status.success(), success, "{text}");
        for word in words {
            assert!(text.contains(word), "{text}");
        }
    };
    test(&server.token(), true, &["| ", "hello", "shows no secrets", "variable my_password", "connection db"]);
    test("couture_pat_none", false, &["are not used here; set AIRFLOW_VAR_", "pool \"etl\""]);
}

#[test]
fn a_file_that_cannot_be_read_is_the_reason_why_its_dag_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    write_dag_file(&folder.path().join("data"), "topvar.py", TOP);
    let (code, _, error) = test(folder.path(), &["topvar"]);
    let last = error.lines().last().unwrap();
    assert_eq!(code, Some(1), "{error}");
    assert!(last.contains("cannot be read: topvar.py, line") && last.contains("KeyError"), "{error}");
    std::fs::write(folder.path().join("mine.yaml"), "").unwrap();
    let (_, _, error) = test(folder.path(), &["mine"]);
    assert!(error.contains("Is it mine.yaml?"), "{error}");
}

#[test]
fn one_instance_of_a_mapped_task_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let dag = "\
dag_id: fan
tasks:
- {task_id: src, operator: {type: bash, bash_command: 'echo [1]'}}
- {task_id: over, operator: {type: bash, bash_command: 'true'}, expand: {output: src}}
- {task_id: each, operator: {type: bash, bash_command: 'echo this is {{ element }}'}, expand: {list: [a, b, c]}}
";
    std::fs::write(folder.path().join("fan.yaml"), dag).unwrap();
    let check = |args: &[&str], success: bool, words: &[&str], absent: &str| {
        let args = [&["tasks", "test", "fan.yaml"], args].concat();
        let Output { status, stdout, stderr } = couture_command(&args).current_dir(folder.path()).output().unwrap();
        let text = String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap();
        assert_eq!((status.success(), text.contains(absent)), (success, false), "{args:?}: {text}");
        for word in words {
            assert!(text.contains(word), "{args:?}: {text:?} lacks {word:?}");
        }
    };
    check(&["each"], true, &["this is a", "this is b", "this is c"], "couture:");
    check(&["each", "--map-index", "1"], true, &["this is b"], "this is a");
    check(&["each", "--map-index", "3"], false, &["it has the instances 0 to 2"], "this is");
    check(&["over"], false, &["mapped over what other tasks give (src)", "couture dags test"], "wait for each other");
}
