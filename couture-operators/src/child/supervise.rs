//! One child, from its start to the end of its whole group.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use couture_core::{ProcessEnd, ProcessError};
use rustix::process::Pid;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::watch;

use super::conversation::Conversation;
use super::group::{GroupEnder, Wish};
use super::launch::{ChildSpec, Started};
use super::leftovers::end_leftovers;
use super::line::{LineEnd, Saying};
use super::text::{command_line, signal_name};
use super::warm::WarmParents;
use crate::full_disk::is_shortage;
use crate::log::{Appender, OutputLog, Scratch};
use crate::sys;

/// What is told of a child when it is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChildEnd {
    /// It ran.
    Ended(ProcessEnd),
    /// It could not be started, for this reason.
    NotStarted(String),
    /// It was ended for a reason that is not the attempt's.
    Lost(String),
}

impl ChildEnd {
    /// As [`couture_core::Processes::run`] tells it, where `program` was to run.
    pub(crate) fn into_result(self, program: String) -> Result<ProcessEnd, ProcessError> {
        match self {
            Self::Ended(end) => Ok(end),
            Self::NotStarted(reason) => Err(ProcessError::Start { program, reason }),
            Self::Lost(reason) => Err(ProcessError::Lost(reason)),
        }
    }
}

/// Space to work in, shared by all children of a thread.
#[derive(Debug)]
pub(crate) struct Workspace {
    read: Box<[u8]>,
    scratch: Scratch,
}

impl Default for Workspace {
    fn default() -> Self {
        Self { read: vec![0; 64 * 1024].into(), scratch: Scratch::default() }
    }
}

/// So much a pipe may hold; more is read after a child's end only while something of its group lives.
const MAX_PIPE_BYTES: usize = 1 << 20;

/// So long a killed group is waited for.
const KILLED_PATIENCE: Duration = Duration::from_secs(5);

/// From one try to the next while the disk is full or no file can be opened.
const SHORTAGE_PAUSE: Duration = Duration::from_millis(200);

/// What all children of a thread share.
#[derive(Debug, Default)]
pub(super) struct Household {
    pub(super) workspace: RefCell<Workspace>,
    /// The groups of the children, and of what else is a process of ours.
    pub(super) groups: RefCell<HashSet<Pid>>,
    /// Where children may be forked from, if they may: then this process is a subreaper.
    pub(super) parents: Option<WarmParents>,
}

/// Runs a child to its end, and to the end of its group. `started` is told its process id once it runs.
pub(super) async fn supervise(
    spec: &ChildSpec,
    mut wish: watch::Receiver<Wish>,
    LineEnd { asks, mut says }: LineEnd,
    household: &Household,
    started: impl FnOnce(Pid),
) -> ChildEnd {
    let workspace = &household.workspace;
    let appender = Appender::new(spec.live_dir.join(spec.token.to_string()));
    let log = OutputLog::new(appender, &spec.command.secrets, spec.max_log_bytes);
    let mut output = Output { log, workspace, open: true };
    output.log.note(&format!("Running command: {}", command_line(&spec.command)));
    let (Started { pid, exit, pipe, temp, talk, flight }, greeting) = match start(spec, &mut wish, household).await {
        Ok(running) => running,
        Err(error) => {
            output.log.note(&format!("Failed to start {}: {error}", spec.command.program));
            output.written(&mut wish).await;
            return lost(&wish).unwrap_or_else(|| ChildEnd::NotStarted(error.to_string()));
        }
    };
    started(pid);
    drop(flight);
    let mut conversation = Conversation::new(talk, asks, greeting);
    let mut ender = GroupEnder::new(pid, spec.command.kill_grace);
    loop {
        tokio::select! {
            biased;
            _ = exit.readable() => break,
            () = ender.step(&mut wish) => {}
            Some(Saying { frame, secrets }) = says.recv() => {
                output.log.add_secrets(&secrets);
                output.note_failure(conversation.say(&frame));
            }
            // Neither may keep the other waiting.
            result = async { tokio::select! {
                () = output.pump(&pipe), if output.open => Ok(()),
                result = conversation.step() => result,
            } } => output.note_failure(result),
        }
    }
    drop(exit);
    // Not reaped before: so long, its number could not become another's.
    let reaped = sys::reap(pid);
    output.drain(&pipe, &mut wish).await;
    output.note_failure(conversation.drain());
    end_of_group(&mut ender, &mut output, &pipe, &mut wish).await;
    end_of_leftovers(spec, household, &mut output, &pipe, &mut wish).await;
    let end = match reaped {
        Ok((status, peak_rss_bytes)) => {
            let (said, unheard) = conversation.into_last();
            // Such a process tells a failure in words of its own, and exits with 0.
            let has_failed = said.as_ref().is_some_and(|said| said["state"] == "failed");
            if !(has_failed && status.success()) {
                output.log.note(&footer(status));
            }
            output.written(&mut wish).await;
            lost(&wish).unwrap_or_else(|| {
                ChildEnd::Ended(ProcessEnd {
                    code: status.code(),
                    signal: status.signal(),
                    last_line: output.log.into_last_line(),
                    peak_rss_bytes: Some(peak_rss_bytes),
                    said,
                    unheard,
                })
            })
        }
        Err(error) => ChildEnd::Lost(format!("its exit status was taken by someone else: {error}")),
    };
    remove_temp(temp).await;
    end
}

/// What is told where the child counts as lost.
fn lost(wish: &watch::Receiver<Wish>) -> Option<ChildEnd> {
    match &*wish.borrow() {
        Wish::Lose(reason) => Some(ChildEnd::Lost(reason.clone())),
        Wish::Run | Wish::End => None,
    }
}

