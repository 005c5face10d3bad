use serde::{Deserialize, Serialize};

/// A number with its bound: the true one lies in `low..=high`, in at least 99 of 100 cases where it is not exact.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The best guess.
    pub value: f64,
    /// What the true number is at least.
    pub low: f64,
    /// What the true number is at most.
    pub high: f64,
}

impl Estimate {
    /// A number that is known.
    #[must_use]
    pub fn exact(value: f64) -> Self {
        Self { value, low: value, high: value }
    }

    /// A guess within a bound, which is widened to hold the guess.
    #[must_use]
    pub fn within(value: f64, low: f64, high: f64) -> Self {
        Self { value, low: low.min(value), high: high.max(value) }
    }

    /// Whether the number is known.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.low == self.high
    }
}
