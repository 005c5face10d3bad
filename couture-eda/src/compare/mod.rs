//! What differs between two sets of tables of the same kind: drift.

mod column;
mod degree;
mod difference;
mod drift;
mod lines;
mod page;
mod pictures;
mod tables;

pub use degree::Degree;
pub use difference::{ColumnDifference, Difference, Shares, compare};
pub use lines::text;
pub use page::html;
pub use tables::{Comparison, TableDifference, compare_tables};
