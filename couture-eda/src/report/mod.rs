//! Profiles as pages that need nothing else, as JSON, and as a table of statistics.

mod axis;
mod cards;
mod escape;
mod files;
mod matrix;
mod number;
mod overview;
mod page;
mod parquet;
mod shapes;

pub use files::{OutputKind, output_path, write};
pub use page::html;
pub use parquet::statistics;

pub(crate) use axis::Axis;
pub(crate) use escape::escape;
pub(crate) use files::write_file;
pub(crate) use number::{bytes, decimals, estimate, moment, number, percent};
pub(crate) use page::{find_columns, page};
pub(crate) use parquet::parquet_file;
pub(crate) use shapes::bars;
