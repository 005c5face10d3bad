//! What a child gets besides its program: a working directory, a log, a conversation.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdStream;
use std::path::{Path, PathBuf};

use rustix::pipe::{PipeFlags, pipe_with};
use tempfile::TempDir;
use tokio::net::UnixStream;
use tokio::net::unix::pipe::Receiver;

use super::launch::ChildSpec;

/// The ends of it that stay here, and those that the child gets.
#[derive(Debug)]
pub(super) struct Equipment {
    /// The working directory, where it is to be removed.
    pub(super) temp: Option<TempDir>,
    /// What comes out of the log's pipe.
    pub(super) pipe: Receiver,
    /// The child's end of the same.
    pub(super) output: OwnedFd,
    /// The conversation, where there is one: our end, and the child's.
    pub(super) talk: Option<(UnixStream, OwnedFd)>,
}

impl Equipment {
    pub(super) fn new(spec: &ChildSpec) -> io::Result<Self> {
        let temp = match &spec.command.cwd {
            Some(cwd) if !cwd.is_dir() => {
                return Err(io::Error::new(
                    io::ErrorKind::NotADirectory,
                    format!("its working directory {} does not exist", cwd.display()),
                ));
            }
            Some(_) => None,
            None => Some(temp_dir(&spec.temp_root)?),
        };
        let (pipe, output) = pipe_with(PipeFlags::CLOEXEC)?;
        let talk = match spec.command.greeting {
            Some(_) => Some(pair()?),
            None => None,
        };
        Ok(Self { temp, pipe: Receiver::from_owned_fd(pipe)?, output, talk })
    }

    /// Where the child works.
    pub(super) fn cwd(&self, spec: &ChildSpec) -> Option<PathBuf> {
        self.temp.as_ref().map(|temp| temp.path().to_owned()).or_else(|| spec.command.cwd.clone())
    }
}

/// Our end of a connection, and the end that another process gets.
pub(super) fn pair() -> io::Result<(UnixStream, OwnedFd)> {
    let (ours, theirs) = StdStream::pair()?;
    ours.set_nonblocking(true)?;
    Ok((UnixStream::from_std(ours)?, theirs.into()))
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
