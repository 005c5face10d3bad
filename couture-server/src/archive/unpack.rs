//! Reading an archive that somebody sent.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use couture_store::{TreePath, TreePathError};
use flate2::read::GzDecoder;
use tar::{Archive, Entry, EntryType};
use tempfile::TempDir;

/// The most that an archive may hold.
#[derive(Clone, Copy, Debug)]
pub struct ArchiveLimits {
    /// Files.
    pub files: usize,
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Bytes of all files.
    pub total_bytes: u64,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self { files: 20_000, file_bytes: 2 << 30, total_bytes: 8 << 30 }
    }
}

/// What was in an archive: files in a temporary folder that goes when this does.
#[derive(Debug)]
pub struct Unpacked {
    /// Where the content of each file is.
    pub files: BTreeMap<TreePath, PathBuf>,
    _folder: TempDir,
}

/// Why an archive is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// It is no `tar.gz`, or its end is missing.
    #[error("the archive cannot be read to its end; send a whole tar.gz: {0}")]
    Unreadable(io::Error),
    /// A name in it leads out of the folder that it would be unpacked in, or is not fit for one.
    #[error("the archive is refused: {0}")]
    Name(#[from] TreePathError),
    /// A name in it is not UTF-8.
    #[error("the archive is refused: a file name in it is not UTF-8 text")]
    NameText,
    /// It holds something that is neither a file nor a folder.
    #[error("the archive is refused: {name:?} is a {what}; only files and folders are taken")]
    Kind {
        /// Its name.
        name: String,
        /// What it is.
        what: &'static str,
    },
    /// It holds a file twice.
    #[error("the archive is refused: {0} is in it twice")]
    Twice(TreePath),
    /// A file in it would be a folder, too.
    #[error("the archive is refused: {0} is a file and a folder in it")]
    Clash(TreePath),
    /// It is too big.
    #[error("the archive is refused: it holds more than {limit} {of}")]
    TooBig {
        /// The most.
        limit: u64,
        /// Of what.
        of: &'static str,
    },
    /// It holds too much that is not the content of files: names, attributes, comments, folders.
    #[error(
        "the archive is refused: {of} has more than {limit} bytes of names and attributes; pack the files anew with short names and without \
         extended attributes"
    )]
    Headers {
        /// The most.
        limit: u64,
        /// Of what.
        of: &'static str,
    },
    /// A file in it is in too many folders.
    #[error("the archive is refused: {path} is more than {limit} levels deep; put it into fewer folders")]
    Deep {
        /// Its name.
        path: TreePath,
        /// The most parts of a name.
        limit: usize,
    },
    /// What is in it cannot be put down here.
    #[error("the archive cannot be unpacked here: {0}")]
    Local(io::Error),
}

/// So many bytes of zeros may follow the last file; tar fills up to its block size.
const MAX_FILLING: u64 = 1 << 20;

/// So many bytes may be read for an entry before its content: its name and its attributes, which are all held in memory, and what the entry before
/// has besides the content of a file.
const MAX_ENTRY_HEADERS: u64 = 1 << 20;

/// For each file that an archive may hold, so many bytes besides its content are allowed in all.
const HEADERS_PER_FILE: u64 = 8 << 10;

/// So many parts may a name have.
const MAX_DEPTH: usize = 32;

/// Reads no more than it is allowed to just then. `tar` takes long names and attributes into memory, however long they are, before it hands out
/// the entry that has them; only beneath it can that be bounded.
struct Metered<'a, R> {
    from: R,
    /// So many bytes are still allowed. Nothing is where somebody wanted more.
    left: &'a Cell<Option<u64>>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get().unwrap_or(0);
        if left == 0 && !into.is_empty() {
            self.left.set(None);
            return Err(io::Error::other("more is read than is allowed"));
        }
        let most = usize::try_from(left).map_or(into.len(), |left| left.min(into.len()));
        let read = self.from.read(&mut into[..most])?;
        self.left.set(Some(left.saturating_sub(read as u64)));
        Ok(read)
    }
}

