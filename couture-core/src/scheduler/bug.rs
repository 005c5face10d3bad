//! Bugs planted on purpose, one at a time, to show that the simulator finds them. Only builds with the feature `planted-bugs`
//! can switch one on.

/// A rule to break.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Bug {
    NoFence,
    RelaunchForgotten,
    RetryOffByOne,
    RetryTooEarly,
    PoolLeak,
    PoolIgnored,
    LeaseNeverRenewed,
    LeaseIgnored,
    NoSelfFence,
    RecordAfterLaunch,
    StaleIgnored,
    CommitNotRepeated,
    SkipNotPropagated,
    FailureNotPropagated,
    TriggerTooEager,
    RunEndsEarly,
    InboxNotEmptied,
    ResumeForgotten,
    RestoreRunsAgain,
    PauseIgnored,
    TimeoutForgotten,
    ForwardForgotten,
    QueueNotReconsidered,
    WishForgotten,
    BackfillUnlimited,
    AssetForgotten,
    SlaMissedTwice,
    FairTurnForgotten,
    BegunTooEarly,
}

impl Bug {
    /// Every one.
    pub const ALL: &'static [Self] = &[
        Self::NoFence,
        Self::RelaunchForgotten,
        Self::RetryOffByOne,
        Self::RetryTooEarly,
        Self::PoolLeak,
        Self::PoolIgnored,
        Self::LeaseNeverRenewed,
        Self::LeaseIgnored,
        Self::NoSelfFence,
        Self::RecordAfterLaunch,
        Self::StaleIgnored,
        Self::CommitNotRepeated,
        Self::SkipNotPropagated,
        Self::FailureNotPropagated,
        Self::TriggerTooEager,
        Self::RunEndsEarly,
        Self::InboxNotEmptied,
        Self::ResumeForgotten,
        Self::RestoreRunsAgain,
        Self::PauseIgnored,
        Self::TimeoutForgotten,
        Self::ForwardForgotten,
        Self::QueueNotReconsidered,
        Self::WishForgotten,
        Self::BackfillUnlimited,
        Self::AssetForgotten,
        Self::SlaMissedTwice,
        Self::FairTurnForgotten,
        Self::BegunTooEarly,
    ];
}

/// Which rule is broken, if any. Without the feature it is always none, and costs nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Planted(#[cfg(feature = "planted-bugs")] Option<Bug>);

impl Planted {
    /// Breaks `bug`'s rule.
    #[cfg(feature = "planted-bugs")]
    pub fn new(bug: Bug) -> Self {
        Self(Some(bug))
    }

    /// Whether `bug`'s rule is broken.
    pub(crate) fn has(self, bug: Bug) -> bool {
        #[cfg(feature = "planted-bugs")]
        return self.0 == Some(bug);
        #[cfg(not(feature = "planted-bugs"))]
        {
            let _ = bug;
            false
        }
    }
}
