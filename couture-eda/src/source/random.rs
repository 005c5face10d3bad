use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Progress, guard};

/// Bytes that can be read from anywhere, by many threads at once: a file, or an object of a store.
pub trait RandomAccess: Send + Sync {
    /// How many bytes there are.
    fn size(&self) -> u64;

    /// Reads bytes from `offset` on into `buffer`; 0 at the end.
    ///
    /// # Errors
    /// Those of the system.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

/// A file of this machine.
#[derive(Debug)]
pub struct LocalFile {
    file: File,
    size: u64,
}

impl LocalFile {
    /// Opens the file at `path`, which is a regular one.
    ///
    /// # Errors
    /// Those of the system.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::open_outside(path, &[])
    }

    /// Opens the file at `path`, which is a regular one, and lies in none of the folders `forbidden`, whatever links
    /// lead to it. Where there is such a folder, nor does it lie in `/proc`, `/sys` or `/dev`.
    ///
    /// # Errors
    /// Those of the system, and [`io::ErrorKind::PermissionDenied`] where the file may not be read.
    pub fn open_outside(path: &Path, forbidden: &[PathBuf]) -> io::Result<Self> {
        let file = guard::open(path, forbidden)?;
        Ok(Self { size: file.metadata()?.len(), file })
    }

    /// An end where there was more is not the end of the data.
    fn check_end(&self, count: usize, offset: u64, buffer: &[u8]) -> io::Result<usize> {
        if count == 0 && offset < self.size && !buffer.is_empty() {
            let reason = "it has become shorter while it was read";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason));
        }
        Ok(count)
    }
}

impl RandomAccess for LocalFile {
    fn size(&self) -> u64 {
        self.size
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let count = std::os::unix::fs::FileExt::read_at(&self.file, buffer, offset)?;
        self.check_end(count, offset, buffer)
    }

    #[cfg(windows)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let count = std::os::windows::fs::FileExt::seek_read(&self.file, buffer, offset)?;
        self.check_end(count, offset, buffer)
    }
}

impl RandomAccess for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = self.get(usize::try_from(offset).unwrap_or(usize::MAX)..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

/// Tells how much was read.
pub(super) struct Counted {
    source: Arc<dyn RandomAccess>,
    progress: Arc<Progress>,
}

impl Counted {
    pub(super) fn new(source: Arc<dyn RandomAccess>, progress: Arc<Progress>) -> Self {
        Self { source, progress }
    }
}

impl RandomAccess for Counted {
    fn size(&self) -> u64 {
        self.source.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read_at(offset, buffer)?;
        self.progress.add_bytes(count as u64);
        Ok(count)
    }
}

/// Reads from an offset on, in order.
#[derive(Clone)]
pub struct RangeReader {
    source: Arc<dyn RandomAccess>,
    at: u64,
}

impl RangeReader {
    /// Reads `source` from `at` on.
    pub fn new(source: Arc<dyn RandomAccess>, at: u64) -> Self {
        Self { source, at }
    }

    /// Goes on reading at `at`.
    pub fn seek_to(&mut self, at: u64) {
        self.at = at;
    }

    /// Up to `most` bytes from here on, which are all that there are where fewer.
    ///
    /// # Errors
    /// Those of the source.
    pub fn peek(&self, most: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.clone().take(most as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Read for RangeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read_at(self.at, buffer)?;
        self.at += count as u64;
        Ok(count)
    }
}
