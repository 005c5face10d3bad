//! Why files are not read or changed.

use std::io;
use std::path::PathBuf;

use couture_store::{TreeError, TreePath, TreePathError};

/// What is there in place of what an editor began with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NowThere {
    /// Its version; nothing where the file is gone.
    pub version: Option<String>,
    /// Its text, where it is one.
    pub content: Option<String>,
}

/// Why files are not read or changed. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilesError {
    /// The name is none.
    #[error(transparent)]
    Name(#[from] TreePathError),
    /// The name is not fit for this place.
    #[error("{path} cannot be used: {reason}")]
    Unfit {
        /// The name.
        path: String,
        /// Why, and what to do.
        reason: String,
    },
    /// There is no such file.
    #[error("there is no file {0}")]
    Missing(TreePath),
    /// The file has no such version.
    #[error("{path} has no version {version:?}, or one that is not kept any more")]
    NoVersion {
        /// The file.
        path: TreePath,
        /// The version.
        version: String,
    },
    /// Somebody else changed the file after it was read.
    #[error("{path} {}; look at what is there now, and save again", if .now.version.is_some() { "was changed by somebody else meanwhile" } else { "is not there any more" })]
    Conflict {
        /// The file.
        path: TreePath,
        /// What is there now.
        now: NowThere,
    },
    /// A DAG file is wrong.
    #[error("{path} is refused, and nothing was changed: {report}")]
    Broken {
        /// The file.
        path: TreePath,
        /// What is wrong, with Python's traceback where there is one.
        report: String,
    },
    /// The server may not write there.
    #[error(
        "the server cannot write to the DAG folder {folder}: {reason}. Give its user the right to, name another folder in dags.folder, or change \
         the files where they come from"
    )]
    ReadOnly {
        /// The DAG folder.
        folder: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// There is more of something than is taken.
    #[error("{what} is more than is taken here: at most {most}")]
    TooBig {
        /// Of what.
        what: String,
        /// The most.
        most: String,
    },
    /// An earlier change is not completed, and cannot be now.
    #[error(
        "an earlier change of the DAG folder was interrupted and cannot be completed: {0}; what is in its way must go first"
    )]
    Interrupted(io::Error),
    /// The trees of files.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// A disk.
    #[error("the files cannot be read or written: {0}")]
    Io(io::Error),
}

impl FilesError {
    pub(super) fn unfit(path: &TreePath, reason: impl Into<String>) -> Self {
        Self::Unfit { path: path.to_string(), reason: reason.into() }
    }

    /// Of a failed write in the DAG folder.
    pub(super) fn in_folder(folder: &std::path::Path, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                Self::ReadOnly { folder: folder.to_owned(), reason: error.to_string() }
            }
            _ => Self::Io(error),
        }
    }
}

impl From<io::Error> for FilesError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let check = |kind: io::ErrorKind, is_told: bool| {
            let error = FilesError::in_folder(std::path::Path::new("/srv/dags"), kind.into());
            let text = error.to_string();
            assert_eq!(text.contains("/srv/dags") && text.contains("dags.folder"), is_told, "{text}");
        };
        check(io::ErrorKind::ReadOnlyFilesystem, true);
        check(io::ErrorKind::PermissionDenied, true);
        check(io::ErrorKind::StorageFull, false);
    }
}
