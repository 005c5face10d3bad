//! Starts a child.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use couture_core::{AttemptToken, ProcessCommand};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;
use tokio::io::unix::AsyncFd;
use tokio::net::unix::pipe::Receiver;

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
}

impl ChildSpec {
    /// Starts the child: stdin from nowhere, stdout and stderr into one pipe.
    pub(super) fn start(&self) -> io::Result<Started> {
        let temp = match &self.command.cwd {
            Some(cwd) if !cwd.is_dir() => {
                return Err(io::Error::new(
                    io::ErrorKind::NotADirectory,
                    format!("its working directory {} does not exist", cwd.display()),
                ));
            }
            Some(_) => None,
            None => Some(temp_dir(&self.temp_root)?),
        };
        let (output, input) = pipe_with(PipeFlags::CLOEXEC)?;
        let pipe = Receiver::from_owned_fd(output)?;
        let mut command = Command::new(&self.command.program);
        command
            .args(&self.command.args)
            .env_clear()
            .envs(&self.command.env)
            .stdin(Stdio::null())
            .stdout(File::from(input.try_clone()?))
            .stderr(File::from(input));
        if let Some(cwd) = temp.as_ref().map(TempDir::path).or(self.command.cwd.as_deref()) {
            command.current_dir(cwd);
        }
        sys::own_session_that_dies_with_us(&mut command);
        let pid = Pid::from_child(&command.spawn()?);
        match sys::watch_exit(pid) {
            Ok(exit) => Ok(Started { pid, exit, pipe, temp }),
            Err(error) => {
                // A child that cannot be watched must not run.
                let _ = kill_process_group(pid, Signal::KILL);
                let _ = sys::reap(pid);
                Err(error)
            }
        }
    }
}

fn temp_dir(root: &Path) -> io::Result<TempDir> {
    let build = || tempfile::Builder::new().prefix("couture-").tempdir_in(root);
    match build() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            std::fs::create_dir_all(root)?;
            build()
        }
        other => other,
    }
}
