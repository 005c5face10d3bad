//! Queries over connections. The engine's own database is none of them.

mod first_cell;

pub(crate) use first_cell::{Cell, first_cell};
