//! Makes DAGs of Python files, in processes that live long and fork a child for each file.

mod bundle;
mod environment;
mod inputs;
mod parsed;
mod pool;
mod process;

pub use bundle::{BundleError, keep_bundles};
pub use inputs::Inputs;
pub use parsed::{FileInputs, Parsed, PythonFileError};
pub use pool::{ParserSettings, PythonParser};
