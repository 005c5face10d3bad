//! Exploratory data analysis of tables, over Arrow. Usable without the rest of Couture.
//!
//! ```
//! use arrow::array::{ArrayRef, Int64Array, RecordBatch};
//!
//! let numbers: ArrayRef = std::sync::Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]));
//! let batch = RecordBatch::try_from_iter([("n", numbers)])?;
//! let profile = couture_eda::profile(&batch.schema(), [Ok(batch)])?;
//! assert_eq!(profile.columns[0].missing, 1);
//! # Ok::<(), arrow::error::ArrowError>(())
//! ```
#![forbid(unsafe_code)]

pub mod cell;
pub mod compare;
mod error;
mod estimate;
mod excerpt;
mod hash;
pub mod importance;
mod limits;
mod profile;
#[cfg(feature = "program")]
pub mod program;
pub mod report;
pub mod sketch;
pub mod source;
mod state;
pub mod summary;
pub mod text;

pub use error::{EdaError, StateError};
pub use estimate::Estimate;
pub use limits::Limits;
pub use profile::*;
pub use report::{OutputKind, output_path};
pub use source::{Profiler, profile_batches as profile};
pub use state::State;
