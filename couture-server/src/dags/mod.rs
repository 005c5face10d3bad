//! Where DAGs come from: files in the DAG folder, examples, and programs that define them in Rust.

mod bundles;
mod catalog;
mod claims;
mod example;
mod fields;
mod files;
mod ignore;
mod kind;
mod loader;
mod locate;
mod look;
mod marked;
mod never_runs;
mod parse;
mod parsed_files;
mod python;
mod scan;
mod source;
mod stamp;
mod watch;
mod written;

pub use bundles::Bundles;
pub use catalog::{Catalog, Change, Looked};
pub use example::{EXAMPLES, Example};
pub use ignore::IgnoreSyntax;
pub use kind::Kind;
pub use loader::Loader;
pub use never_runs::{NEVER_RUNS, never_runs};
pub use parse::{FileError, Format, parse};
pub use parsed_files::ParsedFiles;
pub use python::{Done, Job, PythonFiles};
pub(crate) use scan::staged_dag_files;
pub use scan::{FolderLimits, read_bounded};
pub use source::{DagFacts, DagSource, ImportError};
pub use watch::Watch;
pub use written::written_in;
