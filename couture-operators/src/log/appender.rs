//! Appends to the newest segment of an attempt's log.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

/// When a segment has this many bytes, the next one is begun.
pub const SEGMENT_BYTES: u64 = 8 << 20;

/// Appends to one attempt's log, whole blocks at a time, beside other processes that do the same.
///
/// What [`append`](Appender::append) has written is with the operating system: it survives a kill of this process.
#[derive(Debug)]
pub struct Appender {
    folder: PathBuf,
    segment: Option<Segment>,
}

#[derive(Debug)]
struct Segment {
    start: u64,
    file: File,
}

/// Held while appending or beginning a segment. It is the file's own lock, so that it ends with its holder.
struct Locked<'a>(&'a File);

impl<'a> Locked<'a> {
    fn new(file: &'a File) -> io::Result<Self> {
        loop {
            match flock(file, FlockOperation::LockExclusive) {
                Err(rustix::io::Errno::INTR) => {}
                other => return Ok(other.map(|()| Self(file))?),
            }
        }
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // Fails only for what is not an open file.
        let _ = flock(self.0, FlockOperation::Unlock);
    }
}

impl Appender {
    /// The log in `folder`. Nothing is made before the first byte.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), segment: None }
    }

    /// Appends `block` in one piece, and tells the length of the whole log after it. After an error, nothing of it is there.
    pub fn append(&mut self, block: &[u8]) -> io::Result<u64> {
        self.write(block, false)
    }

    /// The same, but begins a line: where another's last line is not ended yet, it is ended first.
    pub fn append_line(&mut self, block: &[u8]) -> io::Result<u64> {
        self.write(block, true)
    }

    fn write(&mut self, block: &[u8], on_new_line: bool) -> io::Result<u64> {
        loop {
            let segment = match self.segment.take() {
                Some(segment) => segment,
                None => Segment::newest(&self.folder)?,
            };
            let locked = Locked::new(&segment.file)?;
            let found = segment.file.metadata()?;
            if found.nlink() == 0 {
                // Someone tidied the folder away under us.
                continue;
            }
            // Only a full segment is ever followed by another, and only under its lock: one that is not full is the newest.
            if found.len() >= SEGMENT_BYTES {
                let next = Segment::newest(&self.folder)?;
                drop(locked);
                let next = if next.start == segment.start {
                    Segment::open(&self.folder, segment.start + found.len())?
                } else {
                    next
                };
                self.segment = Some(next);
                continue;
            }
            let mut written = found.len() + block.len() as u64;
            let mut result = Ok(());
            if on_new_line && found.len() > 0 && !segment.ends_a_line()? {
                result = (&segment.file).write_all(b"\n");
                written += 1;
            }
            result = result.and_then(|()| (&segment.file).write_all(block));
            if let Err(error) = result {
                // A piece of it would be there twice when it is written again.
                let _ = segment.file.set_len(found.len());
                return Err(error);
            }
            drop(locked);
            let total = segment.start + written;
            self.segment = Some(segment);
            return Ok(total);
        }
    }
}

impl Segment {
    fn newest(folder: &Path) -> io::Result<Self> {
        let starts = match fs::read_dir(folder) {
            Ok(entries) => entries.filter_map(|entry| start_of(&entry.ok()?.path())).max(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(folder)?;
                None
            }
            Err(error) => return Err(error),
        };
        Self::open(folder, starts.unwrap_or(0))
    }

    fn open(folder: &Path, start: u64) -> io::Result<Self> {
        let path = folder.join(format!("{start:020}.log"));
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        Ok(Self { start, file })
    }

    fn ends_a_line(&self) -> io::Result<bool> {
        let mut last = [0];
        (&self.file).seek(SeekFrom::End(-1))?;
        (&self.file).read_exact(&mut last)?;
        Ok(last == *b"\n")
    }
}

fn start_of(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?.strip_suffix(".log")?;
    if name.len() == 20 { name.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole log, after checking that the segments' names fit their lengths.
    fn joined(folder: &Path) -> Vec<u8> {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let mut all = Vec::new();
        for path in paths {
            assert_eq!(start_of(&path), Some(all.len() as u64), "{path:?}");
            all.extend(fs::read(path).unwrap());
        }
        all
    }

    #[test]
    fn a_full_segment_is_followed_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let mut appender = Appender::new(folder.path().join("a"));
        assert!(!folder.path().join("a").exists());
        let block = vec![b'x'; 3 << 20];
        let mut lengths = Vec::new();
        for _ in 0..7 {
            lengths.push(appender.append(&block).unwrap() >> 20);
        }
        assert_eq!(lengths, [3, 6, 9, 12, 15, 18, 21]);
        assert_eq!(joined(&folder.path().join("a")).len(), 21 << 20);
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 3);
    }

    #[test]
    fn several_append_to_one_log_and_no_block_is_torn() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        std::thread::scope(|scope| {
            for letter in [b'a', b'b', b'c'] {
                scope.spawn(move || {
                    let mut appender = Appender::new(path);
                    let mut line = vec![letter; 99_999];
                    line.push(b'\n');
                    for _ in 0..150 {
                        appender.append(&line).unwrap();
                    }
                });
            }
        });
        let all = joined(path);
        assert_eq!(all.len(), 45_000_000);
        for line in all.chunks(100_000) {
            assert!(line[..99_999].iter().all(|byte| *byte == line[0]) && line[99_999] == b'\n');
        }
    }

    #[test]
    fn a_line_begins_on_a_line_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let (mut child, mut native) = (Appender::new(folder.path()), Appender::new(folder.path()));
        native.append_line(b"one\n").unwrap();
        child.append(b"par").unwrap();
        native.append_line(b"two\n").unwrap();
        child.append(b"tial\n").unwrap();
        native.append_line(b"three\n").unwrap();
        assert_eq!(joined(folder.path()), b"one\npar\ntwo\ntial\nthree\n");
    }

    #[test]
    fn a_folder_that_was_removed_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut appender = Appender::new(folder.path().join("a"));
        appender.append(b"gone\n").unwrap();
        fs::remove_dir_all(folder.path().join("a")).unwrap();
        assert_eq!(appender.append(b"late\n").unwrap(), 5);
    }
}
