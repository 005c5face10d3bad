//! A server that has nothing to do.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::figure::{Figure, Target};
use crate::process::{cpu_seconds, resident_bytes};

/// How long the server is left alone, and then watched.
const SETTLE: Duration = Duration::from_secs(5);
const WATCH: Duration = Duration::from_secs(30);

/// The server beside this program, with its examples, on a data folder of its own.
pub(super) fn idle() -> Vec<Figure> {
    let server = std::env::current_exe().expect("this program").with_file_name("server");
    assert!(server.exists(), "{} is missing: build it with `cargo build --release --bin server`", server.display());
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(server)
        .args(["--port", "0", "--data"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a server");
    std::thread::sleep(SETTLE);
    let before = cpu_seconds(child.id());
    std::thread::sleep(WATCH);
    let share = (cpu_seconds(child.id()) - before) / WATCH.as_secs_f64() * 100.0;
    let (resident, peak) = resident_bytes(&child.id().to_string());
    child.kill().expect("the server ends");
    child.wait().expect("the server ends");
    let note = format!("peak {:.1} MB", peak as f64 / 1e6);
    vec![
        Figure::new("idle server, resident", resident as f64 / 1e6, "MB", Target::AtMost(40.0)).note(note),
        Figure::new("idle server, share of a core", share, "%", Target::AtMost(0.3)),
    ]
}
