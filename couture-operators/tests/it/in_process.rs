//! Children of this process.

use std::sync::Arc;

use couture_operators::{BashOperator, InProcess};

use crate::attempt::{Attempts, Folders, token};
use crate::commands::{self, fifo};
use crate::conversations;

#[tokio::test]
async fn runs_commands() {
    let folders = Folders::new();
    commands::all(&folders, Arc::new(InProcess::new(folders.live()))).await;
}

#[tokio::test]
async fn children_speak() {
    let folders = Folders::new();
    conversations::all(&folders, Arc::new(InProcess::new(folders.live()))).await;
}

#[tokio::test]
async fn a_log_is_cut_at_its_limit() {
    let folders = Folders::new();
    let processes = InProcess::new(folders.live()).max_log_bytes(100_000);
    let attempts = Attempts::new(&folders, Arc::new(processes));
    assert_eq!(attempts.bash(1, BashOperator::new("yes | head -c 20000000; echo; echo end")).await, "ok end");
    let log = folders.log(token(1));
    assert!(log.ends_with("further output is dropped\nCommand exited with return code 0\n"));
    assert!(folders.raw_log(token(1)).len() < 100_300);
}

#[tokio::test]
async fn who_stops_waiting_ends_the_child() {
    let folders = Folders::new();
    let attempts = Attempts::new(&folders, Arc::new(InProcess::new(folders.live())));
    let (path, alive) = fifo(&folders, "dropped");
    let script = BashOperator::new(format!("exec 3>{path}; echo ready >&3; sleep 1000"));
    let run = attempts.bash(1, script.clone());
    let alive = tokio::select! {
        end = run => panic!("{end}"),
        alive = alive.ready() => alive,
    };
    alive.closed().await;
    assert_eq!(attempts.bash(1, script).await, "retry bash command failed: killed by SIGTERM");
}
