//! Looks at the DAG folder.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::ignore::{IgnoreSyntax, Ignored};
use super::kind::Kind;
use super::stamp::Stamp;

/// How much of a DAG folder is looked at.
#[derive(Clone, Copy, Debug)]
pub struct FolderLimits {
    /// The most files; those that come later by name are not loaded.
    pub files: usize,
    /// The deepest folder below it.
    pub depth: usize,
    /// The biggest file, in bytes.
    pub file_bytes: u64,
    /// How `.airflowignore` is read.
    pub ignore: IgnoreSyntax,
}

impl Default for FolderLimits {
    fn default() -> Self {
        Self { files: 20_000, depth: 16, file_bytes: 64 << 20, ignore: IgnoreSyntax::default() }
    }
}

/// The DAG files of a folder.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By their path in the folder.
    pub(super) files: BTreeMap<PathBuf, Stamp>,
    /// What could not be looked at.
    pub(super) errors: Vec<(PathBuf, String)>,
}

/// The DAG files in `folder` and below it. Hidden ones are passed over, and so are those that `.airflowignore` names, Python's virtual
/// environments, and whatever is no plain file. Links to folders, and links that lead out of the folder or nowhere, are not followed,
/// which is an error: who made one wants what it leads to.
pub(super) fn scan(folder: &Path, limits: &FolderLimits) -> io::Result<Found> {
    let root = folder.canonicalize()?;
    if !root.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, "it is not a folder"));
    }
    let mut found = Found::default();
    let mut ignored = Ignored::new(limits.ignore);
    ignored.enter(&root, &mut found.errors);
    let mut walk =
        WalkDir::new(&root).min_depth(1).max_depth(limits.depth).follow_links(false).sort_by_file_name().into_iter();
    while let Some(entry) = walk.next() {
        let path_of = |path: &Path| path.strip_prefix(&root).unwrap_or(path).to_owned();
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                // What vanished while the folder was read is not an error.
                if error.io_error().is_none_or(|error| error.kind() != io::ErrorKind::NotFound) {
                    found.errors.push((error.path().map(path_of).unwrap_or_default(), error.to_string()));
                }
                continue;
            }
        };
        let is_folder = entry.file_type().is_dir();
        if is_hidden(&entry) || ignored.covers(entry.path(), is_folder) {
            if is_folder {
                walk.skip_current_dir();
            }
            continue;
        }
        if is_folder {
            if is_foreign(&entry) {
                walk.skip_current_dir();
            } else {
                ignored.enter(entry.path(), &mut found.errors);
            }
            continue;
        }
        let kind = Kind::of(entry.path());
        if let Some(reason) = wrong_link(&entry, &root, kind.is_some()) {
            found.errors.push((path_of(entry.path()), reason.to_owned()));
            continue;
        }
        let Some(stamp) = kind.and_then(|_| Stamp::of(entry.path())) else { continue };
        if found.files.len() >= limits.files {
            let reason = format!("the folder holds more than {} DAG files; the others are not loaded", limits.files);
            found.errors.push((PathBuf::new(), reason));
            break;
        }
        found.files.insert(path_of(entry.path()), stamp);
    }
    for (path, _) in &mut found.errors {
        if let Ok(inside) = path.strip_prefix(&root) {
            *path = inside.to_owned();
        }
    }
    Ok(found)
}

/// The DAG files of a folder that is to become the DAG folder, by their path in it. Blocks its thread.
pub(crate) fn staged_dag_files(folder: &Path, limits: &FolderLimits) -> io::Result<Vec<PathBuf>> {
    Ok(scan(folder, limits)?.files.into_keys().collect())
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().first() == Some(&b'.')
}

/// Whether a folder holds what Python keeps for itself: compiled files, or a virtual environment.
fn is_foreign(folder: &DirEntry) -> bool {
    folder.file_name() == "__pycache__" || folder.path().join("pyvenv.cfg").exists()
}

/// Why a link that may lead to DAG files is not followed, if it is not.
fn wrong_link(entry: &DirEntry, root: &Path, is_dag_file: bool) -> Option<&'static str> {
    if !entry.path_is_symlink() {
        return None;
    }
    match entry.path().canonicalize() {
        Ok(target) if target.is_dir() => Some(
            "this is a link to a folder, and those are not followed: put the folder itself here, or name the link in .airflowignore",
        ),
        Ok(target) if is_dag_file && !target.starts_with(root) => Some(
            "this link leads out of the folder of DAG files, so it is not followed: put the file itself here, or name the link in \
             .airflowignore",
        ),
        Err(_) if is_dag_file => Some("this link leads nowhere: mend or remove it"),
        _ => None,
    }
}

/// The content of a file of at most `max_bytes`.
pub fn read_bounded(file: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    let file = std::fs::File::open(file)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a plain file"));
    }
    file.take(max_bytes + 1).read_to_end(&mut content)?;
    if content.len() as u64 > max_bytes {
        let reason = format!("the file is bigger than {} MiB; set dags.max_file_mib", max_bytes >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
    }
    Ok(content)
}
