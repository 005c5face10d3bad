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
    /// Whose change made each of them what it is.
    #[serde(default)]
    pub authors: BTreeMap<TreePath, Author>,
}

/// A file of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeFile {
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

/// Who changed a tree, when, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The name of the user, or of what else did it.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// What they say of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Author {
    /// One who says nothing.
    pub fn new(name: impl Into<String>, at: Timestamp) -> Self {
        Self { name: name.into(), at, message: None }
    }
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
