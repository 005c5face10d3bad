//! Files that are kept in a tree, such as code artifacts.

use std::collections::BTreeMap;

use couture_store::{Author, Manifest, PastFile, TreeChange, TreeError, TreeFile, TreePath, TreeStore};

use super::error::{FilesError, NowThere};
use super::folder_name::{check_parts, differs_in_case};
use super::proposal::{Base, Proposal, text_of, version_of_hash};

/// Files of one tree, as people change them: each change as a whole, and only of what its sender knows.
#[derive(Clone, Debug)]
pub struct FileTree {
    trees: TreeStore,
    name: &'static str,
}

/// How often a change is tried that others come in between of.
const TRIES: usize = 20;
/// The longest text that a conflict shows.
const MAX_SHOWN_BYTES: u64 = 4 << 20;

impl FileTree {
    /// The tree of this name.
    pub fn new(trees: TreeStore, name: &'static str) -> Self {
        Self { trees, name }
    }

    /// What it holds.
    pub async fn manifest(&self) -> Result<Manifest, FilesError> {
        Ok(self.trees.manifest(self.name).await?)
    }

    /// A file of it: what it is, and whose change that was.
    pub async fn find(&self, path: &TreePath) -> Result<(TreeFile, Option<Author>), FilesError> {
        let mut manifest = self.manifest().await?;
        let file = manifest.files.remove(path).ok_or_else(|| FilesError::Missing(path.clone()))?;
        Ok((file, manifest.authors.remove(path)))
    }

    /// The file as it was in a version.
    pub async fn find_version(&self, path: &TreePath, version: &str) -> Result<TreeFile, FilesError> {
        match self.find(path).await {
            Ok((file, _)) if version_of_hash(&file.sha256) == version => Ok(file),
            Ok(_) | Err(FilesError::Missing(_)) => old_file(&self.trees, self.name, path, version).await,
            Err(error) => Err(error),
        }
    }

    /// A part of the content of a file.
    pub async fn piece(&self, file: &TreeFile, offset: u64, length: u64) -> Result<Vec<u8>, FilesError> {
        Ok(self.trees.piece(file, offset, length).await?)
    }

    /// What became of a file, the last change first.
    pub async fn versions(&self, path: &TreePath) -> Result<Vec<PastFile>, FilesError> {
        Ok(self.trees.history(self.name, path).await?)
    }

    /// Changes files, all or none. The answer is what the tree holds then.
    pub async fn change(&self, proposals: Vec<Proposal>, author: &Author) -> Result<Manifest, FilesError> {
        for _ in 0..TRIES {
            let manifest = self.manifest().await?;
            self.check(&manifest, &proposals).await?;
            let changes = proposals.iter().cloned().map(|it| match it.content {
                Some(content) => (it.path, TreeChange::Put(content)),
                None => (it.path, TreeChange::Remove),
            });
            match self.trees.change(self.name, Some(manifest.version), changes.collect(), author).await {
                Err(TreeError::Changed { .. }) => {}
                other => return Ok(other?),
            }
        }
        Err(TreeError::Changed { version: self.manifest().await?.version }.into())
    }

    async fn check(&self, manifest: &Manifest, proposals: &[Proposal]) -> Result<(), FilesError> {
        let mut folded: BTreeMap<String, &TreePath> =
            manifest.files.keys().map(|path| (path.as_str().to_lowercase(), path)).collect();
        for Proposal { path, content, base } in proposals {
            let found = manifest.files.get(path);
            match (found, content) {
                (None, None) => return Err(FilesError::Missing(path.clone())),
                (None, Some(_)) => {
                    check_parts(path)?;
                    let other = folded.insert(path.as_str().to_lowercase(), path);
                    if let Some(other) = other.filter(|other| differs_in_case(other.as_str(), path.as_str())) {
                        let reason = format!("{other} is there, which differs in upper and lower case only");
                        return Err(FilesError::unfit(path, reason));
                    }
                }
                _ => {}
            }
            let version = found.map(|file| version_of_hash(&file.sha256));
            if *base != Base::Any && !base.fits(version.as_deref()) {
                let content = match found {
                    Some(file) if file.bytes <= MAX_SHOWN_BYTES => text_of(self.piece(file, 0, file.bytes).await?),
                    _ => None,
                };
                return Err(FilesError::Conflict { path: path.clone(), now: NowThere { version, content } });
            }
        }
        Ok(())
    }
}

/// A file as it was in an old version.
async fn old_file(trees: &TreeStore, tree: &str, path: &TreePath, version: &str) -> Result<TreeFile, FilesError> {
    let past = trees.history(tree, path).await?;
    let found = past.into_iter().filter_map(|past| past.file).find(|file| version_of_hash(&file.sha256) == version);
    found.ok_or_else(|| FilesError::NoVersion { path: path.clone(), version: version.chars().take(64).collect() })
}

/// The content of a file in an old version.
pub(super) async fn old_content(
    trees: &TreeStore,
    tree: &str,
    path: &TreePath,
    version: &str,
) -> Result<Vec<u8>, FilesError> {
    let file = old_file(trees, tree, path, version).await?;
    Ok(trees.piece(&file, 0, file.bytes).await?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use couture_core::Timestamp;
    use couture_store::Content;

    use super::*;

    fn path(text: &str) -> TreePath {
        TreePath::new(text).unwrap()
    }

    #[tokio::test]
    async fn two_editors_do_not_overwrite_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let trees = TreeStore::new(couture_store::local_objects(folder.path()).unwrap());
        let tree = Arc::new(FileTree::new(trees, "artifacts"));
        let author = Author::new("ann", Timestamp::from_micros(0));
        let put = |name: &str, text: &str, base: Base| {
            let proposal = Proposal { path: path(name), content: Some(Content::Bytes(text.into())), base };
            let (tree, author) = (tree.clone(), author.clone());
            async move { tree.change(vec![proposal], &author).await }
        };
        let first = put("a.py", "1", Base::None).await.unwrap();
        let version = version_of_hash(&first.files[&path("a.py")].sha256);
        let both = tokio::join!(
            put("a.py", "2", Base::Version(version.clone())),
            put("a.py", "3", Base::Version(version.clone()))
        );
        let conflicts = [both.0, both.1].into_iter().filter_map(Result::err).collect::<Vec<_>>();
        assert!(
            matches!(&conflicts[..], [FilesError::Conflict { now, .. }] if now.content.as_deref().is_some_and(|text| text != "1")),
            "{conflicts:?}"
        );
        assert!(matches!(put("a.py", "4", Base::None).await, Err(FilesError::Conflict { .. })));
        assert!(matches!(put("A.py", "4", Base::Any).await, Err(FilesError::Unfit { .. })));
        assert!(matches!(put(".git/hooks/x", "4", Base::Any).await, Err(FilesError::Unfit { .. })));
        let old = tree.find_version(&path("a.py"), &version).await.unwrap();
        assert_eq!(tree.piece(&old, 0, 9).await.unwrap(), b"1");
        assert!(matches!(tree.find_version(&path("a.py"), "00").await, Err(FilesError::NoVersion { .. })));
        let gone = Proposal { path: path("b.py"), content: None, base: Base::Any };
        assert!(matches!(tree.change(vec![gone], &author).await, Err(FilesError::Missing(_))));
    }
}
