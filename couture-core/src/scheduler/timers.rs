//! What is to happen later, in one heap a clock.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use crate::ids::{AttemptToken, RunKey};
use crate::time::{Now, Timestamp};

/// What a timer is for. One that is out of date when it rings changes nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Timer {
    /// A task instance is to be tried again; the token is of its last attempt.
    Retry(AttemptToken),
    /// An attempt has run for too long.
    ExecutionTimeout(AttemptToken),
    /// A run has taken too long.
    RunTimeout(RunKey),
    /// A pool that was full because of others may have slots again.
    PoolContention,
}

/// Timers by wall clock (which survive a restart as times in the store) and by the monotonic clock (which no jump disturbs).
#[derive(Default, Debug)]
pub(super) struct Timers {
    wall: BinaryHeap<Reverse<(Timestamp, Timer)>>,
    mono: BinaryHeap<Reverse<(Duration, Timer)>>,
    /// How many are worth a look at which of them are still wanted.
    crowd: usize,
}

impl Timers {
    pub(super) fn at(&mut self, when: Timestamp, timer: Timer) {
        self.wall.push(Reverse((when, timer)));
    }

    pub(super) fn at_mono(&mut self, when: Duration, timer: Timer) {
        self.mono.push(Reverse((when, timer)));
    }

    /// A timer whose time has come.
    pub(super) fn pop_due(&mut self, now: Now) -> Option<Timer> {
        if self.mono.peek().is_some_and(|Reverse((when, _))| *when <= now.mono) {
            return self.mono.pop().map(|Reverse((_, timer))| timer);
        }
        if self.wall.peek().is_some_and(|Reverse((when, _))| *when <= now.wall) {
            return self.wall.pop().map(|Reverse((_, timer))| timer);
        }
        None
    }

    /// How long nothing is due, if the wall clock does not jump.
    pub(super) fn next(&self, now: Now) -> Option<Duration> {
        let wall = self.wall.peek().map(|Reverse((when, _))| when.since(now.wall));
        let mono = self.mono.peek().map(|Reverse((when, _))| when.saturating_sub(now.mono));
        wall.into_iter().chain(mono).min()
    }

    /// Drops timers that are out of date, once there are many.
    pub(super) fn tidy(&mut self, is_wanted: impl Fn(&Timer) -> bool) {
        if self.len() > self.crowd.max(10_000) {
            self.wall.retain(|Reverse((_, timer))| is_wanted(timer));
            self.mono.retain(|Reverse((_, timer))| is_wanted(timer));
            self.crowd = 2 * self.len();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.wall.len() + self.mono.len()
    }
}
