//! Couture's storage: the engine's facts in SQLite, PostgreSQL or MySQL/MariaDB.

mod error;
mod sql;
mod store;

pub use error::ConnectError;
pub use store::{ConnectOptions, SqlStore, connect, connect_with};
