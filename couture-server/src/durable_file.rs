//! Small files that are there as a whole, or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// Replaces a file's content as a whole, durable when it returns.
pub(crate) fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    write(file, content, None)
}

/// As [`replace`], for content that nobody but its owner may read: the file is private before it has its name.
pub(crate) fn replace_private(file: &Path, content: &[u8]) -> io::Result<()> {
    write(file, content, Some(0o600))
}

fn write(file: &Path, content: &[u8], mode: Option<u32>) -> io::Result<()> {
    let fresh = file.with_extension("fresh");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    mode.map(|mode| options.mode(mode));
    let mut target = options.open(&fresh)?;
    if let Some(mode) = mode {
        // It may have been there, left behind with another mode.
        target.set_permissions(Permissions::from_mode(mode))?;
    }
    target.write_all(content)?;
    target.sync_all()?;
    fs::rename(&fresh, file)?;
    match file.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
