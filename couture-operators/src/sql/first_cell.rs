//! The first value of a query's first row, from any of the databases that are spoken here.

use couture_core::Failure;
use couture_core::values::Connection;
use serde_json::Value;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ColumnIndex, ConnectOptions, Connection as _, Database, Decode, Row, TypeInfo, ValueRef};

use super::parameters::{Dialect, bound};

/// A value as its database writes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    /// A number, or a truth value.
    Number(f64),
    Text(String),
}

impl Cell {
    /// Whether Python's `bool` of it is true.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Number(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
        }
    }

    fn of(text: Option<String>, kind: &str) -> Self {
        let Some(text) = text else { return Self::Null };
        if kind.eq_ignore_ascii_case("bool") || kind.eq_ignore_ascii_case("boolean") {
            return Self::Number(f64::from(u8::from(matches!(text.as_str(), "t" | "true" | "1"))));
        }
        let is_text = ["CHAR", "TEXT", "CLOB", "NAME", "BLOB", "BYTEA", "JSON", "ENUM"];
        let kind = kind.to_ascii_uppercase();
        match text.parse() {
            Ok(number) if !is_text.iter().any(|word| kind.contains(word)) => Self::Number(number),
            _ => Self::Text(text),
        }
    }
}

/// Runs `sql` with `parameters` (a list, an object of names, or null) on a connection of its own. `None` where it has no row.
pub(crate) async fn first_cell(
    connection: &Connection,
    sql: &str,
    parameters: &Value,
) -> Result<Option<Cell>, Failure> {
    let dialect = match connection.conn_type.as_str() {
        "sqlite" => Dialect::Sqlite,
        "postgres" | "postgresql" => Dialect::Postgres,
        "mysql" | "mariadb" => Dialect::MySql,
        other => {
            let known = "sqlite, postgres and mysql";
            return Err(Failure::fatal(format!("a connection of type {other:?} speaks no SQL here; {known} do")));
        }
    };
    let sql = &bound(sql, parameters, dialect)?;
    let found = match dialect {
        Dialect::Sqlite => {
            first_of::<_, sqlx::Sqlite>(SqliteConnectOptions::new().filename(sqlite_file(connection)), sql).await
        }
        Dialect::Postgres => first_of::<_, sqlx::Postgres>(postgres(connection), sql).await,
        Dialect::MySql => first_of::<_, sqlx::MySql>(mysql(connection), sql).await,
    };
    found.map_err(|error| Failure::retry(format!("the query failed: {error}")))
}

/// Airflow keeps the file in `host`; a URI such as `sqlite:///data/a.db` has it in the schema.
pub(crate) fn sqlite_file(connection: &Connection) -> String {
    match (connection.host.as_deref(), connection.schema.as_deref()) {
        (Some(host), _) if !host.is_empty() => host.to_owned(),
        (_, Some(schema)) => format!("/{}", schema.trim_start_matches('/')),
        _ => ":memory:".into(),
    }
}

fn postgres(connection: &Connection) -> PgConnectOptions {
    let mut options = PgConnectOptions::new().application_name("couture-task");
    options = options.host(connection.host.as_deref().unwrap_or("localhost")).port(connection.port.unwrap_or(5432));
    if let Some(login) = &connection.login {
        options = options.username(login);
    }
    if let Some(password) = &connection.password {
        options = options.password(password);
    }
    match &connection.schema {
        Some(database) => options.database(database),
        None => options,
    }
}

fn mysql(connection: &Connection) -> MySqlConnectOptions {
    let mut options = MySqlConnectOptions::new();
    options = options.host(connection.host.as_deref().unwrap_or("localhost")).port(connection.port.unwrap_or(3306));
    if let Some(login) = &connection.login {
        options = options.username(login);
    }
    if let Some(password) = &connection.password {
        options = options.password(password);
    }
    match &connection.schema {
        Some(database) => options.database(database),
        None => options,
    }
}

/// The text protocol has every value as text, whatever its type.
async fn first_of<O, DB>(options: O, sql: &str) -> Result<Option<Cell>, sqlx::Error>
where
    O: ConnectOptions<Connection = DB::Connection>,
    DB: Database,
    DB::Connection: sqlx::Connection<Database = DB>,
    for<'c> &'c mut DB::Connection: sqlx::Executor<'c, Database = DB>,
    for<'r> String: Decode<'r, DB>,
    usize: ColumnIndex<DB::Row>,
{
    let mut connection = options.disable_statement_logging().connect().await?;
    let row = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_optional(&mut connection).await;
    let cell = row.and_then(|row| match row {
        Some(row) if !row.is_empty() => {
            let kind = row.try_get_raw(0)?.type_info().name().to_owned();
            Ok(Some(Cell::of(row.try_get_unchecked::<Option<String>, _>(0)?, &kind)))
        }
        _ => Ok(None),
    });
    let _ = connection.close().await;
    cell
}