/// Reads a `tar.gz` to its end, and puts its files into a new temporary folder in `place`, under names that this function makes up. Where all of them
/// are in one folder named `top`, that is left out of their names. Blocks its thread.
///
/// Nothing is taken from an archive that is cut off, has links or devices, names that lead elsewhere, or more than `limits` allow; what it would
/// unpack to beyond that is never written. Nor is it taken with names and attributes that would fill the memory.
pub fn unpack(
    archive: impl Read,
    top: &str,
    place: &std::path::Path,
    limits: &ArchiveLimits,
) -> Result<Unpacked, ArchiveError> {
    let folder = tempfile::Builder::new().prefix("upload-").tempdir_in(place).map_err(ArchiveError::Local)?;
    let left = Cell::new(Some(0));
    let mut archive = Archive::new(Metered { from: GzDecoder::new(archive), left: &left });
    let mut files = BTreeMap::new();
    let mut total = 0;
    let all_headers = HEADERS_PER_FILE.saturating_mul(limits.files as u64).saturating_add(MAX_ENTRY_HEADERS);
    let mut headers = all_headers;
    let mut entries = archive.entries().map_err(ArchiveError::Unreadable)?;
    loop {
        // This skips what is unread of the entry before, too: the content of a folder or of a comment.
        let allowed = headers.min(MAX_ENTRY_HEADERS);
        left.set(Some(allowed));
        let Some(entry) = entries.next() else { break };
        let Some(unused) = left.get() else { return Err(too_much_of_headers(allowed, all_headers)) };
        headers -= allowed - unused;
        let mut entry = entry.map_err(ArchiveError::Unreadable)?;
        let Some(path) = file_name(&entry)? else { continue };
        if files.contains_key(&path) {
            return Err(ArchiveError::Twice(path));
        }
        if files.len() >= limits.files {
            return Err(ArchiveError::TooBig { limit: limits.files as u64, of: "files" });
        }
        let local = folder.path().join(files.len().to_string());
        left.set(Some(entry.size()));
        total += put_down(&mut entry, &local, limits, limits.total_bytes - total)?;
        files.insert(path, local);
    }
    // The checksum is behind the last byte.
    let mut rest = archive.into_inner().from.take(MAX_FILLING + 1);
    let filling = io::copy(&mut rest, &mut io::sink()).map_err(ArchiveError::Unreadable)?;
    if filling > MAX_FILLING {
        return Err(ArchiveError::TooBig { limit: MAX_FILLING, of: "bytes behind its last file" });
    }
    let files = without_top(files, top);
    if let Some(path) = files.keys().find(|path| path.as_str().split('/').count() > MAX_DEPTH) {
        return Err(ArchiveError::Deep { path: path.clone(), limit: MAX_DEPTH });
    }
    if let Some((clash, _)) = TreePath::clash(&files) {
        return Err(ArchiveError::Clash(clash.clone()));
    }
    Ok(Unpacked { files, _folder: folder })
}

fn too_much_of_headers(allowed: u64, all: u64) -> ArchiveError {
    if allowed < MAX_ENTRY_HEADERS {
        return ArchiveError::Headers { limit: all, of: "all of it" };
    }
    ArchiveError::Headers { limit: MAX_ENTRY_HEADERS, of: "an entry" }
}

/// The name of an entry that is a file; nothing for a folder.
fn file_name<R: Read>(entry: &Entry<'_, R>) -> Result<Option<TreePath>, ArchiveError> {
    let bytes = entry.path_bytes();
    let name = std::str::from_utf8(&bytes).map_err(|_| ArchiveError::NameText)?;
    let what = match entry.header().entry_type() {
        EntryType::Regular | EntryType::Continuous => {
            let name = name.strip_prefix("./").unwrap_or(name);
            return Ok(Some(TreePath::new(name)?));
        }
        EntryType::Directory => {
            let name = name.strip_prefix("./").unwrap_or(name).trim_end_matches('/');
            if !name.is_empty() && name != "." {
                TreePath::new(name)?;
            }
            return Ok(None);
        }
        EntryType::XGlobalHeader => return Ok(None),
        EntryType::Symlink => "symbolic link",
        EntryType::Link => "hard link",
        EntryType::GNUSparse => "sparse file",
        _ => "special file",
    };
    Err(ArchiveError::Kind { name: name.chars().take(200).collect(), what })
}

fn put_down(
    entry: &mut impl Read,
    local: &std::path::Path,
    limits: &ArchiveLimits,
    room: u64,
) -> Result<u64, ArchiveError> {
    let most = limits.file_bytes.min(room);
    let mut file = std::fs::File::create_new(local).map_err(ArchiveError::Local)?;
    let mut piece = vec![0; 64 << 10];
    let mut length = 0;
    loop {
        match entry.read(&mut piece) {
            Ok(0) => return Ok(length),
            Ok(read) => {
                length += read as u64;
                if length > most && limits.file_bytes <= room {
                    return Err(ArchiveError::TooBig { limit: limits.file_bytes, of: "bytes in one file" });
                }
                if length > most {
                    return Err(ArchiveError::TooBig { limit: limits.total_bytes, of: "bytes" });
                }
                file.write_all(&piece[..read]).map_err(ArchiveError::Local)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ArchiveError::Unreadable(error)),
        }
    }
}

fn without_top(files: BTreeMap<TreePath, PathBuf>, top: &str) -> BTreeMap<TreePath, PathBuf> {
    let below = |path: &TreePath| {
        let rest = path.as_str().strip_prefix(top)?.strip_prefix('/')?;
        TreePath::new(rest).ok()
    };
    let shorter: Option<BTreeMap<_, _>> =
        files.iter().map(|(path, local)| Some((below(path)?, local.clone()))).collect();
    shorter.unwrap_or(files)
}

#[cfg(test)]
mod tests;
