//! Summaries of bounded size for what is too much to keep. The sketches of the crate `datasketches` are only named here,
//! so that another crate can take their place.

mod bytes;
mod distinct;
mod frequent;
mod quantiles;

pub use distinct::Distinct;
pub use frequent::{Frequent, FrequentValue};
pub use quantiles::Quantiles;

use crate::error::StateError;

/// What all sketches do.
pub trait Sketch: Sized {
    /// Takes in what `other` has seen. The order does not matter, but for chance within the bound.
    fn merge(&mut self, other: &Self);

    /// The sketch as bytes that [`Sketch::from_bytes`] reads on any machine.
    fn to_bytes(&self) -> Vec<u8>;

    /// Reads what [`Sketch::to_bytes`] wrote. Bytes that are anything else are an error, never a panic.
    fn from_bytes(bytes: &[u8]) -> Result<Self, StateError>;
}
