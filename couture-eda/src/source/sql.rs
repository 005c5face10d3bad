//! Tables and queries of SQLite, PostgreSQL and MySQL or MariaDB, row by row, as the database writes them as text.

use std::future::Future;
use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Connection, Executor, Row, SqlSafeStr, TypeInfo, ValueRef};

use super::places::without_password;
use super::rows::Rows;
use super::statement::{self, Dialect};
use super::{Options, files, guard};
use crate::error::EdaError;
use crate::state::State;
use crate::text::{Notice, column_names};

/// A database has to let a client in within this time.
const MOST_WAIT: Duration = Duration::from_secs(60);

/// Profiles the rows of `query`, or of the table behind the `#` of the URL.
pub(super) fn profile(url: &str, query: Option<&str>, file: usize, options: &Options) -> Result<State, EdaError> {
    let (base, table) = split_table(url);
    let name = without_password(base);
    let unusable = |reason: String| EdaError::Source { name: name.clone(), reason };
    let is_mysql = base.starts_with("mysql") || base.starts_with("mariadb");
    let table = table.or(options.table.as_deref()).filter(|_| query.is_none());
    let dialect = if is_mysql {
        Dialect::MySql
    } else if base.starts_with("sqlite") {
        Dialect::Sqlite
    } else {
        Dialect::Postgres
    };
    let query = match (query, table) {
        (Some(query), _) => query.to_owned(),
        (None, Some(table)) => format!("SELECT * FROM {}", quoted(table, if is_mysql { '`' } else { '"' })),
        (None, None) => return Err(unusable("name a table, behind a # or apart, or give a query".to_owned())),
    };
    statement::check(&query, dialect).map_err(unusable)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| unusable(error.to_string()))?;
    // A server's message may hold what was sent to it.
    let message = |error: sqlx::Error| match error {
        sqlx::Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<EdaError>()) => {
            files::read_error(&name, error)
        }
        error => unusable(error.to_string().replace(base, &name)),
    };
    let rows = runtime.block_on(async {
        match dialect {
            Dialect::MySql => mysql(&base.replacen("mariadb", "mysql", 1), &query, file, options).await,
            Dialect::Sqlite => sqlite(base, &query, file, options).await,
            Dialect::Postgres => postgres(base, &query, file, options).await,
        }
    });
    let mut state = rows.map_err(message)?;
    let shown = table.map_or_else(|| query.clone(), str::to_owned);
    state.sources = vec![format!("{name}: {shown}")];
    Ok(state)
}

/// A URL of a database, and the table behind its `#`. A sign in a password that should have been written as %23 is not
/// taken for that one, or half of the password would be shown.
fn split_table(url: &str) -> (&str, Option<&str>) {
    match url.rsplit_once('#') {
        Some((base, table)) if !table.contains('@') => (base, Some(table)),
        _ => (url, None),
    }
}

/// A name of a table, of which each part between points is quoted.
fn quoted(table: &str, quote: char) -> String {
    let part = |part: &str| format!("{quote}{}{quote}", part.replace(quote, &format!("{quote}{quote}")));
    table.split('.').map(part).collect::<Vec<_>>().join(".")
}

/// Takes rows from a stream: `$text` gives a value as text.
macro_rules! read {
    ($connection:expr, $query:expr, $file:expr, $options:expr, $text:expr) => {{
        let mut connection = $connection;
        let mut rows: Option<Rows<'_>> = None;
        let mut stream = sqlx::raw_sql(AssertSqlSafe($query.to_owned())).fetch(&mut connection);
        let mut cells: Vec<Vec<u8>> = Vec::new();
        loop {
            let row = match stream.try_next().await {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(error) => match &mut rows {
                    None => return Err(error),
                    Some(rows) => {
                        rows.notices.add(Notice::Interrupted, || error.to_string());
                        break;
                    }
                },
            };
            if rows.is_none() {
                let given: Vec<String> = row.columns().iter().map(|column| column.name().to_owned()).collect();
                let types = row.columns().iter().map(|column| column.type_info().name().to_lowercase()).collect();
                let names = column_names(&given).0;
                $options.check(&names).map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?;
                rows = Some(Rows::new(names, types, $file, $options));
            }
            let rows = rows.as_mut().expect("it was made");
            cells.clear();
            for at in 0..row.columns().len() {
                cells.push($text(&row, at));
            }
            rows.push(cells.iter().map(Vec::as_slice));
        }
        drop(stream);
        // A query without rows tells no columns.
        let rows = rows.unwrap_or_else(|| Rows::new(Vec::new(), Vec::new(), $file, $options));
        Ok(rows.finish("SQL"))
    }};
}

