//! Where DAGs come from: files in the DAG folder, examples, and programs that define them in Rust.

mod catalog;
mod example;
mod fields;
mod loader;
mod locate;
mod marked;
mod parse;
mod scan;
mod source;
mod watch;

pub use catalog::{Catalog, Change};
pub use example::{EXAMPLES, Example};
pub use loader::{keep_loaded, load_all};
pub use parse::{FileError, Format, parse};
pub use scan::{FolderLimits, read_bounded};
pub use source::{DagFacts, DagSource, ImportError};
pub use watch::Watch;
