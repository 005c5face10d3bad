//! How much the disk of the data folder still takes.

use std::path::Path;

/// Less than this counts as a full disk: a piece of a log or of the database may not fit any more.
const LITTLE_BYTES: u64 = 1 << 20;

/// The free bytes for this user on the disk of `folder`, where the system tells.
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// What is wrong with the disk of `folder`, if anything.
pub(crate) fn full_disk(folder: &Path) -> Option<String> {
    let free = free_bytes(folder).filter(|free| *free < LITTLE_BYTES)?;
    Some(format!(
        "the disk of {} has only {free} bytes left; free some: tasks whose log or state cannot be written wait until then",
        folder.display()
    ))
}
