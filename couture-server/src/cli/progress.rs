//! How far long work is, for somebody who watches.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

/// A bar on standard error, where that is a terminal; else nothing. It goes with its owner.
#[derive(Debug)]
pub(super) struct Progress {
    what: &'static str,
    total: u64,
    done: AtomicU64,
    is_shown: bool,
}

const WIDTH: u64 = 30;

impl Progress {
    /// Of `total` of something.
    pub(super) fn start(what: &'static str, total: u64) -> Self {
        let progress = Self { what, total, done: AtomicU64::new(0), is_shown: std::io::stderr().is_terminal() };
        progress.show(0);
        progress
    }

    /// One more is done.
    pub(super) fn step(&self) {
        self.show(self.done.fetch_add(1, Ordering::Relaxed) + 1);
    }

    /// So much is done.
    pub(super) fn at(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.show(done);
    }

    fn show(&self, done: u64) {
        if self.is_shown {
            let _ = write!(std::io::stderr(), "\r{}", self.line(done));
            let _ = std::io::stderr().flush();
        }
    }

    fn line(&self, done: u64) -> String {
        let done = done.min(self.total);
        let filled = (done * WIDTH).checked_div(self.total).unwrap_or(WIDTH);
        let bar: String = (0..WIDTH).map(|at| if at < filled { '#' } else { '.' }).collect();
        format!("[{bar}] {done} of {} {}", self.total, self.what)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_never_longer_than_it_is() {
        let check = |total: u64, done: u64, filled: usize, end: &str| {
            let progress = Progress { what: "rows", total, done: AtomicU64::new(0), is_shown: false };
            let line = progress.line(done);
            assert_eq!((line.matches('#').count(), line.ends_with(end)), (filled, true), "{line}");
        };
        check(10, 0, 0, "0 of 10 rows");
        check(10, 5, 15, "5 of 10 rows");
        check(10, 99, 30, "10 of 10 rows");
        check(0, 0, 30, "0 of 0 rows");
    }
}
