use serde::{Deserialize, Serialize};

use super::Moments;
use crate::limits::Limits;
use crate::sketch::{Quantiles, Sketch};

/// Finite numbers: their moments, and a sketch of their quantiles.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Numbers {
    /// What is exact.
    pub moments: Moments,
    /// What is not.
    pub quantiles: Quantiles,
}

impl Numbers {
    /// No numbers yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self { moments: Moments::default(), quantiles: Quantiles::new(limits.quantile_k) }
    }

    /// Takes in numbers, which are finite.
    pub fn add_all(&mut self, values: &[f64]) {
        self.moments.add_all(values);
        values.iter().for_each(|value| self.quantiles.add(*value));
    }

    /// Takes in a finite number that was there `times` times.
    pub fn add(&mut self, value: f64, times: u64) {
        self.moments.add(value, times);
        (0..times).for_each(|_| self.quantiles.add(value));
    }

    /// Takes in the numbers of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.quantiles.merge(&other.quantiles);
    }
}
