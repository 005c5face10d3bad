//! Waiting without holding anything.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{DagId, RunId};
use crate::time::Timestamp;

/// An attempt that has nothing to do for a while: it holds no slot and no thread, and its operator is run again, in the same try.
///
/// While a shard changes hands, its old and its new owner may both run the operator again, at the same time: what it does after it
/// has deferred itself must be harmless when done twice. One of the two ends counts.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Deferral {
    /// The longest time until the operator is run again. Of 30 s or more, the last second may be left out; of less, the last thirtieth:
    /// an operator that waits for a moment looks whether it has come.
    pub after: Duration,
    /// It is run again at once when this run is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_run: Option<(DagId, RunId)>,
    /// What is waited for, in words for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl Deferral {
    /// Waits for `after`.
    pub fn after(after: Duration) -> Self {
        Self { after, on_run: None, reason: String::new() }
    }

    /// Says what is waited for.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }
}

/// How long an attempt has been waiting when its operator is run again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Waited {
    /// When the operator was run first in this try.
    pub since: Timestamp,
    /// How often it was run again since; not counted over a restart.
    pub pokes: u32,
}
