//! A task instance in memory.

use crate::ids::WorkerId;
use crate::state::TaskState;
use crate::time::Timestamp;
use crate::trigger_rule::UpstreamCounts;

/// Why an attempt was told to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum KillReason {
    /// Its `execution_timeout` has passed.
    TimedOut,
    /// Its run was ended.
    RunEnded,
}

/// One task of one run. Small: a run may have millions.
#[derive(Clone, Debug, Default)]
pub(super) struct TaskInstance {
    /// `None` until something happens to it.
    pub(super) state: Option<TaskState>,
    /// Whether it waits for slots in its pool's queue.
    pub(super) ready: bool,
    /// Whether its live attempt runs in the own executor.
    pub(super) is_here: bool,
    /// Set while its live attempt is being ended.
    pub(super) killing: Option<KillReason>,
    /// The try of the last attempt; 0 before the first.
    pub(super) try_number: u32,
    /// The launch of the last attempt in its try.
    pub(super) launch: u32,
    /// How many attempts of this try were lost. Above 0, the next attempt is of the same try.
    pub(super) lost: u32,
    /// What its upstream tasks came to.
    pub(super) counts: UpstreamCounts,
    /// Who has, or had, the last attempt.
    pub(super) worker: Option<WorkerId>,
    /// When the last attempt was recorded for launch.
    pub(super) queued_at: Option<Timestamp>,
    /// When its operator began.
    pub(super) started_at: Option<Timestamp>,
}

impl TaskInstance {
    /// Whether an attempt holds slots.
    pub(super) fn is_live(&self) -> bool {
        self.state.is_some_and(TaskState::is_live)
    }

    /// Whether nothing more happens to it.
    pub(super) fn is_finished(&self) -> bool {
        self.state.is_some_and(TaskState::is_finished)
    }

    /// Counts the next attempt: another launch of a try that was lost, or the first of the next try.
    pub(super) fn count_attempt(&mut self) {
        if self.lost > 0 {
            self.launch += 1;
        } else {
            self.try_number += 1;
            self.launch = 1;
        }
    }

    /// Undoes [`count_attempt`](Self::count_attempt).
    pub(super) fn uncount_attempt(&mut self) {
        if self.lost > 0 {
            self.launch -= 1;
        } else {
            self.try_number -= 1;
            self.launch = u32::from(self.try_number > 0);
        }
    }
}
