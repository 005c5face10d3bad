//! What a database's error means to the engine.

use std::fmt;
use std::sync::Arc;

use couture_core::store::StoreError;
use sqlx::Error;

/// Which database, as messages name it: never with a password.
#[derive(Clone, Debug)]
pub(crate) struct Location(Arc<str>);

impl Location {
    pub(crate) fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().into())
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The database cannot do it now.
#[derive(Debug, thiserror::Error)]
#[error("{location} {what}: {source}")]
struct Trouble {
    location: Location,
    what: &'static str,
    source: Error,
}

/// What is wrong, and so what follows.
enum Kind {
    /// It may work later.
    Later(&'static str),
    /// The content is wrong.
    Damage(&'static str),
}

impl Location {
    /// What the engine is to make of `error`.
    pub(crate) fn fault(&self, error: Error) -> StoreError {
        match kind(&error) {
            Kind::Later(what) => {
                StoreError::Unavailable(Box::new(Trouble { location: self.clone(), what, source: error }))
            }
            Kind::Damage(advice) => StoreError::Corrupt(format!("{self} {advice} ({})", message(&error))),
        }
    }
}

/// Whether the database gave up this transaction so that another can go on, as PostgreSQL, then MariaDB, say it.
pub(crate) fn is_deadlock(error: &Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("40P01" | "40001"))
}

fn message(error: &Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

fn kind(error: &Error) -> Kind {
    let foreign = Kind::Damage("holds what this program does not understand; was it changed by something else?");
    match error {
        Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            if database.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                return of_sqlite(code.parse().unwrap_or(0));
            }
            match database.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
                Some(error) => of_mysql(error.number()),
                None => of_postgres(&code),
            }
        }
        Error::ColumnDecode { .. }
        | Error::Decode(_)
        | Error::ColumnNotFound(_)
        | Error::ColumnIndexOutOfBounds { .. }
        | Error::TypeNotFound { .. } => foreign,
        Error::PoolTimedOut => Kind::Later("has no free connection"),
        _ => Kind::Later("does not answer"),
    }
}

/// By SQLite's result codes: <https://sqlite.org/rescode.html>. The lowest byte is the primary one.
fn of_sqlite(code: u32) -> Kind {
    match code & 0xff {
        8 => Kind::Later("cannot be written; is the file, or its disk, read-only?"),
        10 => Kind::Later("cannot be read or written"),
        11 => Kind::Damage("is damaged; stop the server and restore the file from a backup"),
        13 => Kind::Later("finds no space on its disk; free some"),
        14 => Kind::Later("cannot be opened; may this user read and write its folder?"),
        26 => {
            Kind::Damage("is not a database of Couture, or is damaged; restore it from a backup, or name another file")
        }
        _ => Kind::Later("failed"),
    }
}

/// By SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn of_postgres(code: &str) -> Kind {
    match code {
        "28P01" | "28000" => Kind::Later("refuses the user or the password"),
        "3D000" => Kind::Later("does not exist; create the database first"),
        "42P01" | "42703" => Kind::Damage("lacks a table or a column; was it changed by something else?"),
        "53100" => Kind::Later("finds no space on its disk; free some"),
        "XX001" | "XX002" => Kind::Damage("is damaged; restore it from a backup"),
        _ => Kind::Later("failed"),
    }
}

/// By error number: <https://mariadb.com/kb/en/mariadb-error-codes/>.
fn of_mysql(number: u16) -> Kind {
    match number {
        1021 | 1114 => Kind::Later("finds no space on its disk; free some"),
        1034 | 1194 | 1712 => Kind::Damage("is damaged; restore it from a backup"),
        1045 | 1698 => Kind::Later("refuses the user or the password"),
        1049 => Kind::Later("does not exist; create the database first"),
        1054 | 1146 => Kind::Damage("lacks a table or a column; was it changed by something else?"),
        _ => Kind::Later("failed"),
    }
}
