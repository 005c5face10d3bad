//! A row of an answer.

use sqlx::mysql::MySqlRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Error, Row as _};

/// A row; columns are counted from 0. Types are not checked against the schema again: the migrations are ours.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
    MySql(MySqlRow),
}

macro_rules! get {
    ($row:expr, $at:expr) => {
        match $row {
            Row::Sqlite(row) => row.try_get_unchecked($at),
            Row::Postgres(row) => row.try_get_unchecked($at),
            Row::MySql(row) => row.try_get_unchecked($at),
        }
    };
}

impl Row {
    pub(crate) fn int(&self, at: usize) -> Result<i64, Error> {
        get!(self, at)
    }

    pub(crate) fn opt_int(&self, at: usize) -> Result<Option<i64>, Error> {
        get!(self, at)
    }

    pub(crate) fn text(&self, at: usize) -> Result<&str, Error> {
        get!(self, at)
    }

    pub(crate) fn opt_text(&self, at: usize) -> Result<Option<&str>, Error> {
        get!(self, at)
    }

    pub(crate) fn bytes(&self, at: usize) -> Result<&[u8], Error> {
        get!(self, at)
    }

    /// What `make` makes of the number in column `at`, which must be something.
    pub(crate) fn number<T>(&self, at: usize, make: impl FnOnce(i64) -> Option<T>) -> Result<T, Error> {
        let number = self.int(at)?;
        make(number).ok_or_else(|| unexpected(at, number))
    }

    /// What `parse` makes of the text in column `at`.
    pub(crate) fn parsed<'r, T, E: std::fmt::Display>(
        &'r self,
        at: usize,
        parse: impl FnOnce(&'r str) -> Result<T, E>,
    ) -> Result<T, Error> {
        parse(self.text(at)?).map_err(|error| unexpected(at, error))
    }
}

/// The column holds what it cannot hold.
pub(crate) fn unexpected(at: usize, found: impl std::fmt::Display) -> Error {
    Error::ColumnDecode { index: at.to_string(), source: format!("unexpected value {found}").into() }
}
