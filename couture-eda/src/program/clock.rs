//! The only place of the program that asks for the time.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
#[allow(clippy::disallowed_methods, reason = "a program names its outputs after the time; the library is told")]
pub(super) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// When something started, to tell how long it took.
#[allow(clippy::disallowed_methods, reason = "for the rows per second that are shown")]
pub(super) fn start() -> Instant {
    Instant::now()
}
