//! Logs as their writers leave them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use couture_core::AttemptToken;

/// One segment.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    /// Where it begins in its launch's log.
    pub(super) start: u64,
    pub(super) bytes: u64,
}

/// What is in `folder`; nothing where it is missing.
fn entries(folder: &Path) -> io::Result<impl Iterator<Item = io::Result<fs::DirEntry>>> {
    let found = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        found => Some(found?),
    };
    Ok(found.into_iter().flatten())
}

/// The attempts with a folder in `live`, in order. Other names are not ours and stay.
pub(super) fn tokens(live: &Path) -> io::Result<Vec<AttemptToken>> {
    let mut tokens = Vec::new();
    for entry in entries(live)? {
        tokens.extend(entry?.file_name().to_str().and_then(|name| name.parse::<AttemptToken>().ok()));
    }
    tokens.sort_unstable_by_key(|token| (token.run, token.task, token.map_index, token.try_number, token.launch));
    Ok(tokens)
}

/// The segments in an attempt's folder, in order.
pub(super) fn segments(folder: &Path) -> io::Result<Vec<Segment>> {
    let mut segments = Vec::new();
    for entry in entries(folder)? {
        let entry = entry?;
        let Some(start) = entry.file_name().to_str().and_then(start_of) else { continue };
        match entry.metadata() {
            Ok(metadata) => segments.push(Segment { path: entry.path(), start, bytes: metadata.len() }),
            // Moved meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    segments.sort_unstable_by_key(|segment| segment.start);
    Ok(segments)
}

/// The file name of the segment that begins at `start`.
pub(super) fn segment_name(start: u64) -> String {
    format!("{start:020}.log")
}

/// Where the segment with this file name begins.
pub(super) fn start_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".log")?;
    if digits.len() == 20 { digits.parse().ok() } else { None }
}
