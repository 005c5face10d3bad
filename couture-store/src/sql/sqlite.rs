//! SQLite: one file, one process, one writer.

mod checkpoint;
mod lock;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use couture_core::store::StoreError;
use sqlx::ConnectOptions;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::sync::Mutex;

use self::checkpoint::Checkpoint;
use self::lock::FolderLock;
pub(super) use self::writer::Writer;
use super::args::Args;
use super::batch::Table;
use super::dialect::{Dialect, target, update_from_values};
use super::fault::Location;
use super::script::{RunError, Script};
use crate::error::ConnectError;

/// An open database file.
pub(crate) struct Sqlite {
    pub(super) writer: Arc<Mutex<Writer>>,
    pub(super) readers: SqlitePool,
    pub(super) location: Location,
    checkpoint: Arc<Checkpoint>,
    /// Declared last: released when the connections above are gone.
    lock: std::sync::Mutex<Option<FolderLock>>,
}

impl Sqlite {
    /// Opens `file`, or makes it and its folder, and locks the folder for this process.
    pub(super) async fn open(file: &Path) -> Result<Self, ConnectError> {
        let file =
            std::path::absolute(file).map_err(|source| ConnectError::Folder { folder: file.to_owned(), source })?;
        let lock = FolderLock::take(&file)?;
        let location = Location::new(format!("the database {}", file.display()));
        let options = options(&file);
        let writer = options
            .clone()
            // Checkpoints are made beside the writer; this is for when those cannot keep up.
            .pragma("wal_autocheckpoint", Checkpoint::LAST_RESORT_PAGES.to_string())
            .pragma("cache_size", "-16384")
            .connect()
            .await
            .map_err(|error| location.fault(error))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .min_connections(0)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .acquire_timeout(Duration::from_secs(30))
            .connect_lazy_with(options.row_buffer_size(1_024));
        Ok(Self {
            writer: Arc::new(Mutex::new(Writer::new(writer))),
            readers,
            location,
            checkpoint: Arc::default(),
            lock: std::sync::Mutex::new(Some(lock)),
        })
    }

    /// Applies `script`.
    pub(super) async fn run(&self, script: Script) -> Result<(), RunError> {
        let rows = script.rows();
        self.writer.lock().await.run(script).await?;
        if self.checkpoint.is_due_after(rows) {
            // It holds the connections, but not the lock on the folder: a store that is dropped can be opened again at once.
            let (checkpoint, readers, writer) = (self.checkpoint.clone(), self.readers.clone(), self.writer.clone());
            tokio::spawn(async move { checkpoint.make(&readers, &writer).await });
        }
        Ok(())
    }

    /// Finishes what runs, and closes the file.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.lock().await.close().await;
        self.lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    }
}

fn options(file: &PathBuf) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        // What one big commit left behind is given back at the next checkpoint.
        .pragma("journal_size_limit", "67108864")
        .disable_statement_logging()
}

/// Keeps other processes from `file` until it is dropped.
pub(crate) fn lock_sqlite(file: &Path) -> Result<FolderLock, ConnectError> {
    FolderLock::take(file)
}

/// The number of the newest schema of SQLite that this program knows.
pub(crate) fn known_sqlite_schema() -> i64 {
    SqliteDialect.migrations().len() as i64
}

/// What an error of the database `file` means.
pub(crate) fn sqlite_fault(file: &Path, error: sqlx::Error) -> StoreError {
    Location::new(format!("the database {}", file.display())).fault(error)
}

/// SQLite's dialect.
pub(super) struct SqliteDialect;

impl Dialect for SqliteDialect {
    fn args(&self) -> Args {
        Args::Sqlite(SqliteArguments::default())
    }

    fn upsert_from(&self, table: &Table, source: &str) -> String {
        // All rows are whole, and no table has a trigger: the same as ON CONFLICT, and faster.
        format!("INSERT OR REPLACE INTO {} {source}", target(table))
    }

    fn update(&self, table: &Table, rows: usize) -> String {
        update_from_values(table, rows)
    }

    fn tables(&self) -> &'static str {
        "SELECT COUNT(*), COUNT(CASE WHEN name = 'couture_schema' THEN 1 END) FROM sqlite_schema \
         WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    }

    fn migrations(&self) -> &'static [&'static str] {
        &[
            include_str!("../../migrations/sqlite/0001_engine.sql"),
            include_str!("../../migrations/sqlite/0002_values.sql"),
            include_str!("../../migrations/sqlite/0003_scheduling.sql"),
            include_str!("../../migrations/sqlite/0004_accounts.sql"),
            include_str!("../../migrations/sqlite/0005_xcom_order.sql"),
            include_str!("../../migrations/sqlite/0006_annals.sql"),
            include_str!("../../migrations/sqlite/0007_run_origin.sql"),
        ]
    }
}
