//! Trigger rules: what a task does, given what its direct upstream tasks came to.
//!
//! The rules are those of Airflow (`ti_deps/deps/trigger_rule_dep.py`), dialect 2. A verdict falls as soon as the counts allow it.

use serde::{Deserialize, Serialize};

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
    pub const ALL: [Self; 11] = [
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
    ];

    /// The verdict on a task that has not run, in constant time. When all upstream tasks are finished it is never `Wait`.
    pub fn verdict(self, counts: &UpstreamCounts) -> Verdict {
        use Verdict::{FailUpstream, Run, Skip, Wait};
        let UpstreamCounts { total, success, failed, upstream_failed, skipped } = *counts;
        if total == 0 || self == Self::Always {
            return Run;
        }
        let any_failed = failed + upstream_failed > 0;
        let all_done = success + failed + upstream_failed + skipped == total;
        let run_if = |condition| if condition { Run } else { Wait };
        match self {
            Self::AllSuccess if any_failed => FailUpstream,
            Self::AllSuccess if skipped > 0 => Skip,
            Self::AllSuccess => run_if(success == total),
            Self::AllFailed if success + skipped > 0 => Skip,
            Self::AllFailed => run_if(failed + upstream_failed == total),
            Self::AllDone => run_if(all_done),
            Self::OneSuccess if success > 0 => Run,
            Self::OneSuccess if all_done && skipped == total => Skip,
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
