//! Exploratory data analysis of tables, over Arrow. Usable without the rest of Couture.
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
pub use state::State;
