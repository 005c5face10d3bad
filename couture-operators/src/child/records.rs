//! What is kept of children besides the processes themselves.

use std::collections::{HashMap, VecDeque};

use couture_core::AttemptToken;
use rustix::process::Pid;

use super::supervise::ChildEnd;

/// Where the ends of children are kept until they are settled.
pub(crate) trait Records {
    /// The group of this child exists from now on.
    fn group_began(&mut self, group: Pid);
    /// It is gone.
    fn group_ended(&mut self, group: Pid);
    /// Keeps an end.
    fn keep(&mut self, token: AttemptToken, end: &ChildEnd);
    /// The end kept.
    fn find(&self, token: AttemptToken) -> Option<ChildEnd>;
    /// Whether an end is kept.
    fn contains(&self, token: AttemptToken) -> bool;
    /// All tokens of kept ends.
    fn tokens(&self) -> Vec<AttemptToken>;
    /// The end is no longer needed.
    fn forget(&mut self, token: AttemptToken);
}

/// Kept in memory: the last [`MemoryRecords::MAX_ENDS`].
#[derive(Debug, Default)]
pub(crate) struct MemoryRecords {
    ends: HashMap<AttemptToken, ChildEnd>,
    order: VecDeque<AttemptToken>,
}

impl MemoryRecords {
    const MAX_ENDS: usize = 10_000;
}

impl Records for MemoryRecords {
    fn group_began(&mut self, _: Pid) {}

    fn group_ended(&mut self, _: Pid) {}

    fn keep(&mut self, token: AttemptToken, end: &ChildEnd) {
        if self.order.len() >= Self::MAX_ENDS
            && let Some(oldest) = self.order.pop_front()
        {
            self.ends.remove(&oldest);
        }
        self.ends.insert(token, end.clone());
        self.order.push_back(token);
    }

    fn find(&self, token: AttemptToken) -> Option<ChildEnd> {
        self.ends.get(&token).cloned()
    }

    fn contains(&self, token: AttemptToken) -> bool {
        self.ends.contains_key(&token)
    }

    fn tokens(&self) -> Vec<AttemptToken> {
        self.ends.keys().copied().collect()
    }

    fn forget(&mut self, token: AttemptToken) {
        if self.ends.remove(&token).is_some() {
            self.order.retain(|other| *other != token);
        }
    }
}
