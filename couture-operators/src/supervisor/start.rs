//! Starts a supervisor process.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Pid;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;

use super::process::{LOCK_PATIENCE, READY};
use crate::in_process::is_withheld;
use crate::sys;

/// So long a start may take beyond the wait for a supervisor that is ending.
const PATIENCE: Duration = LOCK_PATIENCE.saturating_add(Duration::from_secs(10));

/// Starts `program` with `args` as the supervisor of `dir`, and waits until it listens.
pub(super) async fn start(dir: &Path, program: &PathBuf, args: &[OsString]) -> io::Result<()> {
    super::socket::make_private(dir)?;
    let log_path = dir.join("supervisor.log");
    let log = OpenOptions::new().create(true).append(true).open(&log_path)?;
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_withheld) {
            command.env_remove(name);
        }
    }
    sys::with_own_file_limit(&mut command);
    let mut child =
        command.spawn().map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", program.display())))?;
    let pid = Pid::from_child(&child);
    let exit = sys::watch_exit(pid)?;
    tokio::spawn(async move {
        // It outlives this process as a rule; where it does not, it must not stay as a zombie.
        if exit.readable().await.is_ok() {
            let _ = sys::reap(pid);
        }
    });
    let Some(stdout) = child.stdout.take() else { unreachable!("it was asked for") };
    let mut stdout = Receiver::from_owned_fd(stdout.into())?;
    let mut said = vec![0; READY.len()];
    match tokio::time::timeout(PATIENCE, stdout.read_exact(&mut said)).await {
        Ok(Ok(_)) if said == READY.as_bytes() => Ok(()),
        Err(_) => Err(io::Error::other("it was started and does not listen")),
        _ => Err(io::Error::other(format!("it ended at once; see {}", log_path.display()))),
    }
}
