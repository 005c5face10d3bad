//! The executor of one process: operators run as futures on threads of their own, apart from the engine's.

mod attempt;
mod input;
mod roster;
mod runner;
mod watchman;

pub use attempt::{LocalSettings, SPANS};
pub use runner::LocalExecutor;
