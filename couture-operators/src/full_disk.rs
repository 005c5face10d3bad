//! Errors that end when somebody frees something.

use std::io;

/// Whether the disk, or the user's share of it, is full.
pub(crate) fn is_full_disk(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Whether a program cannot be started now, but may be later: the disk is full, or no file descriptor is free.
pub(crate) fn is_shortage(error: &io::Error) -> bool {
    let descriptors = [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE];
    is_full_disk(error) || descriptors.iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}
