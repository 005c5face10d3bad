//! `couture` against a server, as a user would type it.

use serde_json::json;

use crate::harness::{TestServer, couture_command, write_dag_file};

#[test]
fn a_day_with_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    let list = server.couture_ok(&["dags", "list"]);
    assert!(list.starts_with("DAG_ID") && list.contains("hello_world") && list.contains("paused"), "{list}");
    assert!(server.couture_ok(&["dags", "show", "hello_world"]).contains("bash"));
    assert_eq!(server.couture_ok(&["dags", "unpause", "hello_world"]), "hello_world is active\n");

    let started =
        server.couture_ok(&["dags", "trigger", "hello_world", "--wait", "--run-id", "mine", "--conf", "{\"a\": 1}"]);
    assert!(started.contains("started run mine") && started.contains("success"), "{started}");
    let shown = server.couture_json(&["runs", "show", "hello_world", "mine"]);
    assert_eq!((&shown["state"], &shown["conf"]), (&"success".into(), &json!({"a": 1})));
    let listed = server.couture_json(&["runs", "list", "hello_world"]);
    assert_eq!(listed[0]["dag_run_id"], "mine");
    assert!(server.couture_ok(&["runs", "list"]).contains("mine"));
    let log = server.couture_ok(&["tasks", "log", "hello_world", "mine", "hello", "--follow"]);
    assert!(log.contains("Hello from hello_world, run mine"), "{log}");
    assert_eq!(server.couture_ok(&["dags", "pause", "hello_world"]), "hello_world is paused\n");
    let waiting = server.couture(&["dags", "trigger", "hello_world", "--run-id", "waits"]);
    assert!(String::from_utf8_lossy(&waiting.stderr).contains("paused"));
    assert!(server.couture_ok(&["runs", "cancel", "hello_world", "waits"]).contains("failed"));
}

