//! PostgreSQL.

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};

use super::args::Args;
use super::batch::Table;
use super::dialect::{Dialect, assignments, target, update_from_values};
use super::fault::Location;
use crate::error::ConnectError;

/// A PostgreSQL database.
pub(crate) struct Postgres {
    pub(super) pool: PgPool,
    pub(super) location: Location,
}

impl Postgres {
    /// Connects to `url`, of which `shown` is what may be shown.
    pub(super) async fn open(url: &str, shown: &str, connections: u32) -> Result<Self, ConnectError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| ConnectError::Url(shown.to_owned()))?
            .application_name("couture")
            .disable_statement_logging();
        let location = Location::new(format!("the database {shown}"));
        // The pool would try for long, and not tell why it fails.
        let first = options.connect().await.map_err(|error| location.fault(error))?;
        first.close().await.map_err(|error| location.fault(error))?;
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(options);
        Ok(Self { pool, location })
    }
}

/// `text` as PostgreSQL can hold it: its texts have no character NUL.
pub(super) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.as_bytes().contains(&0) { Cow::Owned(text.replace('\0', "\u{FFFD}")) } else { Cow::Borrowed(text) }
}

/// PostgreSQL's dialect.
pub(super) struct PostgresDialect;

impl Dialect for PostgresDialect {
    fn placeholders(&self, sql: Cow<'static, str>) -> Cow<'static, str> {
        let mut parts = sql.split('?');
        let mut numbered = parts.next().unwrap_or_default().to_owned();
        for (at, part) in parts.enumerate() {
            numbered.push_str(&format!("${}{part}", at + 1));
        }
        Cow::Owned(numbered)
    }

    fn args(&self) -> Args {
        Args::Postgres(PgArguments::default())
    }

    fn upsert_from(&self, table: &Table, source: &str) -> String {
        format!(
            "INSERT INTO {} {source} ON CONFLICT ({}) DO UPDATE SET {}",
            target(table),
            table.columns[..table.keys].join(", "),
            assignments(table, |_, column| format!("excluded.{column}")),
        )
    }

    fn update(&self, table: &Table, rows: usize) -> String {
        update_from_values(table, rows)
    }

    fn tables(&self) -> &'static str {
        "SELECT COUNT(*), COUNT(CASE WHEN table_name = 'couture_schema' THEN 1 END) FROM information_schema.tables \
         WHERE table_schema = current_schema()"
    }

    fn migrations(&self) -> &'static [&'static str] {
        &[
            include_str!("../../migrations/postgres/0001_engine.sql"),
            include_str!("../../migrations/postgres/0002_values.sql"),
            include_str!("../../migrations/postgres/0003_scheduling.sql"),
            include_str!("../../migrations/postgres/0004_accounts.sql"),
            include_str!("../../migrations/postgres/0005_xcom_order.sql"),
            include_str!("../../migrations/postgres/0006_annals.sql"),
            include_str!("../../migrations/postgres/0007_run_origin.sql"),
        ]
    }

    fn begin_snapshot(&self) -> &'static str {
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    }

    fn lock_schema(&self) -> [&'static str; 2] {
        // Any number, the same in all our programs: "couture" as a number.
        ["SELECT pg_advisory_lock(27991651217404517)", "SELECT pg_advisory_unlock(27991651217404517)"]
    }

    fn returning(&self, column: &str) -> String {
        format!(" RETURNING {column}")
    }
}
