//! A data folder whose disk is full for a while.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{PATIENCE, TestServer, eventually, server_command, write_dag_file};

/// A small disk, which is there while this is.
struct Disk {
    mount: tempfile::TempDir,
}

impl Disk {
    fn new() -> Option<Self> {
        let mount = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"]).arg(mount.path()).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self { mount })
    }

    fn path(&self) -> &Path {
        self.mount.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Takes all that is left.
    fn fill(&self) {
        let mut file = File::options().create(true).append(true).open(self.filler()).unwrap();
        while file.write(&[0; 4096]).is_ok_and(|length| length > 0) {}
    }

    fn free(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What still runs on it ends by itself; the place in the tree is free at once.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

/// Where only root may mount, the test runs again as the root of a namespace of its own.
const AGAIN: &str = "COUTURE_TEST_IN_NAMESPACE";

fn in_own_namespace(test: &str) {
    assert!(std::env::var_os(AGAIN).is_none(), "no disk can be mounted here, not even in a namespace of its own");
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(AGAIN, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "run it as root, which may mount:\n{text}{error}");
}

const LINES: usize = 300;

fn dag() -> Value {
    let loud = format!("for i in $(seq {LINES}); do echo line $i; sleep 0.005; done; echo value");
    json!({"dag_id": "loud", "tasks": [
        {"task_id": "print", "operator": {"type": "bash", "bash_command": loud}},
        {"task_id": "short", "operator": {"type": "bash", "bash_command": "sleep 0.7; echo short"}},
        {"task_id": "next", "operator": {"type": "bash", "bash_command": "echo next"}, "upstream": ["print", "short"]},
    ]})
}

/// Its log of its own is on the disk too.
fn start(disk: &Disk, dags: &Path) -> TestServer {
    let data = disk.path().join("data");
    let server =
        server_command(&data, &["--dags-are-paused-at-creation=false", "--load-examples=false", "--dags-folder"]);
    let mut command = Command::new("sh");
    command.arg("-c").arg("exec \"$@\" 2>>\"$0\"").arg(disk.path().join("server.log"));
    command.arg(server.get_program()).args(server.get_args()).arg(dags).env_clear();
    command.envs(std::env::vars_os().filter(|(name, _)| !name.to_string_lossy().starts_with("COUTURE_")));
    TestServer::start_command(command, &data)
}

fn check_run(server: &TestServer, run: &str) {
    assert_eq!(server.finished("loud", run), "success", "{run}");
    for task in server.task_instances("loud", run) {
        assert_eq!((&task["state"], &task["try_number"]), (&"success".into(), &1.into()), "{task}");
    }
    let log = server.log("loud", run, "print", 1);
    let printed: Vec<&str> =
        log.iter().filter_map(|line| line.split_once("] line ")).map(|(_, number)| number).collect();
    let expected: Vec<String> = (1..=LINES).map(|number| number.to_string()).collect();
    assert_eq!(printed, expected, "no line is lost, torn or twice: {log:?}");
}

fn printing(server: &TestServer, run: &str) {
    eventually("the first lines", || {
        let tasks = server.task_instances("loud", run);
        let begun = tasks.iter().any(|task| task["task_id"] == "print" && task["try_number"] == 1);
        (begun && server.log("loud", run, "print", 1).len() > 20).then_some(())
    });
}

/// Starts runs until the database is full, too; what was answered then, and after how long.
#[allow(clippy::disallowed_methods, reason = "it measures how long an answer takes")]
fn trigger_until_refused(server: &TestServer) -> (String, Duration) {
    let big = "x".repeat(500_000);
    for _ in 0..200 {
        let asked = Instant::now();
        let answer = server.send("POST", "/api/v2/dags/quiet/dagRuns", &json!({"conf": {"big": big}}));
        if answer.status != 200 {
            assert_eq!(answer.status, 503, "{}", answer.body);
            return (answer.detail(), asked.elapsed());
        }
    }
    panic!("the disk does not fill");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "it measures how long an answer takes")]
fn a_full_disk_holds_everything_up_and_loses_nothing() {
    let Some(disk) = Disk::new() else {
        return in_own_namespace("full_disk::a_full_disk_holds_everything_up_and_loses_nothing");
    };
    let dags = tempfile::tempdir().unwrap();
    write_dag_file(dags.path(), "loud.json", &dag().to_string());
    write_dag_file(dags.path(), "quiet.json", &json!({"dag_id": "quiet", "tasks": []}).to_string());
    let dags = dags.path().join("dags");
    let server = start(&disk, &dags);

    let run = server.trigger("loud", &json!({}));
    printing(&server, &run);
    disk.fill();
    let (detail, took) = trigger_until_refused(&server);
    assert!(detail.contains("no space") && took < PATIENCE / 4, "{took:?}: {detail}");
    let health = server.get("/api/v2/monitor/health");
    assert_eq!(
        (&health["metadatabase"]["status"], &health["data_folder"]["status"]),
        (&"unhealthy".into(), &"unhealthy".into()),
        "{health}"
    );
    let (store, folder) = (health["metadatabase"]["error"].to_string(), health["data_folder"]["error"].to_string());
    assert!(store.contains("finds no space on its disk") && folder.contains("bytes left; free some"), "{health}");
    std::fs::write(dags.join("late.json"), json!({"dag_id": "late", "tasks": []}).to_string()).unwrap();
    let paused = server.send("PATCH", "/api/v2/dags/loud", &json!({"is_paused": true}));
    assert!(paused.status == 503 && paused.detail().contains("nothing was changed"), "{}", paused.body);
    assert_eq!(server.get(&TestServer::run_path("loud", &run))["state"], "running");
    disk.free();
    check_run(&server, &run);
    eventually("a well server", || {
        (server.get("/api/v2/monitor/health")["metadatabase"]["status"] == "healthy").then_some(())
    });
    eventually("the new DAG", || (server.ask("GET", "/api/v2/dags/late", &[], "").status == 200).then_some(()));
    assert_eq!(server.get("/api/v2/dags/loud")["is_paused"], false);

    // Killed while it is full.
    let run = server.trigger("loud", &json!({}));
    printing(&server, &run);
    disk.fill();
    trigger_until_refused(&server);
    server.kill();
    let mut refused = server_command(&disk.path().join("data"), &[]);
    let refused = refused.output().unwrap();
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && error.contains("No space left"), "{error}");
    disk.free();
    let server = start(&disk, &dags);
    check_run(&server, &run);
    server.stop();
}
