//! Random moments.

use std::ops::Range;
use std::time::Duration;

/// SplitMix64 (Steele, Lea and Flood, 2014).
pub struct Moments(u64);

impl Moments {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn within(&mut self, range: Range<u64>) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        range.start + (z ^ (z >> 31)) % (range.end - range.start)
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.within(0..n) == 0
    }

    pub fn wait_ms(&mut self, range: Range<u64>) {
        // In microseconds, so that every step of a commit can be hit.
        let micros = self.within(range.start * 1_000..range.end * 1_000);
        crate::pause(Duration::from_micros(micros));
    }
}
