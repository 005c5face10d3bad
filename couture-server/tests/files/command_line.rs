//! The command line for files.

use crate::harness::TestServer;

#[test]
fn files_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let (data, here) = (folder.path().join("data"), folder.path().join("here"));
    std::fs::create_dir(&here).unwrap();
    let server = TestServer::start(&data);
    let file = |name: &str| here.join(name).display().to_string();
    std::fs::write(file("flow.yaml"), "dag_id: flow\ntasks: []\n").unwrap();
    std::fs::write(file("bad.py"), "from airflow import DAG\n1 / 0\n").unwrap();
    let said = server.couture_ok(&["dags", "upload", &file("flow.yaml"), "--folder", "team", "-m", "first"]);
    assert_eq!(said, "uploaded team/flow.yaml\nwith the DAGs flow\n");
    let refused = server.couture(&["dags", "upload", &file("bad.py")]);
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && error.contains("ZeroDivisionError") && error.contains("line 2"), "{error}");
    let again = server.couture(&["dags", "upload", &file("flow.yaml"), "--folder", "team"]);
    assert_eq!(again.status.code(), Some(1));
    server.couture_ok(&["dags", "upload", &file("flow.yaml"), "--folder", "team", "--overwrite"]);
    let list = server.couture_ok(&["dags", "files", "--search", "flow"]);
    assert!(list.contains("team/flow.yaml") && list.contains("local"), "{list}");
    assert!(server.couture_ok(&["dags", "history", "team/flow.yaml"]).contains("first"));
    server.couture_ok(&["dags", "download", "team/flow.yaml", &file("copy.yaml")]);
    assert_eq!(std::fs::read_to_string(file("copy.yaml")).unwrap(), "dag_id: flow\ntasks: []\n");
    assert_eq!(server.couture_ok(&["dags", "download", "team/flow.yaml", "-"]), "dag_id: flow\ntasks: []\n");
    assert_eq!(server.couture(&["dags", "download", "none.py", &file("none")]).status.code(), Some(1));
    assert!(!std::path::Path::new(&file("none")).exists());
    let exported = server.couture_ok(&["export", "dags", &file("dags.tar.gz")]);
    assert!(exported.contains("dags.tar.gz"), "{exported}");
    assert_eq!(server.couture_ok(&["import", "dags", &file("dags.tar.gz")]), "1 file was imported\n");
    assert_eq!(server.couture_ok(&["artifacts", "upload", &file("bad.py")]), "uploaded bad.py\n");
    assert!(server.couture_ok(&["artifacts", "list"]).contains("bad.py"));
    assert_eq!(server.couture_ok(&["artifacts", "delete", "bad.py", "--yes"]), "deleted bad.py\n");
    assert_eq!(server.couture_ok(&["bricks", "add", "my words", &file("bad.py")]), "added code brick my-words\n");
    assert!(server.couture_ok(&["bricks", "list"]).contains("run-spark-pi-example"));
    assert_eq!(server.couture_ok(&["bricks", "show", "my-words"]), "from airflow import DAG\n1 / 0\n");
    assert_eq!(server.couture_ok(&["bricks", "delete", "my-words", "-y"]), "deleted code brick my-words\n");
}
