//! Three databases behind one enum.

use std::borrow::Cow;
use std::path::Path;

use couture_core::store::StoreError;
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Error, SqlSafeStr};

use super::args::Args;
use super::dialect::Dialect;
use super::fault::Location;
use super::mysql::{MySql, MySqlDialect};
use super::postgres::{Postgres, PostgresDialect};
use super::row::Row;
use super::script::{Group, RunError, Script};
use super::sqlite::{Sqlite, SqliteDialect};
use crate::error::ConnectError;

/// A database. Statements are written with `?` for arguments.
pub(crate) enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
    MySql(MySql),
}

impl Database {
    /// Opens what `url` names, with at most `connections` connections to a server.
    pub(crate) async fn open(url: &str, connections: u32) -> Result<Self, ConnectError> {
        let shown = without_password(url);
        match url.split_once("://") {
            Some(("sqlite", path)) if !path.is_empty() && !path.contains('?') => {
                Ok(Self::Sqlite(Sqlite::open(Path::new(path)).await?))
            }
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(Postgres::open(url, &shown, connections).await?)),
            Some(("mysql" | "mariadb", rest)) => {
                Ok(Self::MySql(MySql::open(&format!("mysql://{rest}"), &shown, connections).await?))
            }
            _ => Err(ConnectError::Url(shown)),
        }
    }

    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        match self {
            Self::Sqlite(_) => &SqliteDialect,
            Self::Postgres(_) => &PostgresDialect,
            Self::MySql(_) => &MySqlDialect,
        }
    }

    pub(crate) fn location(&self) -> &Location {
        match self {
            Self::Sqlite(database) => &database.location,
            Self::Postgres(database) => &database.location,
            Self::MySql(database) => &database.location,
        }
    }

    /// No arguments yet.
    pub(crate) fn args(&self) -> Args {
        self.dialect().args()
    }

    /// What the engine is to make of `error`.
    pub(crate) fn fault(&self, error: Error) -> StoreError {
        self.location().fault(error)
    }

    /// Asks, and gives each row of the answer to `each`.
    pub(crate) async fn fetch(
        &self,
        sql: impl Into<Cow<'static, str>>,
        args: Args,
        each: impl FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), StoreError> {
        let sql = AssertSqlSafe(self.dialect().placeholders(sql.into()));
        let answer = match (self, args) {
            (Self::Sqlite(database), Args::Sqlite(args)) => {
                drain(sqlx::query_with(sql, args).fetch(&database.readers).map_ok(Row::Sqlite), each).await
            }
            (Self::Postgres(database), Args::Postgres(args)) => {
                drain(sqlx::query_with(sql, args).fetch(&database.pool).map_ok(Row::Postgres), each).await
            }
            (Self::MySql(database), Args::MySql(args)) => {
                drain(sqlx::query_with(sql, args).fetch(&database.pool).map_ok(Row::MySql), each).await
            }
            _ => foreign_args(),
        };
        answer.map_err(|error| self.fault(error))
    }

    /// Begins to look at one state of the database.
    pub(crate) async fn snapshot(&self) -> Result<Snapshot<'_>, StoreError> {
        let begin = self.dialect().begin_snapshot();
        let transaction = match self {
            Self::Sqlite(database) => database.readers.begin_with(begin).await.map(Transaction::Sqlite),
            Self::Postgres(database) => database.pool.begin_with(begin).await.map(Transaction::Postgres),
            Self::MySql(database) => database.pool.begin_with(begin).await.map(Transaction::MySql),
        };
        Ok(Snapshot { transaction: transaction.map_err(|error| self.fault(error))?, database: self })
    }

    /// Runs one statement that is its own transaction, and tells how many rows it found.
    pub(crate) async fn execute(&self, sql: impl Into<Cow<'static, str>>, args: Args) -> Result<u64, StoreError> {
        let sql = AssertSqlSafe(self.dialect().placeholders(sql.into()));
        let result = match (self, args) {
            (Self::Sqlite(database), Args::Sqlite(args)) => {
                database.writer.lock().await.execute(sql.into_sql_str(), args).await.map(|done| done.rows_affected())
            }
            (Self::Postgres(database), Args::Postgres(args)) => {
                sqlx::query_with(sql, args).execute(&database.pool).await.map(|done| done.rows_affected())
            }
            (Self::MySql(database), Args::MySql(args)) => {
                sqlx::query_with(sql, args).execute(&database.pool).await.map(|done| done.rows_affected())
            }
            _ => foreign_args(),
        };
        result.map_err(|error| self.fault(error))
    }

    /// Inserts one row, and tells the number that the database gave to its column `number`.
    pub(crate) async fn insert(&self, sql: &'static str, number: &str, args: Args) -> Result<i64, StoreError> {
        let sql = format!("{sql}{}", self.dialect().returning(number));
        let sql = AssertSqlSafe(self.dialect().placeholders(sql.into()));
        let result = match (self, args) {
            (Self::Sqlite(database), Args::Sqlite(args)) => {
                let mut writer = database.writer.lock().await;
                writer.execute(sql.into_sql_str(), args).await.map(|done| done.last_insert_rowid())
            }
            (Self::Postgres(database), Args::Postgres(args)) => {
                let row = sqlx::query_with(sql, args).fetch_one(&database.pool).await;
                row.and_then(|row| Row::Postgres(row).int(0))
            }
            (Self::MySql(database), Args::MySql(args)) => {
                let done = sqlx::query_with(sql, args).execute(&database.pool).await;
                done.map(|done| done.last_insert_id() as i64)
            }
            _ => foreign_args(),
        };
        result.map_err(|error| self.fault(error))
    }

    /// Applies all of `script` or nothing, durable when it returns.
    pub(crate) async fn run(&self, script: Script) -> Result<(), RunError> {
        match self {
            Self::Sqlite(database) => database.run(script).await,
            Self::Postgres(database) => {
                let mut transaction = database.pool.begin().await?;
                for mut group in script.groups {
                    let sql = group.sql();
                    let Args::Postgres(args) = group.args else { foreign_args() };
                    let done = sqlx::query_with(sql, args).execute(&mut *transaction).await?;
                    Group::check(group.expected, done.rows_affected())?;
                }
                Ok(transaction.commit().await?)
            }
            Self::MySql(database) => {
                let mut transaction = database.pool.begin().await?;
                for mut group in script.groups {
                    let sql = group.sql();
                    let Args::MySql(args) = group.args else { foreign_args() };
                    let done = sqlx::query_with(sql, args).execute(&mut *transaction).await?;
                    Group::check(group.expected, done.rows_affected())?;
                }
                Ok(transaction.commit().await?)
            }
        }
    }

    /// Waits for what runs, and closes all connections.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(database) => database.close().await,
            Self::Postgres(database) => database.pool.close().await,
            Self::MySql(database) => database.pool.close().await,
        }
    }
}

