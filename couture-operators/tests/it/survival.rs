//! What lives on when a server or a supervisor is killed.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use couture_core::{ProcessCommand, Processes};
use couture_operators::{BashOperator, InProcess, Supervisor, SupervisorSettings};
use rustix::process::{Signal, kill_process};

use crate::attempt::{Attempts, Folders, token};
use crate::commands::{Alive, fifo};
use crate::supervised::{LONG_MS, Place};

/// The variable that turns this test program into a server to be killed: folder, program, script, and the arguments.
const ROLE: &str = "COUTURE_TEST_SERVER";

/// Another process that runs `script` as attempt number 1.
pub(crate) struct Server(std::process::Child);

impl Server {
    fn start(place: &Place, script: &BashOperator) -> Self {
        Self::start_with(place, script, true)
    }

    fn start_with(place: &Place, script: &BashOperator, supervised: bool) -> Self {
        Self::play(place, serde_json::json!({"script": script.bash_command, "supervised": supervised}))
    }

    /// Another process that runs `command` as attempt number 1, and hears nothing of what it says.
    pub(crate) fn run(place: &Place, command: &ProcessCommand) -> Self {
        Self::play(place, serde_json::json!({"command": command, "supervised": true}))
    }

    fn play(place: &Place, mut role: serde_json::Value) -> Self {
        let settings = place.settings();
        let args: Vec<String> = settings.args.iter().map(|arg| arg.to_str().unwrap().to_owned()).collect();
        role["where"] = serde_json::json!({
            "dir": settings.dir, "live": settings.live_dir, "program": settings.program, "args": args,
        });
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "survival::plays_the_server", "--nocapture"])
            .env(ROLE, role.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[tokio::test]
async fn plays_the_server() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let role: serde_json::Value = serde_json::from_str(&role).unwrap();
    let text = |name: &str| role["where"][name].as_str().unwrap().to_owned();
    let args: Vec<String> = serde_json::from_value(role["where"]["args"].clone()).unwrap();
    let live = PathBuf::from(text("live"));
    let settings = SupervisorSettings::new(text("dir"), &live, text("program"), args);
    let processes: Arc<dyn Processes> = match role["supervised"].as_bool() {
        Some(true) => Arc::new(Supervisor::new(settings).unwrap()),
        _ => Arc::new(InProcess::new(live)),
    };
    let folders = Folders::new();
    let attempts = Attempts::new(&folders, processes);
    match role["script"].as_str() {
        Some(script) => _ = attempts.bash(1, BashOperator::new(script)).await,
        None => {
            let command = serde_json::from_value(role["command"].clone()).unwrap();
            let (cx, _) = attempts.context(1);
            let _ = cx.services().processes.run(command, &cx).await;
        }
    }
}

/// A script that says `ready` into `alive`, waits for a line in `go`, and ends with 7.
fn patient(place: &Place) -> (BashOperator, Alive, PathBuf) {
    let (path, alive) = fifo(&place.folders, "alive");
    let go = place.folders.root.path().join("go");
    rustix::fs::mkfifoat(rustix::fs::CWD, &go, rustix::fs::Mode::RWXU).unwrap();
    let script = format!(
        "for i in $(seq 100); do echo before $i; done; exec 3>{path}; echo ready >&3; read line <{}; \
         for i in $(seq 100); do echo after $i; done; exit 7",
        go.display()
    );
    (BashOperator::new(script), alive, go)
}

fn whole_log() -> String {
    let lines = |word: &str| (1..=100).map(|i| format!("{word} {i}\n")).collect::<String>();
    format!("{}{}Command exited with return code 7\n", lines("before"), lines("after"))
}

pub(crate) async fn say_go(go: PathBuf) {
    tokio::task::spawn_blocking(move || std::fs::write(go, "go\n")).await.unwrap().unwrap();
}

const SEVEN: &str = "retry bash command failed: exit code 7: after 100";

#[tokio::test]
async fn a_child_outlives_its_server() {
    let place = Place::new(LONG_MS);
    let (script, alive, go) = patient(&place);
    let mut server = Server::start(&place, &script);
    let alive = alive.ready().await;
    server.kill();
    let next = place.client();
    let (cx, _) = next.context(1);
    assert_eq!(cx.services().processes.known(&[token(0), token(1)]).await, [token(1)]);
    let (end, ()) = tokio::join!(next.bash(1, script), say_go(go));
    assert_eq!(end, SEVEN);
    alive.closed().await;
    assert_eq!(place.folders.log(token(1)).split_once('\n').unwrap().1, whole_log());
}

