use std::sync::atomic::{AtomicU64, Ordering};

use crate::text::Encoding;

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
    /// What was read so far.
    pub progress: Progress,
}

impl Default for Options {
    fn default() -> Self {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        Self { workers, delimiter: None, header: None, encoding: None, progress: Progress::default() }
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
    /// Adds what was read.
    pub fn add(&self, rows: u64, bytes: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
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
