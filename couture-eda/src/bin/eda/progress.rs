use std::io::{IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use couture_eda::source::Progress;

use crate::clock;

const REDRAW: Duration = Duration::from_millis(200);

/// Shows what was read, until `done` is closed, where somebody looks.
pub(crate) fn show(progress: &Progress, done: &Receiver<()>) {
    if !std::io::stderr().is_terminal() {
        return;
    }
    let start = clock::start();
    while let Err(RecvTimeoutError::Timeout) = done.recv_timeout(REDRAW) {
        let (rows, bytes, all) = progress.get();
        let rate = rows as f64 / start.elapsed().as_secs_f64();
        let share = bytes as f64 / all.max(1) as f64;
        let filled = (share.min(1.0) * 30.0) as usize;
        let bar = format!("{}{}", "█".repeat(filled), "░".repeat(30 - filled));
        eprint!("\r{bar} {rows} rows, {rate:.0} rows/s \x1b[K");
        let _ = std::io::stderr().flush();
    }
    eprint!("\r\x1b[K");
}