#[tokio::test]
async fn a_child_that_ends_without_a_server_is_told_of_later() {
    let place = Place::new(LONG_MS);
    let (script, alive, go) = patient(&place);
    let mut server = Server::start(&place, &script);
    let alive = alive.ready().await;
    server.kill();
    say_go(go).await;
    alive.closed().await;
    assert_eq!(place.client().bash(1, script.clone()).await, SEVEN);
    // Not settled, so another server finds it too, be it after the supervisor's death.
    kill_process(place.supervisor_pid().unwrap(), Signal::KILL).unwrap();
    place.supervisor_gone().await;
    let next = place.client();
    let (cx, _) = next.context(1);
    let processes = &cx.services().processes;
    assert_eq!(processes.known(&[token(1)]).await, [token(1)]);
    assert_eq!(next.bash(1, script).await, SEVEN);
    processes.settled(&[token(1)]).await;
    assert_eq!(processes.known(&[token(1)]).await, []);
    assert_eq!(place.folders.log(token(1)).split_once('\n').unwrap().1, whole_log());
}

#[tokio::test]
async fn children_in_process_die_with_it() {
    let place = Place::new(LONG_MS);
    let (script, alive, _) = patient(&place);
    let mut server = Server::start_with(&place, &script, false);
    let alive = alive.ready().await;
    server.kill();
    alive.closed().await;
}

/// A script that leaves a child which ignores TERM, and both have `alive` open.
fn stubborn(place: &Place) -> (BashOperator, Alive) {
    let (path, alive) = fifo(&place.folders, "alive");
    let script = format!("exec 3>{path}; (trap '' TERM; echo ready >&3; while :; do sleep 1000; done) & wait");
    (BashOperator::new(script), alive)
}

#[tokio::test]
async fn no_child_outlives_its_supervisor() {
    let place = Place::new(LONG_MS);
    let (script, alive) = stubborn(&place);
    let client = place.client();
    let kill = async {
        let alive = alive.ready().await;
        kill_process(place.supervisor_pid().unwrap(), Signal::KILL).unwrap();
        alive.closed().await;
    };
    let (end, ()) = tokio::join!(client.bash(1, script), kill);
    assert_eq!(end, "lost its supervisor died");
    assert_eq!(client.bash(2, BashOperator::new("echo next")).await, "ok next");
}

#[tokio::test]
async fn the_next_server_ends_what_a_dead_supervisor_left() {
    let place = Place::new(LONG_MS);
    let (script, alive) = stubborn(&place);
    let mut server = Server::start(&place, &script);
    let alive = alive.ready().await;
    server.kill();
    kill_process(place.supervisor_pid().unwrap(), Signal::KILL).unwrap();
    place.supervisor_gone().await;
    let (cx, _) = place.client().context(1);
    let asked = [token(1)];
    let (known, ()) = tokio::join!(cx.services().processes.known(&asked), alive.closed());
    assert_eq!(known, []);
}

#[tokio::test]
async fn children_end_when_no_server_comes_back() {
    let place = Place::new(300);
    let (path, alive) = fifo(&place.folders, "alive");
    let script = BashOperator::new(format!("exec 3>{path}; echo ready >&3; sleep 1000 & wait"));
    let mut server = Server::start(&place, &script);
    let alive = alive.ready().await;
    server.kill();
    alive.closed().await;
    place.supervisor_gone().await;
    assert!(!place.dir.join("socket").exists());
    let end = place.client().bash(1, script).await;
    assert_eq!(end, "lost no server came back within 0.3 s");
}

#[tokio::test]
async fn what_the_next_server_does_not_know_is_ended() {
    let place = Place::new(300);
    let (script, alive, _) = patient(&place);
    let mut server = Server::start(&place, &script);
    let alive = alive.ready().await;
    server.kill();
    let next = place.client();
    assert_eq!(next.bash(2, BashOperator::new("echo hi")).await, "ok hi");
    alive.closed().await;
    let (cx, _) = next.context(2);
    assert_eq!(cx.services().processes.known(&[token(2)]).await, [token(2)]);
}

#[tokio::test]
async fn a_supervisor_that_is_told_to_end_ends_its_children() {
    let place = Place::new(LONG_MS);
    let (path, alive) = fifo(&place.folders, "alive");
    let script = BashOperator::new(format!("exec 3>{path}; echo ready >&3; sleep 1000 & wait"));
    let client = place.client();
    let end = async {
        let alive = alive.ready().await;
        kill_process(place.supervisor_pid().unwrap(), Signal::TERM).unwrap();
        alive.closed().await;
    };
    let (outcome, ()) = tokio::join!(client.bash(1, script), end);
    assert_eq!(outcome, "lost its supervisor was told to end");
}

#[tokio::test]
async fn settling_ends_what_still_runs() {
    let place = Place::new(LONG_MS);
    let (script, alive, _) = patient(&place);
    let client = place.client();
    let (cx, _) = client.context(1);
    let settle = async {
        let alive = alive.ready().await;
        cx.services().processes.settled(&[token(1)]).await;
        alive.closed().await;
    };
    let (end, ()) = tokio::join!(client.bash(1, script), settle);
    assert_eq!(end, "retry bash command failed: killed by SIGTERM: before 100");
    assert_eq!(cx.services().processes.known(&[token(1)]).await, []);
}
