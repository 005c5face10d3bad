//! Queries over connections. The engine's own database is none of them.

mod first_cell;
mod parameters;

pub(crate) use first_cell::{Cell, first_cell, sqlite_file};
