//! Each host's own clock: its wall time may jump, its monotonic time begins anew with each life.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use couture_core::{Clock, Now, Timestamp};

use crate::world::World;

/// 2026-01-01T00:00:00Z.
pub const EPOCH_US: i64 = 1_767_225_600_000_000;

pub struct SimClock {
    world: Arc<World>,
    origin_us: u64,
    /// How far the host's wall clock is off; shared by all lives of a host.
    offset_us: Arc<AtomicI64>,
}

impl SimClock {
    pub fn new(world: Arc<World>, offset_us: Arc<AtomicI64>) -> Self {
        let origin_us = world.now_us();
        Self { world, origin_us, offset_us }
    }
}

impl std::fmt::Debug for SimClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SimClock")
    }
}

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> Now {
        let now_us = self.world.now_us();
        let wall = EPOCH_US + now_us as i64 + self.offset_us.load(Ordering::Relaxed);
        Now { wall: Timestamp::from_micros(wall), mono: Duration::from_micros(now_us - self.origin_us) }
    }

    async fn sleep(&self, duration: Duration) {
        // A timer never rings early, and never exactly in time.
        self.world.sleep(duration.as_micros() as u64 + 1).await;
    }
}
