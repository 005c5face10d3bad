//! The name of a file in a tree.

use std::collections::BTreeMap;
use std::fmt;

use object_store::path::Path as ObjectPath;
use serde::{Deserialize, Serialize};

/// The name of a file in a tree: parts with `/` between them. No part is empty, `.` or `..`, none is longer than 250 bytes, and none holds
/// a control character or a backslash; so it means the same file wherever it is unpacked, below the folder that it is unpacked in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TreePath(Box<str>);

/// Why a text is no [`TreePath`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path:?} is no file name for a tree: {reason}")]
pub struct TreePathError {
    path: String,
    reason: &'static str,
}

impl TreePath {
    /// The longest path, in bytes.
    pub const MAX_BYTES: usize = 1_000;
    const MAX_PART_BYTES: usize = 250;

    /// Checks a path.
    pub fn new(path: &str) -> Result<Self, TreePathError> {
        let refuse = |reason| Err(TreePathError { path: path.chars().take(200).collect(), reason });
        if path.len() > Self::MAX_BYTES {
            return refuse("it is longer than 1000 bytes");
        }
        for part in path.split('/') {
            match part {
                "" => return refuse("a part of it is empty"),
                "." | ".." => return refuse("a part of it is . or .."),
                _ if part.len() > Self::MAX_PART_BYTES => return refuse("a part of it is longer than 250 bytes"),
                _ if part.chars().any(|c| c.is_control() || c == '\\') => {
                    return refuse("it holds a control character or a backslash");
                }
                _ => {}
            }
        }
        Ok(Self(path.into()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Of these, a file whose name is a folder on the way to another, and that other: no folder can hold both.
    pub fn clash<T>(files: &BTreeMap<Self, T>) -> Option<(&Self, &Self)> {
        // `/` comes before most characters, but not before all: `a!` stands between `a` and `a/b`.
        files.keys().find_map(|path| {
            let folders = path.0.match_indices('/').filter_map(|(at, _)| Self::new(&path.0[..at]).ok());
            folders.filter_map(|folder| files.get_key_value(&folder)).next().map(|(folder, _)| (folder, path))
        })
    }

    /// Whether one is a folder on the way to the other, so that no folder can hold both.
    pub fn is_inside(&self, folder: &Self) -> bool {
        self.0.strip_prefix(&*folder.0).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for TreePath {
    type Error = TreePathError;

    fn try_from(path: String) -> Result<Self, TreePathError> {
        Self::new(&path)
    }
}

impl From<TreePath> for String {
    fn from(path: TreePath) -> Self {
        path.0.into()
    }
}

impl From<&TreePath> for ObjectPath {
    fn from(path: &TreePath) -> Self {
        Self::from_iter(path.0.split('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_below_a_folder_are_paths() {
        let long = "a".repeat(251);
        for path in ["a", "a/b.py", "jars/ä b.jar", ".airflowignore", "a..b", "..."] {
            assert_eq!(TreePath::new(path).map(String::from).as_deref(), Ok(path));
        }
        for path in [
            "",
            "/",
            "/etc/passwd",
            "a/",
            "a//b",
            ".",
            "..",
            "a/../b",
            "a\\b",
            "a\nb",
            "a\0b",
            &long,
            &"a/".repeat(501),
        ] {
            assert!(TreePath::new(path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn a_file_cannot_be_a_folder_too() {
        let check = |path: &str, folder: &str, inside: bool| {
            assert_eq!(TreePath::new(path).unwrap().is_inside(&TreePath::new(folder).unwrap()), inside);
        };
        check("a/b", "a", true);
        check("a/b/c", "a/b", true);
        check("ab", "a", false);
        check("a", "a", false);
        check("a", "a/b", false);
    }
}
