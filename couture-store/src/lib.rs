//! Couture's storage: the engine's facts in SQLite, PostgreSQL or MySQL/MariaDB; logs and artifacts as objects.
#![forbid(unsafe_code)]

mod error;
mod objects;
mod sql;
mod store;

pub use error::ConnectError;
pub use objects::{LogPart, LogStore, ObjectArtifacts, local_objects};
pub use store::{ConnectOptions, SqlStore, connect, connect_with};
