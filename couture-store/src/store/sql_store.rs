//! The store itself, and how it is opened.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use couture_core::store::{DEFAULT_POOL_SLOTS, DEFAULT_SHARDS, StoreError};
use couture_core::{PoolName, ShardId};

use super::statements::Statements;
use crate::error::ConnectError;
use crate::sql::Database;

/// A [`Store`](couture_core::Store) and [`StoreReader`](couture_core::StoreReader) in SQLite, PostgreSQL or MySQL/MariaDB.
/// Clones are handles to the same connections.
///
/// On SQLite one process has the store, and a lock in the data folder proves it; each commit is on the disk when it returns.
/// The methods must be called on a tokio runtime. A store that is not used does nothing.
#[derive(Clone)]
pub struct SqlStore {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    database: Database,
    pub(super) statements: Statements,
    shards: u32,
    /// Whether there may be something left of deleted runs.
    pub(super) purges: AtomicBool,
}

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// The shards of a store that is made; one that exists keeps its own number.
    pub shards: u32,
    /// The most connections to a database server.
    pub connections: u32,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self { shards: DEFAULT_SHARDS, connections: 10 }
    }
}

/// Opens the store at `url`, and makes it where it is missing: `sqlite:///path/to/couture.db` (the folder is made too),
/// `postgres://user:password@host/database`, `mysql://user:password@host/database`. The schema of an older program is brought
/// up to date.
pub async fn connect(url: &str) -> Result<SqlStore, ConnectError> {
    connect_with(url, &ConnectOptions::default()).await
}

/// [`connect`] with options.
pub async fn connect_with(url: &str, options: &ConnectOptions) -> Result<SqlStore, ConnectError> {
    let database = Database::open(url, options.connections.max(2)).await?;
    let shards: Vec<_> = (0..options.shards.max(1)).map(|id| format!("({id}, 0, 0)")).collect();
    let seed = format!(
        "INSERT INTO shard (id, epoch, sequence) VALUES {};\n\
         INSERT INTO pool (name, slots, used) VALUES ('{}', {DEFAULT_POOL_SLOTS}, 0)",
        shards.join(", "),
        PoolName::DEFAULT
    );
    database.migrate(database.dialect().migrations(), &seed).await?;
    let mut shards = 0;
    let count = |row: crate::sql::Row| {
        shards = row.number(0, |count| u32::try_from(count).ok())?;
        Ok(())
    };
    database.fetch("SELECT COUNT(*) FROM shard", database.args(), count).await?;
    let statements = Statements::new(database.dialect());
    Ok(SqlStore { inner: Arc::new(Inner { database, statements, shards, purges: AtomicBool::new(true) }) })
}

impl SqlStore {
    /// Waits for what is being written, and closes all connections. Every handle is useless afterwards. A store that is dropped
    /// instead loses nothing either.
    pub async fn close(&self) {
        self.inner.database.close().await;
    }

    pub(crate) fn database(&self) -> &Database {
        &self.inner.database
    }

    /// `shard`, if the store has it.
    pub(super) fn known(&self, shard: ShardId) -> Result<i64, StoreError> {
        if shard.0 < self.inner.shards {
            return Ok(i64::from(shard.0));
        }
        Err(StoreError::Corrupt(format!("{} has no shard {shard}", self.database().location())))
    }
}

impl fmt::Debug for SqlStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqlStore({})", self.database().location())
    }
}

/// A limit as a database takes it.
pub(crate) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
