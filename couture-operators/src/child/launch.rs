//! Starts a child.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use couture_core::{AttemptToken, ProcessCommand};
use rustix::process::{Pid, Signal, getpid, kill_process_group};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::unix::AsyncFd;
use tokio::net::UnixStream;
use tokio::net::unix::pipe::Receiver;

use super::equipment::Equipment;
use super::leftovers::ATTEMPT_VARIABLE;
use super::warm::{Flight, WarmParents};
use crate::frames::{MAX_FRAME_BYTES, frame};
use crate::sys;

/// A child to start.
#[derive(Clone, Debug)]
pub(crate) struct ChildSpec {
    /// The attempt that it is for.
    pub(crate) token: AttemptToken,
    /// What to run, with the whole environment of the child in `env`.
    pub(crate) command: ProcessCommand,
    /// The folder of all live logs.
    pub(crate) live_dir: PathBuf,
    /// Where the log is cut.
    pub(crate) max_log_bytes: u64,
    /// Where temporary working directories are made.
    pub(crate) temp_root: PathBuf,
}

/// A child that runs.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) pid: Pid,
    /// Readable when the child has exited.
    pub(super) exit: AsyncFd<OwnedFd>,
    /// Its output and errors, in order.
    pub(super) pipe: Receiver,
    /// Its working directory, where it is to be removed.
    pub(super) temp: Option<TempDir>,
    /// Its conversation, where it has one.
    pub(super) talk: Option<UnixStream>,
    /// Keeps a forked child from being taken for a stray until its group is known.
    pub(super) flight: Option<Flight>,
}

impl ChildSpec {
    /// The first frame of its conversation, if it has one.
    pub(super) fn greeting(&self) -> io::Result<Option<Vec<u8>>> {
        let greeting = self.command.greeting.as_ref();
        greeting.map(|greeting| frame(&json!({ "greeting": greeting }), MAX_FRAME_BYTES)).transpose()
    }

    /// Starts the child: stdin from nowhere, stdout and stderr into one pipe.
    pub(super) fn start(&self) -> io::Result<Started> {
        let equipment = Equipment::new(self)?;
        let cwd = equipment.cwd(self);
        let Equipment { temp, pipe, output, talk } = equipment;
        let (talk, theirs) = talk.unzip();
        let mut command = Command::new(&self.command.program);
        command
            .args(&self.command.args)
            .env_clear()
            .envs(&self.command.env)
            .env(ATTEMPT_VARIABLE, self.token.to_string())
            .stdin(Stdio::null())
            .stdout(File::from(output.try_clone()?))
            .stderr(File::from(output));
        if let Some(cwd) = cwd {
            command.current_dir(cwd);
        }
        let pid = sys::spawn_in_own_session(&mut command, theirs.as_ref().map(AsFd::as_fd))?;
        match sys::watch_exit(pid) {
            Ok(exit) => Ok(Started { pid, exit, pipe, temp, talk, flight: None }),
            Err(error) => {
                // A child that cannot be watched must not run.
                let _ = kill_process_group(pid, Signal::KILL);
                let _ = sys::reap(pid);
                Err(error)
            }
        }
    }

    /// Has the child forked from its warm parent; `None` where it has none that is able to, and nothing of the child runs.
    pub(super) async fn fork(&self, parents: &WarmParents) -> io::Result<Option<Started>> {
        // Only a greeting tells a forked child that it is wanted.
        let (Some(warm), Some(_)) = (&self.command.warm, &self.command.greeting) else { return Ok(None) };
        let Some(parent) = parents.ready(warm, &self.command).await else { return Ok(None) };
        let equipment = Equipment::new(self)?;
        let cwd = equipment.cwd(self);
        let Equipment { temp, pipe, output, talk } = equipment;
        let (Some((talk, theirs)), Some(cwd)) = (talk, cwd.as_deref().and_then(|cwd| cwd.to_str())) else {
            return Ok(None);
        };
        let supervisor = getpid().as_raw_nonzero();
        let attempt = self.token.to_string();
        let mut env = self.command.env.clone();
        env.insert(ATTEMPT_VARIABLE.to_owned(), attempt.clone());
        let request = json!({"fork": {"env": env, "cwd": cwd, "supervisor": supervisor, "attempt": attempt}});
        let request = frame(&request, MAX_FRAME_BYTES)?;
        let Some(forked) = parent.fork(request, [output, theirs]).await else { return Ok(None) };
        // Where it cannot be watched it is not greeted, and ends.
        let exit = sys::watch_exit(forked.pid)?;
        Ok(Some(Started { pid: forked.pid, exit, pipe, temp, talk: Some(talk), flight: Some(forked.flight) }))
    }
}
