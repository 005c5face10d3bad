use std::io::{IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::source::Progress;

use super::clock;

const REDRAW: Duration = Duration::from_millis(200);
/// How often a program is told.
const TELL: Duration = Duration::from_secs(2);

/// Shows what was read, until `done` is closed.
pub(super) fn show(progress: &Progress, done: &Receiver<()>) {
    let start = clock::start();
    let mut shown = std::io::stderr();
    let is_terminal = shown.is_terminal();
    let pause = if is_terminal { REDRAW } else { TELL };
    while let Err(RecvTimeoutError::Timeout) = done.recv_timeout(pause) {
        let seconds = start.elapsed().as_secs_f64();
        let text = if is_terminal { bar(progress, seconds) } else { line(progress, seconds) };
        // Where nobody listens, nothing can be told.
        let _ = shown.write_all(text.as_bytes()).and_then(|()| shown.flush());
    }
    if is_terminal {
        let _ = shown.write_all(b"\r\x1b[K");
    }
}

fn bar(progress: &Progress, seconds: f64) -> String {
    let (rows, bytes, all) = progress.get();
    let share = bytes as f64 / all.max(1) as f64;
    let filled = (share.min(1.0) * 30.0) as usize;
    let bar = format!("{}{}", "█".repeat(filled), "░".repeat(30 - filled));
    format!("\r{bar} {rows} rows, {:.0} rows/s \x1b[K", rows as f64 / seconds)
}

fn line(progress: &Progress, seconds: f64) -> String {
    let (rows, bytes, all) = progress.get();
    let share = if all > 0 { format!(",\"share\":{:.3}", (bytes as f64 / all as f64).min(1.0)) } else { String::new() };
    format!("{{\"rows\":{rows},\"rows_per_second\":{:.0}{share}}}\n", rows as f64 / seconds)
}

#[test]
fn a_line_tells_the_share_where_it_is_known() {
    let progress = Progress::default();
    progress.add_rows(30);
    assert_eq!(line(&progress, 2.0), "{\"rows\":30,\"rows_per_second\":15}\n");
    progress.expect(400);
    progress.add_bytes(100);
    assert_eq!(line(&progress, 2.0), "{\"rows\":30,\"rows_per_second\":15,\"share\":0.250}\n");
}
