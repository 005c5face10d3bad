//! Errors that end when somebody frees space.

use std::io;

/// Whether the disk, or the user's share of it, is full.
pub(crate) fn is_full_disk(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
