//! The lock that keeps a second process out.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::error::ConnectError;

/// Held while the process has the database; the system gives it back when the process ends, however it ends.
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Locks `<database>.lock`, and makes the folder where it is missing.
    pub(crate) fn take(database: &Path) -> Result<Self, ConnectError> {
        let folder = database.parent().unwrap_or(database);
        let failed = |source| ConnectError::Folder { folder: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let mut name = database.file_name().unwrap_or_default().to_owned();
        name.push(".lock");
        let path = folder.join(name);
        let file = File::options().create(true).truncate(false).write(true).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(ConnectError::Locked(folder.to_owned())),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}
