//! `/eda`: exploratory data analysis.

mod door;
mod outputs;
mod routing;
mod runs;
mod sources;
mod uploads;

pub(super) use routing::{docs, routes};
