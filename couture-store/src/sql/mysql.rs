//! MySQL and MariaDB.

use std::str::FromStr;
use std::time::Duration;

use sqlx::mysql::{MySqlArguments, MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor};

use super::args::Args;
use super::batch::Table;
use super::dialect::{Dialect, assignments, rows_of, target};
use super::fault::Location;
use crate::error::ConnectError;

/// A MySQL or MariaDB database.
pub(crate) struct MySql {
    pub(super) pool: MySqlPool,
    pub(super) location: Location,
}

impl MySql {
    /// Connects to `url`, of which `shown` is what may be shown.
    pub(super) async fn open(url: &str, shown: &str, connections: u32) -> Result<Self, ConnectError> {
        let options = MySqlConnectOptions::from_str(url)
            .map_err(|_| ConnectError::Url(shown.to_owned()))?
            .disable_statement_logging();
        let location = Location::new(format!("the database {shown}"));
        // The pool would try for long, and not tell why it fails.
        let first = options.connect().await.map_err(|error| location.fault(error))?;
        first.close().await.map_err(|error| location.fault(error))?;
        let pool = MySqlPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10))
            // Commits name every row they change: the default level's locks on gaps would only make them collide.
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED").await.map(drop)
                })
            })
            .connect_lazy_with(options);
        Ok(Self { pool, location })
    }
}

/// The dialect of MySQL and MariaDB.
pub(super) struct MySqlDialect;

impl Dialect for MySqlDialect {
    fn args(&self) -> Args {
        Args::MySql(MySqlArguments::default())
    }

    fn upsert_from(&self, table: &Table, source: &str) -> String {
        format!(
            "INSERT INTO {} {source} ON DUPLICATE KEY UPDATE {}",
            target(table),
            assignments(table, |_, column| format!("VALUES({column})")),
        )
    }

    fn insert_absent(&self, table: &Table, rows: usize) -> String {
        format!("INSERT IGNORE INTO {} VALUES {}", target(table), rows_of(table.columns.len(), rows))
    }

    fn rows_as_table(&self, columns: usize, rows: usize) -> String {
        let named: Vec<_> = (1..=columns).map(|n| format!("? AS column{n}")).collect();
        let more = format!(" UNION ALL SELECT {}", vec!["?"; columns].join(", "));
        format!("(SELECT {}{}) AS changed", named.join(", "), more.repeat(rows - 1))
    }

    fn update(&self, table: &Table, rows: usize) -> String {
        format!(
            "UPDATE {name} JOIN {changes} ON {name}.{key} = changed.column1 SET {set}",
            name = table.name,
            changes = self.rows_as_table(table.columns.len(), rows),
            key = table.columns[0],
            set = assignments(table, |at, _| format!("changed.column{}", at + 1)),
        )
    }

    fn tables(&self) -> &'static str {
        "SELECT COUNT(*), COUNT(CASE WHEN table_name = 'couture_schema' THEN 1 END) FROM information_schema.tables \
         WHERE table_schema = DATABASE()"
    }

    fn migrations(&self) -> &'static [&'static str] {
        &[
            include_str!("../../migrations/mysql/0001_engine.sql"),
            include_str!("../../migrations/mysql/0002_values.sql"),
            include_str!("../../migrations/mysql/0003_scheduling.sql"),
            include_str!("../../migrations/mysql/0004_accounts.sql"),
            include_str!("../../migrations/mysql/0005_xcom_order.sql"),
            include_str!("../../migrations/mysql/0006_annals.sql"),
            include_str!("../../migrations/mysql/0007_run_origin.sql"),
        ]
    }

    fn begin_snapshot(&self) -> &'static str {
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT"
    }

    fn lock_schema(&self) -> [&'static str; 2] {
        ["SELECT GET_LOCK(CONCAT('couture ', DATABASE()), 600)", "SELECT RELEASE_LOCK(CONCAT('couture ', DATABASE()))"]
    }

    fn beat(&self) -> &'static str {
        "INSERT INTO worker (name, incarnation, beat) VALUES (?, ?, 1) ON DUPLICATE KEY UPDATE beat = beat + 1"
    }

    fn set_pool(&self) -> &'static str {
        "INSERT INTO pool (name, slots, used) VALUES (?, ?, 0) ON DUPLICATE KEY UPDATE slots = VALUES(slots)"
    }

    fn folded(&self, column: &str) -> String {
        format!("LOWER(CONVERT({column} USING utf8mb4))")
    }

    fn put_chunk(&self) -> &'static str {
        "INSERT IGNORE INTO dag_version (version, chunk, content) VALUES (?, ?, ?)"
    }
}
