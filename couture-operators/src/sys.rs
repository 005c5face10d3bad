//! What the system offers and no safe library does: the hook between fork and exec, and an exit with its resource usage.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus};
use std::sync::OnceLock;

use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::{
    Pid, PidfdFlags, Resource, Rlimit, Signal, getpid, getppid, getrlimit, pidfd_open, set_parent_process_death_signal,
    setrlimit, setsid,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// The limit of open files that this process was started with, where it raised its own.
static FILE_LIMIT: OnceLock<Rlimit> = OnceLock::new();

/// Allows this process as many open files as the system lets it have. Its children get what it was started with.
pub fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // A process that may not keeps what it has.
    if setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).is_ok() {
        FILE_LIMIT.get_or_init(|| limit);
    }
}

/// Gives the child the limit of open files that this process was started with.
pub(crate) fn with_own_file_limit(command: &mut Command) {
    let Some(limit) = FILE_LIMIT.get().copied() else { return };
    let hook = move || Ok(setrlimit(Resource::Nofile, limit)?);
    // SAFETY: between fork and exec the hook makes one system call; it allocates nothing and takes no lock.
    unsafe { command.pre_exec(hook) };
}

/// The descriptor as which a child inherits what it talks over.
pub(crate) const TALK_FD: i32 = 3;

/// Starts the child as the leader of a session and process group of its own, which ends by KILL when the thread that starts it ends.
/// It inherits `talk` as descriptor 3, if there is one. Who calls waits for its end.
pub(crate) fn spawn_in_own_session(command: &mut Command, talk: Option<BorrowedFd<'_>>) -> io::Result<Pid> {
    // Something of ours is open under this number: otherwise std's own pipe to the child could be, and be lost there.
    let _taken = talk.map(|talk| fcntl_dupfd_cloexec(talk, TALK_FD)).transpose()?;
    let parent = getpid();
    let file_limit = FILE_LIMIT.get().copied();
    let talk = talk.map(|talk| talk.as_raw_fd());
    let hook = move || {
        setsid()?;
        if let Some(talk) = talk {
            as_talk_fd(talk)?;
        }
        if let Some(limit) = file_limit {
            setrlimit(Resource::Nofile, limit)?;
        }
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // It may have ended before the line above.
        if getppid() != Some(parent) {
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        Ok(())
    };
    // SAFETY: between fork and exec the hook makes six system calls at most; it allocates nothing and takes no lock.
    unsafe { command.pre_exec(hook) };
    Ok(Pid::from_child(&command.spawn()?))
}

/// Makes `talk` descriptor 3 of this process, which a program that it becomes keeps.
fn as_talk_fd(talk: i32) -> io::Result<()> {
    // SAFETY: the numbers of descriptors, which the kernel checks; called where nobody else owns descriptor 3, between fork and exec.
    let result =
        unsafe { if talk == TALK_FD { libc::fcntl(talk, libc::F_SETFD, 0) } else { libc::dup2(talk, TALK_FD) } };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// A handle that becomes readable when this child of ours has exited.
pub(crate) fn watch_exit(pid: Pid) -> io::Result<AsyncFd<OwnedFd>> {
    let exit = pidfd_open(pid, PidfdFlags::NONBLOCK)?;
    // SAFETY: an owned descriptor stays open, and the same, as long as its owner has it.
    unsafe { AsyncFd::register_with_interest(exit, Interest::READABLE) }.map_err(io::Error::from)
}

/// Waits for the end of a child of this process, and tells how it ended and its largest resident set in bytes.
pub(crate) fn reap(pid: Pid) -> io::Result<(ExitStatus, u64)> {
    let mut status = 0;
    // SAFETY: all zeros is a value of this plain C struct.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: both pointers are to live, writable values of the right types.
        if unsafe { libc::wait4(pid.as_raw_nonzero().get(), &raw mut status, 0, &raw mut usage) } >= 0 {
            // Linux counts in KiB.
            return Ok((ExitStatus::from_raw(status), u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}
