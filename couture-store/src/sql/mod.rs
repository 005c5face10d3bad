//! A small layer over sqlx: three databases behind one enum, statements written once.

mod args;
mod batch;
mod database;
mod dialect;
mod fault;
mod migration;
mod mysql;
mod postgres;
mod row;
mod script;
mod sqlite;

pub(crate) use args::Args;
pub(crate) use batch::{Batch, Table};
pub(crate) use database::Database;
pub(crate) use dialect::Dialect;
pub(crate) use fault::is_deadlock;
pub(crate) use row::{Row, unexpected};
pub(crate) use script::{RunError, Script};
pub(crate) use sqlite::{known_sqlite_schema, lock_sqlite, sqlite_fault};
