use datasketches::common::SearchCriteria;
use datasketches::kll::{KllFloat, KllSketch};

use super::Sketch;
use crate::error::StateError;
use crate::estimate::Estimate;

type Value = KllFloat<f64>;

/// Which share of the values is below which value: KLL.
#[derive(Clone, Debug)]
pub struct Quantiles(KllSketch<Value>);

impl Quantiles {
    /// An empty sketch; it keeps about 3 × `k` values (8 to 65,535).
    ///
    /// # Panics
    /// Where `k` is out of its range.
    #[must_use]
    pub fn new(k: u16) -> Self {
        Self(KllSketch::new(k).expect("k is 8 and more"))
    }

    /// Takes in a value. NaN is not one, and is left out.
    #[inline]
    pub fn add(&mut self, value: f64) {
        if let Ok(value) = Value::new(value) {
            self.0.update(value);
        }
    }

    /// How far, at most, a rank is from the true one, as a share of all values.
    #[must_use]
    pub fn rank_error(&self) -> f64 {
        if self.0.is_estimation_mode() { self.0.normalized_rank_error() } else { 0.0 }
    }

    /// The values below which the shares `ranks` of all values lie, each with what the true one is at least and at most.
    #[must_use]
    pub fn at(&self, ranks: &[f64]) -> Vec<Estimate> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let (view, error) = (self.0.sorted_view(), self.rank_error());
        let value = |rank: f64| {
            let found = view.quantile(rank.clamp(0.0, 1.0), SearchCriteria::Inclusive);
            found.ok().flatten().map_or(f64::NAN, KllFloat::into_inner)
        };
        ranks.iter().map(|rank| Estimate::within(value(*rank), value(rank - error), value(rank + error))).collect()
    }

    /// The shares of all values that are at most each of `points`, which ascend.
    #[must_use]
    pub fn shares_up_to(&self, points: &[f64]) -> Vec<f64> {
        let view = self.0.sorted_view();
        let rank = |point: &f64| Value::new(*point).ok().and_then(|point| view.rank(&point, SearchCriteria::Inclusive));
        points.iter().map(|point| rank(point).unwrap_or(0.0)).collect()
    }
}

impl Sketch for Quantiles {
    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0).expect("sketches of one kind merge");
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.serialize()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        Ok(Self(KllSketch::deserialize(bytes).map_err(|error| StateError::Sketch(error.to_string()))?))
    }
}
