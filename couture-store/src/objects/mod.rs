//! What is kept as objects: artifacts, the logs of attempts, files, and trees of files.

mod artifacts;
mod files;
mod logs;
mod trees;

use std::path::Path;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::{Error, ObjectStore};

pub use artifacts::ObjectArtifacts;
pub use files::{FileUpload, ListedFile, ObjectFiles};
pub use logs::{LogPart, LogStore};
pub use trees::{
    Author, Content, Manifest, PastFile, TreeChange, TreeError, TreeFile, TreePath, TreePathError, TreeStore,
};

/// Objects as files in `folder`, which is made where it is missing. Each is durable when it was put.
pub fn local_objects(folder: &Path) -> Result<Arc<dyn ObjectStore>, Error> {
    std::fs::create_dir_all(folder).map_err(|error| Error::Generic { store: "local folder", source: error.into() })?;
    Ok(Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(true)))
}
