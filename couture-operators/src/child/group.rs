//! A process group, and ending it.

use std::future::pending;
use std::pin::Pin;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, test_kill_process_group, waitid};
use tokio::sync::watch;

use tokio::time::Sleep;

use super::proc::Process;

/// What shall become of a child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// It runs.
    Run,
    /// It shall end; its end is told as it is.
    End,
    /// It shall end, and count as lost for this reason.
    Lose(String),
}

/// Ends a process group: TERM, then KILL after a grace period.
#[derive(Debug)]
pub(super) struct GroupEnder {
    group: Pid,
    grace: Duration,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Running,
    Terminated(Pin<Box<Sleep>>),
    Killed,
}

impl GroupEnder {
    pub(super) fn new(group: Pid, grace: Duration) -> Self {
        Self { group, grace, stage: Stage::Running }
    }

    /// Waits for the next thing to do, and does it: TERM when `wish` says so, KILL when the grace period is over.
    /// Dropping the future loses nothing.
    pub(super) async fn step(&mut self, wish: &mut watch::Receiver<Wish>) {
        match &mut self.stage {
            Stage::Running => {
                // When nobody can wish any more, nobody waits for the child either.
                let _ = wish.wait_for(|wish| *wish != Wish::Run).await.map(|_| ());
                self.terminate();
            }
            Stage::Terminated(grace) => {
                grace.await;
                self.signal(Signal::KILL);
                self.stage = Stage::Killed;
            }
            Stage::Killed => pending().await,
        }
    }

    /// Sends TERM, unless that was done.
    pub(super) fn terminate(&mut self) {
        if matches!(self.stage, Stage::Running) {
            self.signal(Signal::TERM);
            // One that was stopped could not even end.
            self.signal(Signal::CONT);
            self.stage = Stage::Terminated(Box::pin(tokio::time::sleep(self.grace)));
        }
    }

    pub(super) fn is_killed(&self) -> bool {
        matches!(self.stage, Stage::Killed)
    }

    /// Whether a member of the group lives, after its leader was reaped.
    pub(super) fn is_alive(&self) -> bool {
        // Orphans of the group become children of a supervisor; nobody else waits for them.
        while let Ok(Some(_)) = waitid(WaitId::Pgid(Some(self.group)), WaitIdOptions::EXITED | WaitIdOptions::NOHANG) {}
        let number = self.group.as_raw_nonzero().get();
        // The first question is cheap, and mostly enough. But where nobody reaps orphans, as in a container without an init,
        // it counts them for ever.
        test_kill_process_group(self.group) != Err(rustix::io::Errno::SRCH)
            && Process::all().iter().any(|process| process.group == number && !process.zombie)
    }

    fn signal(&self, signal: Signal) {
        // An error tells that nobody is left, or that who is left has become another user's.
        let _ = kill_process_group(self.group, signal);
    }
}
