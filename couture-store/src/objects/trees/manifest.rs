//! What a tree holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::path::TreePath;

/// What a tree holds at one version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Grows by one with each change; 0 where nothing was ever put into it.
    pub version: u64,
    /// Its files.
    pub files: BTreeMap<TreePath, TreeFile>,
}

/// A file of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeFile {
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Two files of which one's name is a folder on the way to the other.
    pub(super) fn clash(&self) -> Option<(&TreePath, &TreePath)> {
        // `/` comes before most characters, but not before all: `a!` stands between `a` and `a/b`.
        self.files.keys().find_map(|path| {
            let parts = path.as_str().match_indices('/').map(|(at, _)| &path.as_str()[..at]);
            parts
                .filter_map(|folder| TreePath::new(folder).ok())
                .find_map(|folder| self.files.get_key_value(&folder).map(|(folder, _)| (folder, path)))
        })
    }
}
