//! Where DAGs come from: files in the DAG folder, examples, and programs that define them in Rust.

mod locate;
mod marked;
mod parse;

pub use parse::{FileError, Format, parse};
