//! The suites that every implementation of the engine's traits passes.

pub mod executor;
pub mod store;
pub mod values;
