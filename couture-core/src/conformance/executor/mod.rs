//! The suite that every [`Executor`](crate::Executor) passes.

mod cases;
mod script;
mod suite;

pub use script::{Act, Script};
pub use suite::{ExecutorFixture, executor_suite};
