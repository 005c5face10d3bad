//! Trees of files.

mod manifest;
mod path;
mod tree_store;

pub use manifest::{Manifest, TreeFile};
pub use path::{TreePath, TreePathError};
pub use tree_store::{Content, TreeChange, TreeError, TreeStore};