/// Waits for a connection, in bounded time.
async fn within<T>(connection: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let reason = "the database did not let in within 60 seconds";
    let late = |_| sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, reason));
    tokio::time::timeout(MOST_WAIT, connection).await.map_err(late)?
}

/// Reads in a session that changes nothing, lest a query does by mistake. The server prepares the query first: it takes one
/// statement only, whatever it understands to be one. It is read without being prepared, as only then values are texts.
async fn postgres(url: &str, query: &str, file: usize, options: &Options) -> Result<State, sqlx::Error> {
    let mut connection = within(sqlx::postgres::PgConnection::connect(url)).await?;
    connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY").await?;
    connection.prepare(AssertSqlSafe(query.to_owned()).into_sql_str()).await?;
    let text = |row: &sqlx::postgres::PgRow, at: usize| {
        let value = row.try_get_raw(at).ok().filter(|value| !value.is_null());
        value.and_then(|value| value.as_bytes().ok().map(<[u8]>::to_vec)).unwrap_or_default()
    };
    read!(connection, query, file, options, text)
}

/// Reads as of [`postgres`].
async fn mysql(url: &str, query: &str, file: usize, options: &Options) -> Result<State, sqlx::Error> {
    let mut connection = within(sqlx::mysql::MySqlConnection::connect(url)).await?;
    connection.execute("SET SESSION TRANSACTION READ ONLY").await?;
    connection.prepare(AssertSqlSafe(query.to_owned()).into_sql_str()).await?;
    let text = |row: &sqlx::mysql::MySqlRow, at: usize| {
        let value: Result<Option<Vec<u8>>, _> = row.try_get_unchecked(at);
        value.ok().flatten().unwrap_or_default()
    };
    read!(connection, query, file, options, text)
}

/// Reads a file that may be read. That it only reads holds for this file; that no other is opened is up to the query, which
/// is one statement that begins with `SELECT` or the like.
async fn sqlite(url: &str, query: &str, file: usize, options: &Options) -> Result<State, sqlx::Error> {
    let connect: sqlx::sqlite::SqliteConnectOptions = url.parse()?;
    let real = guard::real_file(connect.get_filename(), &options.forbidden).map_err(sqlx::Error::Io)?;
    let connection = connect.filename(&real).create_if_missing(false).read_only(true).connect().await?;
    // A link may have taken the place of a folder before the database was opened.
    if guard::real_file(&real, &options.forbidden).map_err(sqlx::Error::Io)? != real {
        return Err(sqlx::Error::Io(std::io::Error::other("it was moved while it was opened; try again")));
    }
    let text = |row: &sqlx::sqlite::SqliteRow, at: usize| {
        let is_null = row.try_get_raw(at).is_ok_and(|value| value.is_null());
        let kind = row.try_get_raw(at).map(|value| value.type_info().name().to_owned()).unwrap_or_default();
        match kind.as_str() {
            _ if is_null => Vec::new(),
            "INTEGER" => {
                row.try_get_unchecked::<i64, _>(at).map(|value| value.to_string().into_bytes()).unwrap_or_default()
            }
            "REAL" => {
                row.try_get_unchecked::<f64, _>(at).map(|value| value.to_string().into_bytes()).unwrap_or_default()
            }
            _ => row.try_get_unchecked::<Vec<u8>, _>(at).unwrap_or_default(),
        }
    };
    read!(connection, query, file, options, text)
}
