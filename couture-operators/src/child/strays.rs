//! Children of this process that nobody started: what other processes left behind when they ended.

use std::collections::HashMap;
use std::time::Duration;

use rustix::process::{Pid, WaitId, WaitIdOptions, getpid, waitid};

use super::proc::Process;

/// Those that have exited and were left alone so far, by number and start, and how often they were seen.
#[derive(Debug, Default)]
pub(super) struct Strays(HashMap<(i32, u64), u32>);

impl Strays {
    /// From one look to the next.
    pub(super) const PAUSE: Duration = Duration::from_secs(2);

    /// One seen so often was not forked for anybody: longer than a fork can take.
    const MAX_SEEN: u32 = 30;

    /// Waits for those that have exited and are not `known`. Where a fork goes on, they may become known yet.
    pub(super) fn reap(&mut self, forking: bool, known: impl Fn(Pid) -> bool) {
        // The first question is cheap, and mostly enough.
        let any = waitid(WaitId::All, WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT);
        if !matches!(any, Ok(Some(_))) {
            return self.0.clear();
        }
        let own = getpid().as_raw_nonzero().get();
        let before = std::mem::take(&mut self.0);
        for process in Process::all().into_iter().filter(|process| process.zombie && process.parent == own) {
            let Some(pid) = Pid::from_raw(process.pid).filter(|pid| !known(*pid)) else { continue };
            let name = (process.pid, process.started);
            let seen = before.get(&name).map_or(1, |seen| seen + 1);
            if forking && seen < Self::MAX_SEEN {
                self.0.insert(name, seen);
            } else {
                let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOHANG);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_knows_is_waited_for() {
        let started = || std::process::Command::new("true").spawn().unwrap();
        let (mut ours, stray) = (started(), started());
        let pid = Pid::from_child(&stray);
        // Other tests have children, too.
        let known = |other| other != pid;
        let mut strays = Strays::default();
        let gone = || Process::read(pid.as_raw_nonzero().get()).is_none();
        // Each look that finds it exited counts.
        while strays.0.values().next().is_none_or(|seen| *seen < 2) {
            strays.reap(true, known);
            assert!(!gone());
        }
        strays.reap(false, known);
        assert!(gone());
        assert!(ours.wait().unwrap().success());
    }
}
