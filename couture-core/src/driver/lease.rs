//! Whether this process may still believe that it is the one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::Clock;
use crate::executor::Executor;

/// The own heartbeat, as the own process sees it.
///
/// Others give up this worker when its heartbeat stood still for a whole lease. This side stops earlier, after two thirds of it
/// without a confirmed beat, so that no attempt runs here when it is launched again elsewhere.
#[derive(Debug)]
pub(super) struct OwnLease {
    /// Monotonic microseconds at which the last confirmed beat was begun.
    beaten_us: AtomicU64,
    limit: Option<Duration>,
}

impl OwnLease {
    /// `lease` is absent where no other process can have the store.
    pub(super) fn new(lease: Option<Duration>, now: Duration) -> Self {
        Self { beaten_us: AtomicU64::new(now.as_micros() as u64), limit: lease.map(|lease| lease * 2 / 3) }
    }

    /// A beat that was begun at `begun` has been confirmed.
    pub(super) fn beaten(&self, begun: Duration) {
        self.beaten_us.fetch_max(begun.as_micros() as u64, Ordering::AcqRel);
    }

    /// How long it is still valid.
    pub(super) fn left(&self, now: Duration) -> Option<Duration> {
        let limit = self.limit?;
        let beaten = Duration::from_micros(self.beaten_us.load(Ordering::Acquire));
        Some((beaten + limit).saturating_sub(now))
    }

    pub(super) fn is_valid(&self, now: Duration) -> bool {
        self.left(now).is_none_or(|left| !left.is_zero())
    }

    /// Ends all attempts whenever the lease runs out. Runs beside the driver's loop, which may be waiting for the store.
    pub(super) async fn guard(&self, executor: &dyn Executor, clock: &dyn Clock) {
        loop {
            match self.left(clock.now().mono) {
                None => std::future::pending().await,
                Some(left) if left.is_zero() => {
                    executor.fence();
                    clock.sleep(self.limit.unwrap_or_default() / 8).await;
                }
                Some(left) => clock.sleep(left).await,
            }
        }
    }
}
