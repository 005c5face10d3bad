//! Children under a supervisor, and what may come over its socket.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;

use couture_core::{Operator, Processes};
use couture_operators::{BashOperator, Supervisor, SupervisorSettings};
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal};

use crate::attempt::{Attempts, Folders, outcome, token};
use crate::commands::{self, PATIENCE, fifo};
use crate::conversations;

/// A folder for a supervisor, which is told to end when this goes.
pub(crate) struct Place {
    pub(crate) folders: Folders,
    pub(crate) dir: PathBuf,
    grace_ms: u64,
    pub(crate) more_args: Vec<String>,
}

impl Place {
    pub(crate) fn new(grace_ms: u64) -> Self {
        let folders = Folders::new();
        Self { dir: folders.root.path().join("supervisor"), folders, grace_ms, more_args: Vec::new() }
    }

    pub(crate) fn settings(&self) -> SupervisorSettings {
        let program = env!("CARGO_BIN_EXE_couture-supervisor");
        let grace = self.grace_ms.to_string();
        let args = ["--dir".into(), self.dir.clone().into_os_string(), "--orphan-grace-ms".into(), grace.into()];
        let args = args.into_iter().chain(self.more_args.iter().map(Into::into));
        SupervisorSettings::new(&self.dir, self.folders.live(), program, args)
    }

    /// A client, as a server that starts has it.
    pub(crate) fn client(&self) -> Attempts {
        Attempts::new(&self.folders, Arc::new(Supervisor::new(self.settings()).unwrap()))
    }

    pub(crate) fn supervisor_pid(&self) -> Option<Pid> {
        Pid::from_raw(std::fs::read_to_string(self.dir.join("lock")).ok()?.trim().parse().ok()?)
    }

    /// Waits until no supervisor lives.
    pub(crate) async fn supervisor_gone(&self) {
        let lock = std::fs::OpenOptions::new().write(true).open(self.dir.join("lock")).unwrap();
        let free = tokio::task::spawn_blocking(move || flock(&lock, FlockOperation::LockExclusive));
        tokio::time::timeout(PATIENCE, free).await.expect("the supervisor lives on").unwrap().unwrap();
    }

    fn raw(&self) -> UnixStream {
        let stream = UnixStream::connect(self.dir.join("socket")).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }
}

impl Drop for Place {
    /// Nobody writes into the folders when they are removed.
    fn drop(&mut self) {
        let Ok(lock) = std::fs::OpenOptions::new().write(true).open(self.dir.join("lock")) else { return };
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            if let Some(pid) = self.supervisor_pid() {
                let _ = rustix::process::kill_process(pid, Signal::TERM);
            }
            let _ = flock(&lock, FlockOperation::LockExclusive);
        }
    }
}

pub(crate) const LONG_MS: u64 = 60_000;

#[tokio::test]
async fn runs_commands() {
    let place = Place::new(LONG_MS);
    let supervisor = Arc::new(Supervisor::new(place.settings()).unwrap());
    assert_eq!(supervisor.known(&[token(1)]).await, []);
    assert!(!place.dir.exists(), "nothing is started for a question that has an answer");
    commands::all(&place.folders, supervisor).await;
    // All was settled or forgotten but what the cases left, and nothing runs.
    assert_eq!(std::fs::read_dir(place.dir.join("groups")).unwrap().count(), 0);
}

#[tokio::test]
async fn children_speak() {
    let place = Place::new(LONG_MS);
    conversations::all(&place.folders, Arc::new(Supervisor::new(place.settings()).unwrap())).await;
}

#[tokio::test]
async fn its_folder_may_have_a_long_path_and_is_private() {
    let mut place = Place::new(LONG_MS);
    place.dir = place.folders.root.path().join("x".repeat(100)).join("y".repeat(100));
    assert_eq!(place.client().bash(1, BashOperator::new("echo hi")).await, "ok hi");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&place.dir).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn many_children_at_a_time() {
    let place = Place::new(LONG_MS);
    let client = place.client();
    let runs = (0..200).map(|task| client.bash(task, BashOperator::new(format!("echo {task}"))));
    for (task, end) in futures_util::future::join_all(runs).await.into_iter().enumerate() {
        assert_eq!(end, format!("ok {task}"));
    }
}

