//! What everything that keeps variables, connections and pools does, as cases with names.

mod connections;
mod pools;
mod suite;
mod variables;

pub use suite::{ValuesFixture, values_suite};
