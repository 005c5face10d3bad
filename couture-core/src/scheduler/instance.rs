//! A task instance in memory.

use super::waiting::Await;
use super::wish::Wish;
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
    /// Somebody wants something else of the instance, which comes next.
    Wished(Wish),
}

/// One task of one run, or one instance of a mapped task. Small: a run may have millions.
#[derive(Clone, Debug, Default)]
pub(super) struct TaskInstance {
    /// `None` until something happens to it.
    pub(super) state: Option<TaskState>,
    /// Whether it waits for slots in its pool's queue.
    pub(super) ready: bool,
    /// Whether its live attempt runs in the own executor.
    pub(super) is_here: bool,
    /// Whether its operator is run while it is deferred.
    pub(super) is_poked: bool,
    /// Whether it is run whatever its upstream tasks came to, once it begins.
    pub(super) is_alone: bool,
    /// Set while its live attempt is being ended; of a mapped task, while those of its instances are.
    pub(super) killing: Option<KillReason>,
    /// The try of the last attempt; 0 before the first.
    pub(super) try_number: u32,
    /// The launch of the last attempt in its try.
    pub(super) launch: u32,
    /// How many attempts of this try were lost. Above 0, the next attempt is of the same try.
    pub(super) lost: u32,
    /// How many tries were made before it was cleared last: retries count from there.
    pub(super) tries_before: u32,
    /// How often its operator was run again in this try after it had deferred itself.
    pub(super) pokes: u32,
    /// What its upstream tasks came to. Of a mapped task, only the instance that stands for all has counts.
    pub(super) counts: UpstreamCounts,
    /// What it waits for while it is deferred.
    pub(super) awaits: Option<Box<Await>>,
    /// Who has, or had, the last attempt.
    pub(super) worker: Option<WorkerId>,
    /// When the last attempt was recorded for launch.
    pub(super) queued_at: Option<Timestamp>,
    /// When its operator began.
    pub(super) started_at: Option<Timestamp>,
    /// When the last attempt that ended did so.
    pub(super) ended_at: Option<Timestamp>,
}

impl TaskInstance {
    /// Whether an attempt holds slots.
    pub(super) fn is_live(&self) -> bool {
        self.state.is_some_and(TaskState::is_live)
    }

    /// Whether it waits without holding anything.
    pub(super) fn is_deferred(&self) -> bool {
        self.state == Some(TaskState::Deferred)
    }

    /// Whether nothing more happens to it.
    pub(super) fn is_finished(&self) -> bool {
        self.state.is_some_and(TaskState::is_finished)
    }

    /// Whether its trigger rule decides what becomes of it.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, None | Some(TaskState::Cleared)) && !self.ready
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
