//! Couture's storage: the engine's facts in SQLite, PostgreSQL or MySQL/MariaDB, variables and connections encrypted beside them; logs
//! and artifacts as objects.
#![forbid(unsafe_code)]

mod error;
mod objects;
mod sql;
mod store;
mod values;

pub use error::ConnectError;
pub use objects::{
    Author, Content, LogPart, LogStore, Manifest, ObjectArtifacts, PastFile, TreeChange, TreeError, TreeFile, TreePath,
    TreePathError, TreeStore, local_objects,
};
pub use store::{ConnectOptions, SqlStore, connect, connect_with};
pub use values::{FernetKeys, KeyError, Rotation, SqlValues};
