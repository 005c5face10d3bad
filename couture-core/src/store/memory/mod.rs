//! A store that lives in memory: for tests, for embedders who need no durability, and for the simulator.

mod annals;
mod browsing;
mod check;
mod commit;
mod contents;
mod pools;
mod reader;
mod run;
mod writer;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use contents::Contents;

/// A store in memory. Clones are handles to the same content; it is gone with the last of them.
///
/// Deterministic: what it answers depends only on what was asked of it before, in that order.
#[derive(Clone)]
pub struct MemoryStore {
    contents: Arc<Mutex<Contents>>,
    exclusive: bool,
}

impl MemoryStore {
    /// An empty store of `shards` shards (at least one), which one process has alone.
    pub fn new(shards: u32) -> Self {
        Self { contents: Arc::new(Mutex::new(Contents::new(shards.max(1)))), exclusive: true }
    }

    /// A handle to the same content that says of itself that others may have it too, so that its users keep leases.
    pub fn shared(self) -> Self {
        Self { exclusive: false, ..self }
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        // A panic elsewhere never leaves a half-applied change: commits are checked before they are applied.
        self.contents.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("exclusive", &self.exclusive).finish_non_exhaustive()
    }
}
