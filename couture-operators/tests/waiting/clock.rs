//! A clock that goes faster than time.

use std::time::Duration;

use async_trait::async_trait;
use couture_core::{Clock, Now, SystemClock, Timestamp};

const SPEED: u32 = 1_000;

/// From 2026-01-01 on.
#[derive(Debug)]
pub struct FastClock {
    begun: Timestamp,
    clock: SystemClock,
}

impl FastClock {
    pub fn new(begun: &str) -> Self {
        Self { begun: Timestamp::parse(begun).unwrap(), clock: SystemClock::new() }
    }
}

#[async_trait]
impl Clock for FastClock {
    fn now(&self) -> Now {
        let mono = self.clock.now().mono * SPEED;
        Now { wall: self.begun + mono, mono }
    }

    async fn sleep(&self, duration: Duration) {
        self.clock.sleep(duration / SPEED).await;
    }
}
