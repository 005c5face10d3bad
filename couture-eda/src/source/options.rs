use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::EdaError;
use crate::importance::Target;
use crate::limits::Limits;
use crate::text::Encoding;

/// Cells of the rows that are drawn at random at most.
const MOST_SAMPLED_CELLS: usize = 4_000_000;

/// How sources are read.
#[derive(Debug)]
pub struct Options {
    /// Threads that work at once.
    pub workers: usize,
    /// What stands between the fields of a text file, where it is not to be detected.
    pub delimiter: Option<u8>,
    /// Whether the first record names the columns, where it is not to be detected.
    pub header: Option<bool>,
    /// The encoding, where it is not to be detected.
    pub encoding: Option<Encoding>,
    /// Rows that are drawn at random, where more than for a profile are wanted: feature importance learns from them.
    pub sample_rows: Option<usize>,
    /// The table that is read of a database, where neither its URL nor a query says so; its schema stands before a point.
    pub table: Option<String>,
    /// What is to be predicted: a table without the column is refused as soon as its columns are known.
    pub target: Option<String>,
    /// Folders of this machine of which no file is read, whatever name or link leads there; where there is one, nor are
    /// files of `/proc`, `/sys` and `/dev`.
    pub forbidden: Vec<PathBuf>,
    /// What was read so far.
    pub progress: Arc<Progress>,
}

impl Default for Options {
    fn default() -> Self {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            workers,
            delimiter: None,
            header: None,
            encoding: None,
            sample_rows: None,
            table: None,
            target: None,
            forbidden: Vec::new(),
            progress: Arc::default(),
        }
    }
}

impl Options {
    /// The limits for a table of so many columns.
    #[must_use]
    pub fn limits(&self, columns: usize) -> Limits {
        let limits = Limits::for_columns(columns);
        let most = (MOST_SAMPLED_CELLS / columns.max(1)).max(100);
        let rows = self.sample_rows.map_or(limits.sample_rows, |rows| rows.min(most));
        Limits { sample_rows: rows.max(limits.sample_rows), ..limits }
    }

    /// Refuses a table of too many columns.
    ///
    /// # Errors
    /// [`EdaError::TooManyColumns`].
    pub(super) fn check_width(columns: usize) -> Result<(), EdaError> {
        const MOST: usize = 100_000;
        if columns > MOST { Err(EdaError::TooManyColumns { columns, most: MOST }) } else { Ok(()) }
    }

    /// Looks for the target among the columns of a table.
    ///
    /// # Errors
    /// [`EdaError::TooManyColumns`]; [`EdaError::Target`], where it is not there.
    pub(super) fn check(&self, columns: &[String]) -> Result<(), EdaError> {
        Self::check_width(columns.len())?;
        self.target.as_ref().map_or(Ok(()), |target| Target::parse(target, columns).map(drop))
    }
}

/// What was read so far; may be asked by another thread.
#[derive(Debug, Default)]
pub struct Progress {
    rows: AtomicU64,
    bytes: AtomicU64,
    all_bytes: AtomicU64,
}

impl Progress {
    /// Adds rows that were taken in.
    pub fn add_rows(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    /// Adds bytes that were read.
    pub fn add_bytes(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Adds what there is to read.
    pub fn expect(&self, bytes: u64) {
        self.all_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The rows and bytes that were read, and all bytes that there are as far as is known.
    #[must_use]
    pub fn get(&self) -> (u64, u64, u64) {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (load(&self.rows), load(&self.bytes), load(&self.all_bytes))
    }
}
