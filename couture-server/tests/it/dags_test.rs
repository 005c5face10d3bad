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
