//! What differs between two tables of the same kind: drift.

mod difference;
mod drift;
mod shown;

pub use difference::{ColumnDifference, Difference, compare};
pub use shown::{html, text};
