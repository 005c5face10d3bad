//! Reads logs as the supervisor and native tasks write them: `<live>/<token>/<offset of its first byte>.log`.

use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use couture_core::{AttemptToken, BoxError};

use crate::api::{LogPart, LogSource};

/// Logs in a folder; see [`couture_operators::log`] for their format.
#[derive(Clone, Debug)]
pub struct LiveLogs {
    folder: PathBuf,
}

impl LiveLogs {
    /// The logs in `folder`, the one of [`couture_operators::FileTaskLogs`].
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }
}

#[async_trait]
impl LogSource for LiveLogs {
    async fn read(&self, attempt: AttemptToken, offset: u64, limit: usize) -> Result<LogPart, BoxError> {
        let folder = self.folder.join(attempt.to_string());
        Ok(tokio::task::spawn_blocking(move || read(&folder, offset, limit)).await??)
    }
}

/// At most `limit` bytes from `offset`.
pub(crate) fn read(folder: &Path, offset: u64, limit: usize) -> io::Result<LogPart> {
    let mut part = LogPart { content: Vec::new(), next: offset };
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(part),
        entries => entries?,
    };
    let mut segments = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let start = path.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok());
        if let Some(start) = start.filter(|_| path.extension().is_some_and(|ending| ending == "log")) {
            segments.push((start, path));
        }
    }
    segments.sort_unstable();
    // The last segment that begins at or before the offset, and those after it.
    let first = segments.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
    for (start, path) in segments.into_iter().skip(first) {
        let left = limit - part.content.len();
        if left == 0 || start > part.next {
            break;
        }
        let mut file = std::fs::File::open(path)?;
        file.seek(SeekFrom::Start(part.next - start))?;
        part.next += file.take(left as u64).read_to_end(&mut part.content)? as u64;
    }
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_one_log() {
        let folder = tempfile::tempdir().unwrap();
        let write = |start: u64, text: &str| {
            std::fs::write(folder.path().join(format!("{start:020}.log")), text).unwrap();
        };
        write(0, "abc");
        write(3, "defg");
        write(7, "h");
        std::fs::write(folder.path().join("other.txt"), "x").unwrap();
        let check = |offset: u64, limit: usize, content: &str| {
            let part = read(folder.path(), offset, limit).unwrap();
            assert_eq!(
                (&*String::from_utf8(part.content).unwrap(), part.next),
                (content, offset + content.len() as u64)
            );
        };
        check(0, 100, "abcdefgh");
        check(0, 4, "abcd");
        check(4, 2, "ef");
        check(3, 100, "defgh");
        check(8, 100, "");
        check(50, 100, "");
        assert_eq!(read(&folder.path().join("none"), 0, 9).unwrap(), LogPart::default());
    }
}
