//! The driver: the only loop. It gathers facts, lets the scheduler handle them, makes its records durable in one commit, and only
//! then carries out the rest.

mod batch;
mod call;
mod carrying;
mod chunk;
mod doubts;
mod finding;
mod lease;
mod looking;
mod measures;
mod running;
mod ticking;

pub(crate) use call::Call;
pub(crate) use running::Surroundings;
pub use running::{Driver, DriverParts};
