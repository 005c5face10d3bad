//! Moving the write-ahead log into the database file, beside the writer.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use sqlx::Executor;
use sqlx::sqlite::SqlitePool;
use tokio::sync::Mutex;

use super::Writer;

/// When the log is to be moved next. An automatic checkpoint would stall the commit that triggers it for tens of
/// milliseconds; this one does nearly all of its work on another connection.
#[derive(Default)]
pub(super) struct Checkpoint {
    /// A guess of the pages written since the last one.
    pages: AtomicUsize,
    running: AtomicBool,
}

impl Checkpoint {
    /// When to begin: 16 MiB of log.
    const PAGES: usize = 4_096;

    /// When the writer does it itself: 256 MiB of log.
    pub(super) const LAST_RESORT_PAGES: usize = 65_536;

    /// Counts a transaction of `rows` rows; whether a checkpoint is to be made now.
    pub(super) fn is_due_after(&self, rows: usize) -> bool {
        // A small transaction changes a page in each of about five tables; rows of a big one share pages.
        let pages = 5 + rows / 16;
        self.pages.fetch_add(pages, Ordering::Relaxed) + pages >= Self::PAGES
            && !self.running.swap(true, Ordering::Relaxed)
    }

    /// Moves all of the log: first beside the writer, then, while it waits, the little that was added meanwhile. The writer
    /// can begin the log anew only when nothing is left in it.
    pub(super) async fn make(&self, readers: &SqlitePool, writer: &Mutex<Writer>) {
        const PASSIVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";
        self.pages.store(0, Ordering::Relaxed);
        let beside = readers.execute(PASSIVE).await.map(drop);
        let rest = match writer.lock().await.ready().await {
            Ok(connection) => connection.execute(PASSIVE).await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = beside.and(rest) {
            tracing::debug!(%error, "a checkpoint of the database was not made; a later one will be");
        }
        self.running.store(false, Ordering::Relaxed);
    }
}
