//! What people want of a task instance that has to wait.

/// What is to become of a task instance as soon as that can be: when its live attempt has ended, or when its run goes on.
///
/// It is durable: the row of the instance carries its [`text`](Self::text) as the reason until then, for people and for the scheduler that
/// takes the run over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wish {
    /// It begins again.
    Begin,
    /// It counts as succeeded.
    Succeed,
    /// It counts as failed.
    Fail,
    /// It counts as skipped.
    Skip,
    /// It is run whatever its upstream tasks came to.
    RunAlone,
}

impl Wish {
    const ALL: [Self; 5] = [Self::Begin, Self::Succeed, Self::Fail, Self::Skip, Self::RunAlone];

    /// What the row of the instance says.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Begin => "cleared: it begins again when its attempt has ended",
            Self::Succeed => "marked as success: its attempt is being ended",
            Self::Fail => "marked as failed: its attempt is being ended",
            Self::Skip => "marked as skipped: its attempt is being ended",
            Self::RunAlone => "to be run whatever its upstream tasks came to",
        }
    }

    /// The wish whose [`text`](Self::text) this is.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.text() == text)
    }
}
