//! What is to happen later.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use crate::ids::{AttemptToken, DagId, RunKey};
use crate::time::{Now, Timestamp};

/// What a timer is for. One that is out of date when it rings changes nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Timer {
    /// A task instance is to be tried again; the token is of its last attempt.
    Retry(AttemptToken),
    /// An attempt has run for too long.
    ExecutionTimeout(AttemptToken),
    /// A deferred attempt's operator is to be run again.
    Wake(AttemptToken),
    /// A run has taken too long.
    RunTimeout(RunKey),
    /// There is more to do than fitted into one step.
    Rest,
    /// A pool that was full because of others may have slots again.
    PoolContention,
}

/// What happens at a moment of wall-clock time. One that is out of date when it rings changes nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum WallTimer {
    /// The next run of a DAG may be due.
    Schedule(DagId),
    /// Tasks of a run may have missed their SLA.
    Sla(RunKey),
    /// A run may begin.
    Begin(RunKey),
}

/// How long a jump of the wall clock may stay unseen.
const GLANCE: Duration = Duration::from_secs(10);

/// Timers by the monotonic clock, which no jump of the wall clock disturbs. Times kept in the store are turned into what is left of
/// them when a shard is taken over.
#[derive(Default, Debug)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(Duration, Timer)>>,
    /// Those that mean a date, and so follow the wall clock wherever it jumps.
    wall: BinaryHeap<Reverse<(Timestamp, WallTimer)>>,
    /// How many are worth a look at which of them are still wanted.
    crowd: usize,
    crowd_wall: usize,
}

impl Timers {
    /// Rings `after` from now; returns when that is.
    pub(super) fn set(&mut self, now: Now, after: Duration, timer: Timer) -> Duration {
        let when = now.mono + after;
        self.heap.push(Reverse((when, timer)));
        when
    }

    /// Rings `after` from now or a little earlier, so that many timers ring together and cost one step: at most a second earlier, and
    /// never by more than a thirtieth. A wait that is repeated keeps its length, as it begins and ends on the same grid.
    pub(super) fn set_about(&mut self, now: Now, after: Duration, timer: Timer) -> Duration {
        let grid = match after {
            after if after >= Duration::from_secs(30) => Duration::from_secs(1),
            after if after >= Duration::from_secs(3) => Duration::from_millis(100),
            _ => return self.set(now, after, timer),
        };
        let late = Duration::from_nanos(((now.mono + after).as_nanos() % grid.as_nanos()) as u64);
        self.set(now, after - late, timer)
    }

    /// A timer whose time has come.
    pub(super) fn pop_due(&mut self, now: Now) -> Option<Timer> {
        let is_due = self.heap.peek().is_some_and(|Reverse((when, _))| *when <= now.mono);
        if is_due { self.heap.pop().map(|Reverse((_, timer))| timer) } else { None }
    }

    /// Rings at `when`.
    pub(super) fn set_wall(&mut self, when: Timestamp, timer: WallTimer) {
        self.wall.push(Reverse((when, timer)));
    }

    /// A timer whose date has come.
    pub(super) fn pop_wall_due(&mut self, now: Now) -> Option<WallTimer> {
        let is_due = self.wall.peek().is_some_and(|Reverse((when, _))| *when <= now.wall);
        if is_due { self.wall.pop().map(|Reverse((_, timer))| timer) } else { None }
    }

    /// How long nothing is due.
    pub(super) fn next(&self, now: Now) -> Option<Duration> {
        let next = self.heap.peek().map(|Reverse((when, _))| when.saturating_sub(now.mono));
        let next_wall = self.wall.peek().map(|Reverse((when, _))| when.since(now.wall).min(GLANCE));
        next.into_iter().chain(next_wall).min()
    }

    /// Drops timers that are out of date, once there are many.
    pub(super) fn tidy(&mut self, is_wanted: impl Fn(&Timer) -> bool) {
        if self.heap.len() > self.crowd.max(10_000) {
            self.heap.retain(|Reverse((_, timer))| is_wanted(timer));
            self.crowd = 2 * self.heap.len();
        }
    }

    /// As [`tidy`](Self::tidy), of those that mean a date.
    pub(super) fn tidy_wall(&mut self, is_wanted: impl Fn(&WallTimer) -> bool) {
        if self.wall.len() > self.crowd_wall.max(10_000) {
            self.wall.retain(|Reverse((_, timer))| is_wanted(timer));
            self.crowd_wall = 2 * self.wall.len();
        }
    }
}

/// What is left of `whole` until `when`; no more than all of it, wherever the wall clock has jumped to.
pub(super) fn left(when: Timestamp, whole: Duration, now: Now) -> Duration {
    when.since(now.wall).min(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ShardId;

    #[test]
    fn long_waits_ring_together_and_keep_their_length() {
        let check = |mono_ms: u64, after_ms: u64, expected_ms: u64| {
            let now = Now { wall: Timestamp::from_micros(0), mono: Duration::from_millis(mono_ms) };
            let timer = Timer::RunTimeout(RunKey::new(ShardId(0), 1));
            let when = Timers::default().set_about(now, Duration::from_millis(after_ms), timer);
            assert_eq!(when, Duration::from_millis(expected_ms), "{mono_ms} {after_ms}");
            assert!(when > now.mono || after_ms == 0);
        };
        check(1_234, 60_000, 61_000);
        check(61_000, 60_000, 121_000);
        check(1_234, 30_000, 31_000);
        check(1_234, 5_000, 6_200);
        check(1_234, 2_999, 4_233);
        check(1_234, 0, 1_234);
    }
}
