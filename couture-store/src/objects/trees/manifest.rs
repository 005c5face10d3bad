//! What a tree holds.

use std::collections::BTreeMap;

use couture_core::Timestamp;
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

/// Who changed a tree, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The name of the user, or of what else did it.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

/// What became of a file in one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastFile {
    /// The version of the tree that the change made.
    pub version: u64,
    /// Whose change it was.
    pub author: Author,
    /// The file from then on; nothing where it was removed.
    pub file: Option<TreeFile>,
}