#[test]
fn the_exit_code_tells_how_a_run_ended() {
    let folder = tempfile::tempdir().unwrap();
    write_dag_file(
        folder.path(),
        "no.yaml",
        "dag_id: no\ntasks:\n- {task_id: t, operator: {type: bash, bash_command: 'exit 7'}}\n",
    );
    let server = TestServer::start_with(folder.path(), &["--dags-are-paused-at-creation=false"]);
    let output = server.couture(&["dags", "trigger", "no", "--wait"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("exit code 7"), "{text}");
}

#[test]
fn errors_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    let check = |args: &[&str], words: &[&str]| {
        let output = server.couture(args);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}: {error}");
        for word in words {
            assert!(error.contains(word), "{args:?}: {error:?} lacks {word:?}");
        }
    };
    check(&["dags", "show", "missing"], &["there is no dag \"missing\""]);
    check(&["dags", "trigger", "hello_world", "--conf", "{"], &["--conf is not JSON"]);
    check(&["dags", "trigger", "hello_world", "--logical-date", "soon"], &["\"soon\" is not a date"]);
    check(&["runs", "show", "hello_world", "missing"], &["has no run \"missing\""]);
    check(&["runs", "cancel", "hello_world", "missing"], &["has no run \"missing\""]);
    check(&["tasks", "log", "hello_world", "missing", "hello"], &["has no run"]);
    check(&["--server", "127.0.0.1", "dags", "list"], &["not the address of a server"]);
    let nobody = couture_command(&["--server", "http://127.0.0.1:1", "dags", "list"]).output().unwrap();
    let error = String::from_utf8(nobody.stderr).unwrap();
    assert!(error.contains("no server answers") && error.contains("cargo run --release --bin server"), "{error}");
    assert_eq!(couture_command(&["dags", "fly"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn the_server_of_the_folder_here_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let server = TestServer::start(&data);
    let ask = |args: &[&str]| couture_command(args).current_dir(folder.path()).output().unwrap();
    let listed = ask(&["dags", "list"]);
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    assert!(String::from_utf8_lossy(&listed.stdout).contains("hello_world"));
    let other = ask(&["--server", "http://127.0.0.1:1", "dags", "list"]);
    assert!(String::from_utf8_lossy(&other.stderr).contains("http://127.0.0.1:1:"));
    let url = server.url.clone();
    server.kill();
    let stopped = String::from_utf8(ask(&["dags", "list"]).stderr).unwrap();
    assert!(stopped.contains("the server of the data folder data does not run") && stopped.contains(&url), "{stopped}");
}

#[test]
fn who_is_not_asked_is_told_the_words_that_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    let asked = |args: &[&str]| String::from_utf8(server.couture(args).stderr).unwrap();
    let error = asked(&["dags", "delete", "hello_world"]);
    assert!(error.contains("say --yes") && !error.contains("--dry-run"), "{error}");
    let error = asked(&["tasks", "clear", "hello_world"]);
    assert!(error.contains("say --yes, or --dry-run"), "{error}");
}

#[test]
fn tasks_are_chosen_by_regular_expressions() {
    let folder = tempfile::tempdir().unwrap();
    let dag = "dag_id: d\ntasks:\n- {task_id: load_a, operator: {type: empty}}\n- {task_id: load_b, operator: {type: empty}}\n\
               - {task_id: send, operator: {type: empty}}\n";
    write_dag_file(folder.path(), "d.yaml", dag);
    let server = TestServer::start_with(folder.path(), &["--dags-are-paused-at-creation=false"]);
    server.couture_ok(&["dags", "trigger", "d", "-r", "r", "--wait"]);
    let clear = ["tasks", "clear", "d", "--run-id", "r", "--dry-run"];
    for (flags, total) in [
        (&["-t", "load.*"][..], "2 task instances"),
        (&["-t", "^send$"][..], "1 task instance"),
        (&["-t", "send", "-t", "_a$"][..], "2 task instances"),
        (&["--task-regex", "send"][..], "1 task instance"),
        (&["--task-regex", "d"][..], "3 task instances"),
    ] {
        let plan = server.couture_ok(&[&clear[..], flags].concat());
        assert!(plan.trim_end().ends_with(total), "{flags:?}: {plan}");
    }
    for (regex, words) in
        [("sq.*", "matches no task of d; it has load_a, load_b, send"), ("a(", "no regular expression")]
    {
        let error = String::from_utf8(server.couture(&[&clear[..], &["-t", regex]].concat()).stderr).unwrap();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn runs_begin_later_and_tasks_are_skipped_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    let dates = ["--data-interval-start", "2026-01-01", "--data-interval-end", "2026-01-02"];
    let trigger = ["dags", "trigger", "hello_world", "-r", "later", "--run-after", "2099-01-01"];
    server.couture_ok(&[&trigger[..], &dates].concat());
    let run = server.couture_json(&["runs", "show", "hello_world", "later"]);
    for (field, date) in
        [("run_after", "2099-01-01"), ("data_interval_start", "2026-01-01"), ("data_interval_end", "2026-01-02")]
    {
        assert!(run[field].as_str().unwrap().starts_with(date), "{field}: {run}");
    }
    let half = ["dags", "trigger", "hello_world", "--data-interval-start", "2026-01-01"];
    assert_eq!(server.couture(&half).status.code(), Some(2));
    assert_eq!(server.couture(&["runs", "mark", "hello_world", "later", "skipped"]).status.code(), Some(2));
    server.couture_ok(&["dags", "unpause", "hello_world"]);
    server.couture_ok(&["dags", "trigger", "hello_world", "-r", "now", "--wait"]);
    server.couture_ok(&["tasks", "mark", "hello_world", "now", "hello", "skipped", "-y"]);
    let states = server.couture_json(&["tasks", "states", "hello_world", "now"]).to_string();
    assert!(states.contains("\"skipped\""), "{states}");
}

#[test]
fn a_task_without_a_pool_says_what_it_waits_for() {
    let folder = tempfile::tempdir().unwrap();
    let dag = "dag_id: x\ntasks:\n- {task_id: t, operator: {type: empty}, pool: nowhere}\n";
    write_dag_file(folder.path(), "x.yaml", dag);
    let server = TestServer::start(folder.path());
    server.couture_ok(&["dags", "unpause", "x"]);
    server.couture_ok(&["dags", "trigger", "x", "-r", "r"]);
    let waits = server.couture_ok(&["runs", "show", "x", "r"]);
    assert!(waits.contains("needs pool \"nowhere\", which does not exist"), "{waits}");
    server.couture_ok(&["runs", "cancel", "x", "r"]);
}
