//! The DAG folder as it would be, to try it before it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use couture_store::{Content, TreePath};
use tempfile::TempDir;

use super::error::FilesError;
use super::proposal::Proposal;

/// A folder that looks like the DAG folder with some files changed. It goes when this does.
#[derive(Debug)]
pub(super) struct StagedFolder {
    folder: TempDir,
}

/// The most entries beside the changed files.
const MAX_ENTRIES: usize = 50_000;

impl StagedFolder {
    /// Makes one in `place`: folders on the way to changed files are folders of its own; everything else is a link to what is in `root`. Blocks
    /// its thread.
    pub(super) fn new(root: &Path, place: &Path, proposals: &[Proposal]) -> Result<Self, FilesError> {
        let folder = tempfile::Builder::new().prefix("staged-").tempdir_in(place)?;
        let changed: BTreeMap<&str, Option<&Content>> =
            proposals.iter().map(|it| (it.path.as_str(), it.content.as_ref())).collect();
        let own: BTreeSet<&str> = changed.keys().flat_map(|path| folders_of(path)).collect();
        let root = root.canonicalize()?;
        let mut entries = 0;
        let mut mirror = vec![String::new()];
        while let Some(inside) = mirror.pop() {
            let from = root.join(&inside);
            fs::create_dir_all(folder.path().join(&inside))?;
            let listed = match fs::read_dir(&from) {
                Ok(listed) => listed,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            };
            for entry in listed {
                let entry = entry?;
                let name = entry.file_name();
                let path = Path::new(&inside).join(&name);
                let text = path.to_str().unwrap_or_default();
                if changed.contains_key(text) || name == "__pycache__" {
                    continue;
                }
                entries += 1;
                if entries > MAX_ENTRIES {
                    let most = format!("{MAX_ENTRIES} entries beside a changed file");
                    return Err(FilesError::TooBig { what: "the DAG folder".into(), most });
                }
                if own.contains(text) && entry.file_type()?.is_dir() {
                    mirror.push(text.to_owned());
                } else {
                    symlink(entry.path(), folder.path().join(&path))?;
                }
            }
        }
        for (path, content) in changed {
            let Some(content) = content else { continue };
            let file = folder.path().join(path);
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent)?;
            }
            match content {
                Content::Bytes(bytes) => fs::write(&file, bytes)?,
                Content::File(from) => fs::copy(from, &file).map(drop)?,
            }
        }
        Ok(Self { folder })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Adds a file beside those of the DAG folder. Blocks its thread.
    pub(super) fn add(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        fs::write(self.folder.path().join(path), content)
    }

    /// A text that speaks of this folder, as it would speak of the DAG folder.
    pub(super) fn as_if_in(&self, root: &Path, text: &str) -> String {
        let real = self.folder.path().canonicalize().unwrap_or_else(|_| PathBuf::from(self.folder.path()));
        let mut text = text.to_owned();
        for own in [real.as_path(), self.folder.path()] {
            text = text.replace(&*own.to_string_lossy(), &root.to_string_lossy());
        }
        text
    }
}

/// The folders on the way to a path.
fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// Whether a path is among those that are changed.
pub(super) fn is_changed(proposals: &[Proposal], path: &Path) -> bool {
    path.to_str().is_some_and(|path| proposals.iter().any(|it: &Proposal| it.path.as_str() == path))
}

/// The path of a tree as one of the file system.
pub(super) fn local(path: &TreePath) -> PathBuf {
    PathBuf::from(path.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::proposal::Base;
    use super::*;

    #[test]
    fn it_is_the_folder_as_it_would_be() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("dags");
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::create_dir_all(root.join("other")).unwrap();
        for file in ["top.py", "gone.py", "a/x.py", "a/b/y.py", "other/z.py"] {
            fs::write(root.join(file), file).unwrap();
        }
        let proposal = |path: &str, content: Option<&str>| Proposal {
            path: TreePath::new(path).unwrap(),
            content: content.map(|text| Content::Bytes(text.into())),
            base: Base::Any,
        };
        let proposals =
            [proposal("a/x.py", Some("new")), proposal("gone.py", None), proposal("new/er/n.py", Some("fresh"))];
        let staged = StagedFolder::new(&root, outer.path(), &proposals).unwrap();
        let read = |file: &str| fs::read_to_string(staged.path().join(file)).ok();
        for (file, expected) in [
            ("top.py", Some("top.py")),
            ("gone.py", None),
            ("a/x.py", Some("new")),
            ("a/b/y.py", Some("a/b/y.py")),
            ("other/z.py", Some("other/z.py")),
            ("new/er/n.py", Some("fresh")),
        ] {
            assert_eq!(read(file).as_deref(), expected, "{file}");
        }
        let text = format!("File \"{}/a/x.py\"", staged.path().display());
        assert_eq!(staged.as_if_in(Path::new("/dags"), &text), "File \"/dags/a/x.py\"");
        drop(staged);
        assert_eq!(
            fs::read_to_string(root.join("other/z.py")).unwrap(),
            "other/z.py",
            "links are removed, not what they lead to"
        );
    }
}
