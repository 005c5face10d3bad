//! Delimited text (CSV, TSV): how a file is written is detected, and it is read in pieces that never grow beyond a bound.
//! No line stops the reading: what is wrong is counted.

mod batch;
mod dialect;
mod encoding;
mod header;
mod notices;
mod reader;
mod record;

pub use batch::{Batch, BatchBuilder};
pub use dialect::Dialect;
pub use encoding::{DecodingReader, Encoding};
pub use header::column_names;
pub use notices::{Notice, Notices};
pub use reader::{MOST_RECORD_BYTES, RecordReader};
pub use record::{Field, Scan, scan};
