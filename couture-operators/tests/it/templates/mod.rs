//! Templates, rendered as an executor does it.

mod bounds;
mod earlier;
mod files;
mod golden;
mod lookups;
mod probe;
mod python;
