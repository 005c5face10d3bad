//! What files a DAG folder holds.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use couture_core::Timestamp;
use couture_store::TreePath;
use walkdir::{DirEntry, WalkDir};

use super::error::FilesError;
use crate::dags::{FolderLimits, Kind};

/// A file of the DAG folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderFile {
    /// Its name.
    pub path: TreePath,
    /// Its length.
    pub bytes: u64,
    /// When it was written last.
    pub modified_at: Timestamp,
    /// Whether it is a link to another one.
    pub is_link: bool,
    /// What changes whenever its content may have changed.
    pub(super) stamp: (i64, i64, i64, i64, u64, u64),
}

/// Files that define no DAGs are kept in the history up to this size.
const MAX_OTHER_BYTES: u64 = 1 << 20;

impl FolderFile {
    fn of(path: TreePath, facts: &Metadata, is_link: bool) -> Self {
        let micros = facts.mtime().saturating_mul(1_000_000).saturating_add(facts.mtime_nsec() / 1_000);
        let stamp = (facts.mtime(), facts.mtime_nsec(), facts.ctime(), facts.ctime_nsec(), facts.ino(), facts.len());
        Self { path, bytes: facts.len(), modified_at: Timestamp::from_micros(micros), is_link, stamp }
    }

    /// Whether people are shown it, and its history is kept: what defines DAGs, and what is small.
    pub fn is_kept(&self, limits: &FolderLimits) -> bool {
        let most = if Kind::of(Path::new(self.path.as_str())).is_some() { limits.file_bytes } else { MAX_OTHER_BYTES };
        self.bytes <= most
    }
}

/// All plain files in `folder` and below it, by name, and links to such files inside. Hidden ones but `.airflowignore` are passed over, and
/// so are Python's own folders. Blocks its thread.
pub(super) fn files_of(folder: &Path, limits: &FolderLimits) -> Result<Vec<FolderFile>, FilesError> {
    let root = folder.canonicalize()?;
    let walk = WalkDir::new(&root).min_depth(1).max_depth(limits.depth).follow_links(false).sort_by_file_name();
    let mut files = Vec::new();
    for entry in walk.into_iter().filter_entry(is_shown) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound) => continue,
            Err(error) => return Err(io::Error::from(error).into()),
        };
        let Some((file, facts)) = plain_file(&entry, &root) else { continue };
        if files.len() >= limits.files {
            return Err(FilesError::TooBig { what: "the DAG folder".into(), most: format!("{} files", limits.files) });
        }
        let path = file.strip_prefix(&root).ok().and_then(Path::to_str).and_then(|path| TreePath::new(path).ok());
        if let Some(path) = path {
            files.push(FolderFile::of(path, &facts, entry.path_is_symlink()));
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

fn is_shown(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    if entry.file_type().is_dir() {
        let is_foreign = name == "__pycache__" || entry.path().join("pyvenv.cfg").exists();
        return entry.depth() == 0 || !(name.as_encoded_bytes().starts_with(b".") || is_foreign);
    }
    name == ".airflowignore" || !name.as_encoded_bytes().starts_with(b".")
}

fn plain_file(entry: &DirEntry, root: &Path) -> Option<(PathBuf, Metadata)> {
    if entry.path_is_symlink() && !entry.path().canonicalize().ok()?.starts_with(root) {
        return None;
    }
    let facts = std::fs::metadata(entry.path()).ok().filter(Metadata::is_file)?;
    Some((entry.path().to_owned(), facts))
}

/// One file of the folder, as [`files_of`] would tell of it. Blocks its thread.
pub(super) fn file_of(folder: &Path, path: &TreePath) -> Result<Option<FolderFile>, FilesError> {
    let is_hidden = |part: &str| part.starts_with('.') && part != ".airflowignore";
    let root = folder.canonicalize()?;
    let place = root.join(path.as_str());
    let real = match place.canonicalize() {
        Ok(real) => real,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    // A folder that is a link is passed over, wherever it leads.
    let folder_is_plain = place.parent().is_some_and(|parent| parent.canonicalize().is_ok_and(|real| real == parent));
    if path.as_str().split('/').any(is_hidden) || !real.starts_with(&root) || !folder_is_plain {
        return Ok(None);
    }
    let facts = std::fs::metadata(&place)?;
    let is_link = real != place;
    Ok(facts.is_file().then(|| FolderFile::of(path.clone(), &facts, is_link)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_people_are_shown() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("dags");
        for folder in ["sub", ".git", "__pycache__", "venv"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for file in [
            "a.py",
            "sub/b.sql",
            ".git/c.py",
            "__pycache__/a.pyc",
            "venv/pyvenv.cfg",
            "venv/x.py",
            ".airflowignore",
            ".d.py",
        ] {
            fs::write(root.join(file), file).unwrap();
        }
        fs::write(outer.path().join("secret"), "s").unwrap();
        std::os::unix::fs::symlink(outer.path().join("secret"), root.join("out.py")).unwrap();
        std::os::unix::fs::symlink(".git/c.py", root.join("in.py")).unwrap();
        std::os::unix::fs::symlink(outer.path(), root.join("folder")).unwrap();
        let files = files_of(&root, &FolderLimits::default()).unwrap();
        let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(names, [".airflowignore", "a.py", "in.py", "sub/b.sql"]);
        for file in &files {
            assert_eq!(file_of(&root, &file.path).unwrap().as_ref(), Some(file));
        }
        for other in ["out.py", "folder/secret", "none.py", "a.py/b", "sub", ".git/c.py", ".d.py"] {
            assert_eq!(file_of(&root, &TreePath::new(other).unwrap()).unwrap(), None, "{other}");
        }
        let few = FolderLimits { files: 3, ..FolderLimits::default() };
        assert!(matches!(files_of(&root, &few), Err(FilesError::TooBig { .. })));
    }
}