/// One state of the database.
pub(crate) struct Snapshot<'d> {
    database: &'d Database,
    transaction: Transaction,
}

enum Transaction {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
    MySql(sqlx::Transaction<'static, sqlx::MySql>),
}

impl Snapshot<'_> {
    /// See [`Database::fetch`].
    pub(crate) async fn fetch(
        &mut self,
        sql: &'static str,
        args: Args,
        each: impl FnMut(Row) -> Result<(), Error>,
    ) -> Result<(), StoreError> {
        let sql = AssertSqlSafe(self.database.dialect().placeholders(sql.into()));
        let answer = match (&mut self.transaction, args) {
            (Transaction::Sqlite(transaction), Args::Sqlite(args)) => {
                drain(sqlx::query_with(sql, args).fetch(&mut **transaction).map_ok(Row::Sqlite), each).await
            }
            (Transaction::Postgres(transaction), Args::Postgres(args)) => {
                drain(sqlx::query_with(sql, args).fetch(&mut **transaction).map_ok(Row::Postgres), each).await
            }
            (Transaction::MySql(transaction), Args::MySql(args)) => {
                drain(sqlx::query_with(sql, args).fetch(&mut **transaction).map_ok(Row::MySql), each).await
            }
            _ => foreign_args(),
        };
        answer.map_err(|error| self.database.fault(error))
    }
}

async fn drain(
    mut rows: impl futures_util::Stream<Item = Result<Row, Error>> + Unpin,
    mut each: impl FnMut(Row) -> Result<(), Error>,
) -> Result<(), Error> {
    while let Some(row) = rows.try_next().await? {
        each(row)?;
    }
    Ok(())
}

fn foreign_args() -> ! {
    unreachable!("arguments are made by the database that they are given to")
}

/// `url` without its password and its options.
fn without_password(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn passwords_are_not_shown() {
        let check = |url: &str, expected: &str| assert_eq!(without_password(url), expected);
        check("postgres://me:s3cret@host:5432/db", "postgres://me@host:5432/db");
        check("postgres://me:p@ss/w@host/db?password=s3cret", "postgres://me@host/db");
        check("mysql://host/db", "mysql://host/db");
        check("nonsense", "nonsense");
    }
}
