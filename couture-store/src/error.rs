//! Why a store cannot be opened.

use std::path::PathBuf;

use couture_core::store::StoreError;

/// Why a store cannot be opened. No message holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// Not a URL of a database that is supported.
    #[error(
        "the database URL {0:?} is not supported; write sqlite:///path/to/couture.db, \
         postgres://user:password@host/database or mysql://user:password@host/database"
    )]
    Url(String),
    /// The folder of the database file cannot be made or used.
    #[error("failed to use the data folder {folder:?}: {source}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process has the data folder.
    #[error("the data folder {0:?} is in use; is another server running on it? stop it, or name another folder")]
    Locked(PathBuf),
    /// The database holds tables, but not Couture's.
    #[error("{0} holds tables that are not Couture's; name an empty database")]
    Foreign(String),
    /// A newer program made the database.
    #[error(
        "{location} was written by a newer Couture (schema {found}, this program knows {known}); \
         run that version, or restore a backup that this one made"
    )]
    Newer {
        /// Which database.
        location: String,
        /// Its schema.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// The database does not answer, or its content is damaged.
    #[error(transparent)]
    Store(#[from] StoreError),
}
