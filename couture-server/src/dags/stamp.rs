//! What tells that a file may have changed.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Changes whenever a file's content may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: (i64, i64),
    changed: (i64, i64),
    inode: u64,
    bytes: u64,
}

impl Stamp {
    /// That of a plain file; none where there is none.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let facts = std::fs::metadata(path).ok().filter(Metadata::is_file)?;
        Some(Self {
            modified: (facts.mtime(), facts.mtime_nsec()),
            changed: (facts.ctime(), facts.ctime_nsec()),
            inode: facts.ino(),
            bytes: facts.len(),
        })
    }
}
