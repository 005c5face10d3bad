//! Trees of files.

mod manifest;
mod path;
mod sweep;
mod tree_store;

pub use manifest::{Author, Manifest, PastFile, TreeFile};
pub use path::{TreePath, TreePathError};
pub use tree_store::{Content, TreeChange, TreeError, TreeStore};
