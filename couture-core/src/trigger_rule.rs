//! Trigger rules: what a task does, given what its direct upstream tasks came to.
//!
//! The rules are those of Airflow (`ti_deps/deps/trigger_rule_dep.py`), of both dialects. A verdict falls as soon as the counts allow it.

use serde::{Deserialize, Serialize};

use crate::dialect::Dialect;
use crate::state::TaskState;

/// When a task runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerRule {
    /// All upstream tasks succeeded.
    #[default]
    AllSuccess,
    /// All upstream tasks failed.
    AllFailed,
    /// All upstream tasks are finished.
    AllDone,
    /// One upstream task succeeded; the others are not waited for.
    OneSuccess,
    /// One upstream task failed; the others are not waited for.
    OneFailed,
    /// One upstream task succeeded or failed; the others are not waited for.
    OneDone,
    /// All upstream tasks succeeded or were skipped.
    NoneFailed,
    /// As `NoneFailed`, and one succeeded.
    #[serde(alias = "none_failed_or_skipped")]
    NoneFailedMinOneSuccess,
    /// All upstream tasks are finished, and none was skipped.
    NoneSkipped,
    /// All upstream tasks were skipped.
    AllSkipped,
    /// At once.
    #[serde(alias = "dummy")]
    Always,
    /// All upstream tasks are finished; where there are setups among them, one of those succeeded. The rule of every teardown.
    AllDoneSetupSuccess,
}

/// How many direct upstream tasks came to which end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct UpstreamCounts {
    /// All of them.
    pub total: u32,
    /// Succeeded.
    pub success: u32,
    /// Failed.
    pub failed: u32,
    /// Not run because of a failure above them.
    pub upstream_failed: u32,
    /// Skipped.
    pub skipped: u32,
    /// Gone, without being replaced.
    pub removed: u32,
}

impl UpstreamCounts {
    /// Counts one more task that came to this end. A state that is none counts nothing.
    pub fn add(&mut self, state: TaskState) {
        match state {
            TaskState::Success => self.success += 1,
            TaskState::Failed => self.failed += 1,
            TaskState::UpstreamFailed => self.upstream_failed += 1,
            TaskState::Skipped => self.skipped += 1,
            TaskState::Removed => self.removed += 1,
            _ => {}
        }
    }

    /// Adds those of another task, or of the instances of a mapped one.
    pub fn absorb(&mut self, other: &Self) {
        self.total += other.total;
        self.success += other.success;
        self.failed += other.failed;
        self.upstream_failed += other.upstream_failed;
        self.skipped += other.skipped;
        self.removed += other.removed;
    }

    /// How many are finished.
    pub fn done(&self) -> u32 {
        self.success + self.failed + self.upstream_failed + self.skipped + self.removed
    }
}

/// What follows for the task.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// More must be known.
    Wait,
    /// It may run.
    Run,
    /// It ends as skipped.
    Skip,
    /// It ends as upstream_failed.
    FailUpstream,
}

impl TriggerRule {
    /// Every rule.
    pub const ALL: [Self; 12] = [
        Self::AllSuccess,
        Self::AllFailed,
        Self::AllDone,
        Self::OneSuccess,
        Self::OneFailed,
        Self::OneDone,
        Self::NoneFailed,
        Self::NoneFailedMinOneSuccess,
        Self::NoneSkipped,
        Self::AllSkipped,
        Self::Always,
        Self::AllDoneSetupSuccess,
    ];

    /// The verdict on a task that has not run, in constant time. When all upstream tasks are finished and none was removed, it is
    /// never `Wait`. Of [`AllDoneSetupSuccess`](Self::AllDoneSetupSuccess) it is the part that needs no setups:
    /// [`verdict_after_setups`] is the rest.
    pub fn verdict(self, counts: &UpstreamCounts, dialect: Dialect) -> Verdict {
        use Verdict::{FailUpstream, Run, Skip, Wait};
        let UpstreamCounts { total, success, failed, upstream_failed, skipped, removed: _ } = *counts;
        if total == 0 || self == Self::Always {
            return Run;
        }
        let any_failed = failed + upstream_failed > 0;
        let done = counts.done();
        let all_done = done >= total;
        let run_if = |condition| if condition { Run } else { Wait };
        match self {
            Self::AllSuccess if any_failed => FailUpstream,
            Self::AllSuccess if skipped > 0 => Skip,
            Self::AllSuccess => run_if(success == total),
            Self::AllFailed if success + skipped > 0 => Skip,
            Self::AllFailed => run_if(failed + upstream_failed == total),
            Self::AllDone | Self::AllDoneSetupSuccess => run_if(all_done),
            Self::OneSuccess if success > 0 => Run,
            Self::OneSuccess if all_done && (done == skipped || dialect == Dialect::V1_10) => Skip,
            Self::OneSuccess if all_done => FailUpstream,
            Self::OneFailed if any_failed => Run,
            Self::OneFailed if all_done => Skip,
            Self::OneDone if success + failed > 0 => Run,
            Self::OneDone if all_done => Skip,
            Self::NoneFailed if any_failed => FailUpstream,
            Self::NoneFailed => run_if(success + skipped == total),
            Self::NoneFailedMinOneSuccess if any_failed => FailUpstream,
            Self::NoneFailedMinOneSuccess if skipped == total => Skip,
            Self::NoneFailedMinOneSuccess => run_if(success + skipped == total),
            Self::NoneSkipped if skipped > 0 => Skip,
            Self::NoneSkipped => run_if(all_done),
            Self::AllSkipped if success + failed + upstream_failed > 0 => Skip,
            Self::AllSkipped => run_if(skipped == total),
            Self::Always => Run,
            Self::OneSuccess | Self::OneFailed | Self::OneDone => Wait,
        }
    }
}

/// What becomes of a teardown whose upstream tasks are all finished, given those of them that are setups: without one it runs, and
/// where none of them made anything there is nothing to remove.
pub fn verdict_after_setups(setups: &UpstreamCounts) -> Verdict {
    match setups {
        UpstreamCounts { total: 0, .. } => Verdict::Run,
        UpstreamCounts { success, .. } if *success > 0 => Verdict::Run,
        UpstreamCounts { skipped, total, .. } if skipped >= total => Verdict::Skip,
        _ => Verdict::FailUpstream,
    }
}

/// What becomes of a task that is no teardown, given the setups above it that are not its direct upstream tasks, and whose scope it
/// is in: it waits for all of them, and shares the fate of one that came to nothing.
pub fn verdict_in_scope(setups: &UpstreamCounts) -> Verdict {
    match setups {
        UpstreamCounts { failed, upstream_failed, .. } if failed + upstream_failed > 0 => Verdict::FailUpstream,
        UpstreamCounts { skipped, .. } if *skipped > 0 => Verdict::Skip,
        UpstreamCounts { success, total, .. } if success < total => Verdict::Wait,
        _ => Verdict::Run,
    }
}
