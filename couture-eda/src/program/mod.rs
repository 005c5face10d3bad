//! The program `eda`, for whatever program plays its part.

mod arguments;
mod call;
mod clock;
mod commands;
mod outputs;
mod progress;
mod sources;

pub use call::run;
