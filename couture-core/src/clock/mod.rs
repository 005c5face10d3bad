//! Where time comes from.

mod system;

pub use system::SystemClock;

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

use crate::time::Now;

/// The time, and waiting for it.
#[async_trait]
pub trait Clock: Debug + Send + Sync {
    /// Both times now.
    fn now(&self) -> Now;
    /// Resolves after `duration` of monotonic time.
    async fn sleep(&self, duration: Duration);
}
