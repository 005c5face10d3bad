//! What is told of ends, and what does not outlive them.

use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{TestServer, eventually, server_command};
use crate::{defined, put};

fn server(data: &Path) -> TestServer {
    let mut command = server_command(data, &["--load-examples=false"]);
    command.arg("--dags-are-paused-at-creation=false");
    command.env("AIRFLOW__CORE__PARALLELISM", "77");
    TestServer::start_command(command, data)
}

fn is_alive(pid: u64) -> bool {
    // The state stands behind the name, which is in parentheses.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

#[test]
fn ends_are_told_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &["lasting.py"]);
    let server = server(folder.path());
    defined(&server, "lasting");
    let run_id = server.trigger("lasting", &json!({"logical_date": "2026-01-31T00:00:00Z"}));
    assert_eq!(server.finished("lasting", &run_id), "failed");
    let log = |task_id: &str| server.log("lasting", &run_id, task_id, 1).join("\n");
    let check = |task_id: &str, parts: &[&str]| {
        let text = log(task_id);
        for part in parts {
            assert!(text.contains(part), "{task_id}: no {part:?} in {text}");
        }
    };
    check("slow", &["received SIGTERM", "failed: ran longer than its execution_timeout of 10s"]);
    check("slow_bash", &["failed: ran longer than its execution_timeout of 1s"]);
    check("gives", &["None 77"]);
    check("python_gives", &["None 77"]);
    check("takes", &["taken [1] 2026-01-31"]);
    let told = eventually("the callback", || Some(log("fails")).filter(|text| text.contains("told of")));
    assert!(told.contains("told of True no such luck in fails"), "{told}");
    // The callback's part begins where the task's own has ended.
    let lines: Vec<&str> = told.lines().collect();
    let second = lines.iter().skip(1).position(|line| line.contains("Running command: ")).unwrap();
    assert!(lines[second].ends_with("OwnError: no such luck"), "{told}");

    let pids = |task_id: &str| -> Value {
        let path =
            format!("{}/taskInstances/{task_id}/xcomEntries/return_value", TestServer::run_path("lasting", &run_id));
        server.get(&path)["value"].clone()
    };
    let of_python = pids("leaves");
    let mut left: Vec<u64> = of_python.as_array().unwrap().iter().map(|pid| pid.as_u64().unwrap()).collect();
    left.push(pids("bash_leaves").as_str().unwrap().parse().unwrap());
    assert_eq!(left.len(), 3);
    assert!(!left.iter().any(|pid| is_alive(*pid)), "{left:?}");
    check("leaves", &["Killed what the command left running in other sessions: 2"]);

    let said = || server.couture_ok(&["runs", "log", "lasting", &run_id]);
    eventually("the callback of the run", || said().contains("the run is told of:").then_some(()));
}

#[test]
fn packages_that_were_removed_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path());
    std::fs::remove_dir_all(folder.path().join("python")).unwrap();
    put(folder.path(), &["passing.py", "shared/__init__.py", "shared/numbers.py"]);
    defined(&server, "passing");
    std::fs::remove_dir_all(folder.path().join("python")).unwrap();
    let run_id = server.trigger("passing", &json!({}));
    assert_eq!(server.finished("passing", &run_id), "success");
}

#[test]
fn a_run_has_the_template_files_of_its_version() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path());
    let file = "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n\
                from airflow.operators.python import PythonOperator\n\
                class Shows(PythonOperator):\n    template_ext = ('.sql',)\n\
                with DAG('files', schedule=None):\n\
                \x20   BashOperator(task_id='wait', bash_command='while [ ! -e {{ dag_run.conf.go }} ]; do sleep 0.05; done') >> [\n\
                \x20       BashOperator(task_id='bash', bash_command='say.sh'),\n\
                \x20       Shows(task_id='python', python_callable=print, op_args=['say.sql'])]\n";
    server.write_dag_file("say.sh", "echo first {{ run_id }}\n");
    server.write_dag_file("say.sql", "SELECT 'first'\n");
    server.write_dag_file("files.py", file);
    defined(&server, "files");
    let go = folder.path().join("go");
    let run_id = server.trigger("files", &json!({"dag_run_id": "one", "conf": {"go": go}}));
    let version = || server.get("/api/v2/dags/files")["version"].clone();
    let before = version();
    server.write_dag_file("say.sh", "echo second\n");
    server.write_dag_file("say.sql", "SELECT 'second'\n");
    eventually("the new version", || (version() != before).then_some(()));
    std::fs::write(&go, "").unwrap();
    assert_eq!(server.finished("files", &run_id), "success");
    for (task_id, expected) in [("bash", "first one"), ("python", "SELECT 'first'")] {
        let log = server.log("files", &run_id, task_id, 1).join("\n");
        assert!(log.contains(expected) && !log.contains("second"), "{log}");
    }
    // What was mended is cleared: it begins again as it is now.
    let cleared = json!({"dag_run_id": "one", "dry_run": false, "only_failed": false});
    assert_eq!(server.send("POST", "/api/v2/dags/files/clearTaskInstances", &cleared).status, 200);
    assert_eq!(server.finished("files", &run_id), "success");
    for (task_id, expected) in [("bash", "second"), ("python", "SELECT 'second'")] {
        let log = server.log("files", &run_id, task_id, 2).join("\n");
        assert!(log.contains(expected), "{log}");
    }
}

#[test]
fn files_that_cannot_be_read_are_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let dags = folder.path().join("dags");
    std::fs::create_dir_all(&dags).unwrap();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("far.py"), "from airflow import DAG\nDAG('far')\n").unwrap();
    let wide: Vec<u8> = "\u{feff}from airflow import DAG".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(dags.join("wide.py"), wide).unwrap();
    let link = |target: &Path, name: &str| std::os::unix::fs::symlink(target, dags.join(name)).unwrap();
    link(&outside.path().join("far.py"), "far.py");
    link(outside.path(), "folder");
    link(Path::new("nowhere.py"), "broken.py");
    link(Path::new("notes.txt"), "no_dag_file.txt");
    let server = server(folder.path());
    let expected = [
        ("wide.py", "written in UTF-16"),
        ("far.py", "leads out of the folder"),
        ("folder", "a link to a folder"),
        ("broken.py", "leads nowhere"),
    ];
    let errors = eventually("the errors", || {
        let errors = server.get("/api/v2/importErrors?warnings=true")["import_errors"].as_array().unwrap().clone();
        (errors.len() >= expected.len()).then_some(errors)
    });
    assert_eq!(errors.len(), expected.len(), "{errors:?}");
    for (name, words) in expected {
        let told = |error: &&Value| error["filename"].as_str().unwrap().ends_with(name);
        let error = errors.iter().find(told).unwrap_or_else(|| panic!("nothing of {name}: {errors:?}"));
        assert!(error["stack_trace"].as_str().unwrap().contains(words), "{error}");
    }
}
