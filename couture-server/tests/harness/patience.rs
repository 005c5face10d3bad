//! Waits for what a process of its own does.

use std::time::Duration;

/// The longest that anything here is waited for.
pub const PATIENCE: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_millis(20);

/// Asks again until there is a result; fails when `PATIENCE` is over.
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    for _ in 0..PATIENCE.as_millis() / STEP.as_millis() {
        if let Some(result) = ask() {
            return result;
        }
        std::thread::sleep(STEP);
    }
    panic!("{what} did not come to be")
}
