//! Other orchestrators, measured side by side with Couture.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::rig::median;

/// Names the folder that `benches/peers/install` filled.
pub const FOLDER: &str = "COUTURE_PEERS";

/// Who is measured with what, and how often.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// As its people write it.
    pub name: &'static str,
    /// Runs; the median counts.
    pub runs: usize,
    /// What a reader must know to compare.
    pub remark: &'static str,
}

/// Measured three times.
pub const PREFECT: Peer = Peer { name: "Prefect", runs: 3, remark: "" };
/// Its run costs little, and is kept nowhere.
pub const LUIGI: Peer = Peer { name: "Luigi", runs: 3, remark: " (not durable)" };
/// Measured once, as a run takes minutes.
pub const AIRFLOW: Peer = Peer { name: "Airflow", runs: 1, remark: "" };

/// Takes `ours` and the peers' runs of `shape` in turn: ours, each peer, ours, each peer, and so on, ours three times in all. A peer
/// is started for its run and gone before ours goes on. Returns all that `ours` returned, and the peers' part of the note.
///
/// The caller's thread waits while a peer runs. A peer that is not installed is left out, and the note says so; so does it with a peer that fails.
pub async fn alternate<T>(shape: &str, peers: &[Peer], mut ours: impl AsyncFnMut() -> T) -> (Vec<T>, String) {
    const ROUNDS: usize = 3;
    let folder = std::env::var_os(FOLDER).map(PathBuf::from);
    let mut seen: Vec<Result<Seen, String>> = peers.iter().map(|_| Ok(Seen::default())).collect();
    let mut values = Vec::new();
    for round in 0..ROUNDS {
        values.push(ours().await);
        let Some(folder) = &folder else { continue };
        for (peer, seen) in peers.iter().zip(&mut seen).filter(|(peer, _)| round < peer.runs) {
            let Ok(so_far) = seen else { continue };
            match run(folder, *peer, shape) {
                Ok((version, took)) => {
                    so_far.version = version;
                    so_far.times.push(took);
                }
                Err(why) => *seen = Err(why),
            }
        }
    }
    if folder.is_none() {
        return (values, "peers not installed".into());
    }
    let notes: Vec<_> = peers.iter().zip(seen).map(|(peer, seen)| note(*peer, seen)).collect();
    (values, notes.join("; "))
}

/// What a peer has shown.
#[derive(Debug, Default)]
struct Seen {
    version: String,
    times: Vec<Duration>,
}

fn note(peer: Peer, seen: Result<Seen, String>) -> String {
    let Peer { name, remark, .. } = peer;
    match seen {
        Ok(Seen { version, times }) => {
            let seconds = median(times).as_secs_f64();
            let digits = if seconds < 1.0 { 3 } else { 2 };
            format!("{name} {version}: {seconds:.digits$} s{remark}")
        }
        Err(why) => format!("{name}: {why}"),
    }
}

/// One run of a peer: its version and the time.
///
/// # Errors
///
/// What the note says instead. The peer's own words go to standard error.
fn run(folder: &Path, peer: Peer, shape: &str) -> Result<(String, Duration), String> {
    let name = peer.name.to_lowercase();
    let python = folder.join(&name).join("bin/python");
    if !python.exists() {
        return Err("not installed".into());
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/measure.py");
    let output = Command::new(python)
        .arg(script)
        .arg(folder)
        .args([&name, shape])
        .output()
        .map_err(|error| format!("not measured, {error}"))?;
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        return Err("failed".into());
    }
    parse(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| "failed".into())
}

/// `VERSION SECONDS`.
fn parse(line: &str) -> Option<(String, Duration)> {
    let (version, seconds) = line.trim().split_once(' ')?;
    Some((version.into(), Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_a_version_and_seconds() {
        let cases = [
            ("3.8.1 1.25\n", Some(("3.8.1".to_owned(), Duration::from_millis(1_250)))),
            ("3.8.1\n", None),
            ("3.8.1 soon\n", None),
            ("3.8.1 -1\n", None),
            ("", None),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(line), expected, "{line:?}");
        }
    }

    #[test]
    fn a_note_tells_the_median_or_why_there_is_none() {
        let seen = |ms: &[u64]| {
            Ok(Seen { version: "1.2".into(), times: ms.iter().copied().map(Duration::from_millis).collect() })
        };
        let cases = [
            (LUIGI, seen(&[90, 84, 80]), "Luigi 1.2: 0.084 s (not durable)"),
            (AIRFLOW, seen(&[56_004]), "Airflow 1.2: 56.00 s"),
            (PREFECT, Err("not installed".into()), "Prefect: not installed"),
        ];
        for (peer, seen, expected) in cases {
            assert_eq!(note(peer, seen), expected);
        }
    }
}
