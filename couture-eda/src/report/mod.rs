//! Profiles as pages that need nothing else, as JSON, and as a table of statistics.

mod cards;
mod escape;
mod files;
mod number;
mod overview;
mod page;
mod parquet;
mod shapes;

pub use files::{OutputKind, output_path, write};
pub use page::html;
pub use parquet::statistics;

pub(crate) use escape::escape;
pub(crate) use files::write_file;
pub(crate) use number::{bytes, estimate, moment, number, percent};
pub(crate) use page::page;
pub(crate) use parquet::parquet_file;
