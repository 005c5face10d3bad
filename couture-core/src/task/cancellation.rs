//! A flag that can be awaited.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Says once and for all that an attempt shall end. Clones share the flag.
#[derive(Clone, Default, Debug)]
pub struct Cancellation(Arc<Flag>);

#[derive(Default, Debug)]
struct Flag {
    set: AtomicBool,
    changed: Notify,
}

impl Cancellation {
    /// Sets the flag and wakes all who wait.
    pub fn cancel(&self) {
        self.0.set.store(true, Ordering::Release);
        self.0.changed.notify_waiters();
    }

    /// Whether the flag is set.
    pub fn is_cancelled(&self) -> bool {
        self.0.set.load(Ordering::Acquire)
    }

    /// Resolves when the flag is set.
    pub async fn cancelled(&self) {
        let changed = self.0.changed.notified();
        tokio::pin!(changed);
        // Registered before the flag is read, so that no wake-up falls between.
        changed.as_mut().enable();
        if !self.is_cancelled() {
            changed.await;
        }
    }
}