/// Garbage over the socket ends its connection and nothing else.
#[tokio::test]
async fn garbage_is_dismissed() {
    let place = Place::new(LONG_MS);
    let (path, alive) = fifo(&place.folders, "alive");
    let go = place.folders.root.path().join("go");
    rustix::fs::mkfifoat(rustix::fs::CWD, &go, rustix::fs::Mode::RWXU).unwrap();
    let script =
        BashOperator::new(format!("exec 3>{path}; echo ready >&3; read line <{}; echo got $line", go.display()));
    let client = place.client();
    let alive = tokio::select! {
        end = client.bash(1, script.clone()) => panic!("{end}"),
        alive = alive.ready() => alive,
    };
    drop(client);
    let mut unfinished = 1000_u32.to_be_bytes().to_vec();
    unfinished.extend(b"{\"hello\":{");
    let mut no_hello = 12_u32.to_be_bytes().to_vec();
    no_hello.extend(b"{\"attach\":1}");
    for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\xff\xff\xff\xff", b"\0\0\0\0", &no_hello, &unfinished, b""] {
        let mut stream = place.raw();
        // A supervisor that is fast has closed it by now.
        let _ = stream.write_all(garbage);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        tokio::task::spawn_blocking(move || {
            // Either is an end: all was read, or it was closed with bytes unread.
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer);
            assert_eq!(String::from_utf8_lossy(&answer), "");
        })
        .await
        .unwrap();
    }
    let client = place.client();
    let write = tokio::task::spawn_blocking(move || std::fs::write(go, "it\n"));
    assert_eq!(client.bash(1, script).await, "ok got it");
    write.await.unwrap().unwrap();
    alive.closed().await;
}

/// A client of another version gets a supervisor of its own, and the children of the old one count as lost.
#[tokio::test]
async fn another_version_is_made_room_for() {
    let place = Place::new(LONG_MS);
    let (path, alive) = fifo(&place.folders, "alive");
    let script = BashOperator::new(format!("exec 3>{path}; echo ready >&3; trap '' TERM; sleep 1000"));
    let client = place.client();
    let alive = tokio::select! {
        end = client.bash(1, script.clone()) => panic!("{end}"),
        alive = alive.ready() => alive,
    };
    drop(client);
    let old = place.supervisor_pid().unwrap();
    let mut hello = place.raw();
    let text = br#"{"hello":{"protocol":999,"new_field":1}}"#;
    hello.write_all(&(text.len() as u32).to_be_bytes()).unwrap();
    hello.write_all(text).unwrap();
    let answer = tokio::task::spawn_blocking(move || {
        let mut answer = Vec::new();
        hello.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[4..]).into_owned()
    });
    assert_eq!(answer.await.unwrap(), r#"{"refused":{"protocol":2}}"#);
    let end = place.client().bash(1, script).await;
    assert_eq!(end, "lost its supervisor made room for one of another version");
    alive.closed().await;
    assert_ne!(place.supervisor_pid().unwrap(), old);
}

/// Memory does not grow with output, and a hundred megabytes arrive whole.
#[tokio::test]
async fn much_output_takes_little_memory() {
    let place = Place::new(LONG_MS);
    let client = place.client();
    let line = "x".repeat(99);
    let (cx, _) = client.context(1);
    let operator = BashOperator::new(format!("yes {line} | head -n 1000000; echo end"));
    assert_eq!(outcome(operator.run((), &cx).await), "ok end");
    let pid = place.supervisor_pid().unwrap().as_raw_nonzero();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim();
    let peak_kib: u64 = peak.strip_suffix(" kB").unwrap().parse().unwrap();
    assert!(peak_kib < 20_000, "{peak}");
    let log = place.folders.raw_log(token(1));
    let lines = log.split(|byte| *byte == b'\n').filter(|found| found.ends_with(line.as_bytes())).count();
    // The header shows the command, whose end it is not.
    assert_eq!(lines, 1_000_000);
}
