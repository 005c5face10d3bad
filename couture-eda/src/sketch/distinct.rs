use datasketches::common::NumStdDev;
use datasketches::hll::{Coupon, HllSketch, HllType, HllUnion};

use super::Sketch;
use crate::error::StateError;
use crate::estimate::Estimate;

/// How many different values there were: HyperLogLog.
#[derive(Clone, Debug)]
pub struct Distinct(HllSketch);

impl Distinct {
    /// An empty sketch of 2^`lg_k` bytes (4 to 21).
    ///
    /// # Panics
    /// Where `lg_k` is out of its range.
    #[must_use]
    pub fn new(lg_k: u8) -> Self {
        Self(HllSketch::new(lg_k, HllType::Hll8).expect("lg_k is from 4 to 21"))
    }

    /// Takes in a value by its hash.
    #[inline]
    pub fn add(&mut self, hash: u64) {
        self.0.update_with_coupon(Coupon::from_value(hash));
    }

    /// The number of different values, within three standard deviations.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        let whole = |bound: f64| bound.round().max(0.0);
        let (low, high) = (self.0.lower_bound(NumStdDev::Three), self.0.upper_bound(NumStdDev::Three));
        Estimate::within(whole(self.0.estimate()), low.floor(), high.ceil())
    }
}

impl Sketch for Distinct {
    fn merge(&mut self, other: &Self) {
        let mut union = HllUnion::new(self.0.lg_config_k()).expect("the size is that of a sketch");
        union.update(&self.0);
        union.update(&other.0);
        self.0 = union.to_sketch(HllType::Hll8);
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.serialize()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        let sketch = HllSketch::deserialize(bytes).map_err(|error| StateError::Sketch(error.to_string()))?;
        Ok(Self(sketch))
    }
}
