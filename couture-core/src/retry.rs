//! When a failed attempt is tried again.

use std::time::Duration;

/// How often and after how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries after the first.
    pub retries: u32,
    /// From the end of a try to the next.
    pub delay: Duration,
    /// Whether the delay doubles with each try.
    pub exponential: bool,
    /// The longest delay.
    pub max_delay: Duration,
}

impl RetryPolicy {
    /// The longest delay of all, and the default limit: 24 hours, as in Airflow.
    pub const MAX_DELAY: Duration = Duration::from_secs(24 * 60 * 60);

    /// The delay after try number `try_number` (from 1) failed; nothing where that was the last one.
    pub fn delay_after(&self, try_number: u32) -> Option<Duration> {
        if try_number > self.retries {
            return None;
        }
        let doublings = if self.exponential { try_number.saturating_sub(1).min(31) } else { 0 };
        Some(self.delay.saturating_mul(1 << doublings).min(self.max_delay))
    }
}

impl Default for RetryPolicy {
    /// No retries; five minutes between tries where a task only says how many.
    fn default() -> Self {
        Self { retries: 0, delay: Duration::from_secs(300), exponential: false, max_delay: Self::MAX_DELAY }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_limit() {
        let policy = RetryPolicy {
            retries: 40,
            delay: Duration::from_secs(10),
            exponential: true,
            max_delay: Duration::from_secs(60),
        };
        let seconds: Vec<_> = [1, 2, 3, 4, 40, 41].map(|n| policy.delay_after(n).map(|d| d.as_secs())).into();
        assert_eq!(seconds, [Some(10), Some(20), Some(40), Some(60), Some(60), None]);
        assert_eq!(RetryPolicy::default().delay_after(1), None);
    }
}