/// Starts the child, which is to be told the first frame of its conversation; a full disk, or too many open files, is waited for as
/// long as the child is wanted.
async fn start(
    spec: &ChildSpec,
    wish: &mut watch::Receiver<Wish>,
    household: &Household,
) -> io::Result<(Started, Option<Vec<u8>>)> {
    let greeting = spec.greeting()?;
    loop {
        match start_once(spec, wish, household).await {
            Err(error) if is_shortage(&error) && pause_while_wanted(wish).await => {}
            other => return Ok((other?, greeting)),
        }
    }
}

async fn start_once(spec: &ChildSpec, wish: &mut watch::Receiver<Wish>, household: &Household) -> io::Result<Started> {
    if let Some(parents) = &household.parents {
        let forked = tokio::select! {
            biased;
            _ = wish.wait_for(|wish| *wish != Wish::Run) => return Err(io::Error::other("it was told to end before that")),
            forked = spec.fork(parents) => forked?,
        };
        if let Some(started) = forked {
            return Ok(started);
        }
    }
    spec.start()
}

/// Waits a moment; false, and at once, where the child shall end.
async fn pause_while_wanted(wish: &mut watch::Receiver<Wish>) -> bool {
    tokio::select! {
        biased;
        _ = wish.wait_for(|wish| *wish != Wish::Run) => false,
        () = tokio::time::sleep(SHORTAGE_PAUSE) => true,
    }
}

/// Ends what the child has left of its group, and reads on until nothing is left.
async fn end_of_group(
    ender: &mut GroupEnder,
    output: &mut Output<'_>,
    pipe: &Receiver,
    wish: &mut watch::Receiver<Wish>,
) {
    let mut pause = Duration::from_millis(1);
    let mut waited_since_kill = Duration::ZERO;
    while ender.is_alive() {
        ender.terminate();
        if waited_since_kill > KILLED_PATIENCE {
            output.log.note("Processes of the command's group live on after KILL");
            break;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {
                if ender.is_killed() {
                    waited_since_kill += pause;
                }
                pause = (pause * 2).min(Duration::from_millis(100));
            }
            () = ender.step(wish) => {}
            () = output.pump(pipe), if output.open => {}
        }
    }
    output.drain(pipe, wish).await;
}

/// Ends what the child has left outside of its group, where that can be found, and its log.
async fn end_of_leftovers(
    spec: &ChildSpec,
    household: &Household,
    output: &mut Output<'_>,
    pipe: &Receiver,
    wish: &mut watch::Receiver<Wish>,
) {
    let left = match household.parents {
        Some(_) => end_leftovers(&spec.token.to_string(), &household.groups).await,
        None => 0,
    };
    output.drain(pipe, wish).await;
    output.end();
    if left > 0 {
        output.log.note(&format!("Killed what the command left running in other sessions: {left} process(es)"));
    }
}

fn footer(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("Command exited with return code {code}"),
        None => format!("Command was ended by {}", signal_name(status.signal().unwrap_or(0))),
    }
}

/// The end is told after this, so that who hears of it finds the folder gone.
async fn remove_temp(temp: Option<TempDir>) {
    let Some(temp) = temp else { return };
    // The usual one is empty; a big one must not hold up the other children.
    let path = temp.keep();
    if std::fs::remove_dir(&path).is_err() {
        // What cannot be removed stays; the next supervisor tries again.
        let _ = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(path)).await;
    }
}

struct Output<'w> {
    log: OutputLog,
    workspace: &'w RefCell<Workspace>,
    /// Whether more may come.
    open: bool,
}

impl Output<'_> {
    /// Waits for output and takes a piece of it. Dropping the future loses nothing.
    async fn pump(&mut self, pipe: &Receiver) {
        if self.log.is_held_up() {
            // The pipe fills meanwhile, and the child waits for it.
            tokio::time::sleep(SHORTAGE_PAUSE).await;
            return self.log.retry();
        }
        match pipe.readable().await {
            // Where there is nothing after all, the next wait is a real one.
            Ok(()) => _ = self.take(|buffer| pipe.try_read(buffer)),
            Err(_) => self.open = false,
        }
    }

    /// Takes what is there now, be it that the runtime has not heard of it yet.
    async fn drain(&mut self, pipe: &Receiver, wish: &mut watch::Receiver<Wish>) {
        let mut total = 0;
        while self.open && total < MAX_PIPE_BYTES {
            self.written(wish).await;
            match self.take(|buffer| Ok(rustix::io::read(pipe, buffer)?)) {
                0 => break,
                length => total += length,
            }
        }
    }

    /// Waits until the disk takes what was read; where the child shall end, what it does not take is given up.
    async fn written(&mut self, wish: &mut watch::Receiver<Wish>) {
        while self.log.is_held_up() {
            if pause_while_wanted(wish).await {
                self.log.retry();
            } else {
                self.log.give_up();
            }
        }
    }

    fn take(&mut self, read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> usize {
        let workspace = &mut *self.workspace.borrow_mut();
        match read(&mut workspace.read) {
            Ok(0) => self.open = false,
            Ok(length) => {
                self.log.push(&workspace.read[..length], &mut workspace.scratch);
                return length;
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(_) => self.open = false,
        }
        0
    }

    fn note_failure(&mut self, result: Result<(), String>) {
        if let Err(note) = result {
            self.log.note(&note);
        }
    }

    fn end(&mut self) {
        self.log.end(&mut self.workspace.borrow_mut().scratch);
    }
}
