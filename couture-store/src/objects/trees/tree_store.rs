//! Trees of files that change as a whole.

use std::path::PathBuf;
use std::sync::Arc;

use couture_core::BoxError;
use object_store::buffered::BufWriter;
use object_store::path::Path as ObjectPath;
use object_store::{Error, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Mutex;

use super::manifest::{Author, Manifest, PastFile, TreeFile};
use super::path::TreePath;
use super::sweep::Sweeping;

/// Trees of files among objects: each a manifest, `trees/NAME.json`, that names files by their content, `blobs/SHA256`. A change is one
/// replacement of the manifest: readers see all of it or nothing. Beside it, `history/NAME/HASH.json` tells of a file's last
/// [`TreeStore::MAX_PAST`] contents.
///
/// One process writes to the trees of a store.
#[derive(Clone, Debug)]
pub struct TreeStore {
    pub(super) objects: Arc<dyn ObjectStore>,
    pub(super) changing: Arc<Mutex<()>>,
    pub(super) sweeping: Arc<Sweeping>,
}

/// What becomes of a file.
#[derive(Clone, Debug)]
pub enum TreeChange {
    /// It has this content from now on.
    Put(Content),
    /// It is gone.
    Remove,
}

/// The content of a file that is put.
#[derive(Clone, Debug)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// That of a local file, which stays as it is until the change is done.
    File(PathBuf),
}

/// Why a tree was not read or changed. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// The tree is not what the change was made for.
    #[error("it was changed by somebody else: it has version {version}; look at it again")]
    Changed {
        /// Its version now.
        version: u64,
    },
    /// A name would be a file and a folder.
    #[error("{file} cannot be a file, because there is {inside}; remove one of them")]
    Clash {
        /// The shorter path.
        file: TreePath,
        /// The longer one.
        inside: TreePath,
    },
    /// There is no such file.
    #[error("there is no file {0}")]
    Missing(TreePath),
    /// The objects cannot be read or written.
    #[error("the files cannot be read or written: {0}")]
    Objects(BoxError),
}

impl From<Error> for TreeError {
    fn from(error: Error) -> Self {
        Self::Objects(error.into())
    }
}

impl From<std::io::Error> for TreeError {
    fn from(error: std::io::Error) -> Self {
        Self::Objects(error.into())
    }
}

/// Content is moved in pieces of this size.
const PIECE_BYTES: usize = 1 << 20;

impl TreeStore {
    /// So many changes of a file are remembered.
    pub const MAX_PAST: usize = 100;

    /// The trees among `objects`.
    pub fn new(objects: Arc<dyn ObjectStore>) -> Self {
        Self { objects, changing: Arc::default(), sweeping: Arc::default() }
    }

    /// What the tree holds. A tree that nobody changed yet is empty.
    pub async fn manifest(&self, tree: &str) -> Result<Manifest, TreeError> {
        match self.objects.get(&manifest_path(tree)).await {
            Ok(found) => {
                let json = found.bytes().await?;
                serde_json::from_slice(&json).map_err(|error| TreeError::Objects(error.into()))
            }
            Err(Error::NotFound { .. }) => Ok(Manifest::default()),
            Err(error) => Err(error.into()),
        }
    }

    /// The content of a file.
    pub async fn read(&self, tree: &str, path: &TreePath) -> Result<Vec<u8>, TreeError> {
        let manifest = self.manifest(tree).await?;
        let file = manifest.files.get(path).ok_or_else(|| TreeError::Missing(path.clone()))?;
        Ok(self.objects.get(&blob_path(&file.sha256)).await?.bytes().await?.into())
    }

    /// A part of the content of a file of a manifest: from `offset`, at most `length` bytes; none behind its end.
    pub async fn piece(&self, file: &TreeFile, offset: u64, length: u64) -> Result<Vec<u8>, TreeError> {
        let end = file.bytes.min(offset.saturating_add(length));
        if offset >= end {
            return Ok(Vec::new());
        }
        Ok(self.objects.get_range(&blob_path(&file.sha256), offset..end).await?.into())
    }

    /// What became of a file, the last change first: [`Self::MAX_PAST`] changes at most.
    pub async fn history(&self, tree: &str, path: &TreePath) -> Result<Vec<PastFile>, TreeError> {
        let version = self.manifest(tree).await?.version;
        let mut past = self.past(tree, path).await?;
        // A change that was not completed left its line, which the next one replaces.
        past.retain(|past| past.version <= version);
        past.reverse();
        Ok(past)
    }

    /// Changes files, all or none; with `expected`, only where the tree has that version. The answer is what the tree holds then.
    pub async fn change(
        &self,
        tree: &str,
        expected: Option<u64>,
        changes: Vec<(TreePath, TreeChange)>,
        author: &Author,
    ) -> Result<Manifest, TreeError> {
        let _alone = self.changing.lock().await;
        let mut manifest = self.manifest(tree).await?;
        let mut changed = Vec::with_capacity(changes.len());
        if expected.is_some_and(|expected| expected != manifest.version) {
            return Err(TreeError::Changed { version: manifest.version });
        }
        for (path, change) in changes {
            match change {
                TreeChange::Put(content) => {
                    let file = self.put(content).await?;
                    let before = manifest.files.insert(path.clone(), file.clone());
                    if before.as_ref() != Some(&file) {
                        manifest.authors.insert(path.clone(), author.clone());
                        changed.push((path, Some(file)));
                    }
                }
                TreeChange::Remove => {
                    manifest.authors.remove(&path);
                    if manifest.files.remove(&path).is_some() {
                        changed.push((path, None));
                    }
                }
            }
        }
        if let Some((file, inside)) = TreePath::clash(&manifest.files) {
            return Err(TreeError::Clash { file: file.clone(), inside: inside.clone() });
        }
        if changed.is_empty() {
            return Ok(manifest);
        }
        manifest.version += 1;
        for (path, file) in changed {
            self.remember(tree, &path, PastFile { version: manifest.version, author: author.clone(), file }).await?;
        }
        let json = serde_json::to_vec(&manifest).map_err(|error| TreeError::Objects(error.into()))?;
        self.objects.put(&manifest_path(tree), json.into()).await?;
        Ok(manifest)
    }

    async fn past(&self, tree: &str, path: &TreePath) -> Result<Vec<PastFile>, TreeError> {
        match self.objects.get(&history_path(tree, path)).await {
            Ok(found) => {
                serde_json::from_slice(&found.bytes().await?).map_err(|error| TreeError::Objects(error.into()))
            }
            Err(Error::NotFound { .. }) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    async fn remember(&self, tree: &str, path: &TreePath, now: PastFile) -> Result<(), TreeError> {
        let mut past = self.past(tree, path).await?;
        past.retain(|past| past.version < now.version);
        past.drain(..(past.len() + 1).saturating_sub(Self::MAX_PAST));
        past.push(now);
        let json = serde_json::to_vec(&past).map_err(|error| TreeError::Objects(error.into()))?;
        self.objects.put(&history_path(tree, path), json.into()).await?;
        Ok(())
    }

    /// Stores content under its hash, unless it is there.
    async fn put(&self, content: Content) -> Result<TreeFile, TreeError> {
        match content {
            Content::Bytes(content) => {
                let file = TreeFile { bytes: content.len() as u64, sha256: hex(&Sha256::digest(&content)) };
                self.sweeping.spare(&file.sha256);
                if !self.has(&file).await? {
                    self.objects.put(&blob_path(&file.sha256), content.into()).await?;
                }
                Ok(file)
            }
            Content::File(path) => {
                let file = measure(&path).await?;
                self.sweeping.spare(&file.sha256);
                if !self.has(&file).await? {
                    let mut source = tokio::fs::File::open(&path).await?;
                    let mut writer = BufWriter::new(self.objects.clone(), blob_path(&file.sha256));
                    let mut piece = vec![0; PIECE_BYTES];
                    loop {
                        match source.read(&mut piece).await? {
                            0 => break,
                            length => writer.write_all(&piece[..length]).await?,
                        }
                    }
                    writer.shutdown().await?;
                }
                Ok(file)
            }
        }
    }

    async fn has(&self, file: &TreeFile) -> Result<bool, TreeError> {
        match self.objects.head(&blob_path(&file.sha256)).await {
            Ok(found) => Ok(found.size == file.bytes),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn manifest_path(tree: &str) -> ObjectPath {
    ObjectPath::from_iter(["trees", &format!("{tree}.json")])
}

/// By a hash of the file's name: a name may be a folder of others, or too long.
fn history_path(tree: &str, path: &TreePath) -> ObjectPath {
    let name = format!("{}.json", hex(&Sha256::digest(path.as_str())));
    ObjectPath::from_iter(["history", tree, &name])
}

pub(super) fn blob_path(sha256: &str) -> ObjectPath {
    ObjectPath::from_iter(["blobs", sha256])
}

async fn measure(path: &std::path::Path) -> Result<TreeFile, TreeError> {
    let mut source = tokio::fs::File::open(path).await?;
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; PIECE_BYTES]);
    loop {
        match source.read(&mut piece).await? {
            0 => return Ok(TreeFile { bytes, sha256: hex(&hash.finalize()) }),
            length => {
                hash.update(&piece[..length]);
                bytes += length as u64;
            }
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;

    fn path(text: &str) -> TreePath {
        TreePath::new(text).unwrap()
    }

    fn put(text: &str, content: &str) -> (TreePath, TreeChange) {
        (path(text), TreeChange::Put(Content::Bytes(content.into())))
    }

    fn author(name: &str) -> Author {
        Author::new(name, couture_core::Timestamp::from_micros(0))
    }

    #[tokio::test]
    async fn what_a_file_was_is_remembered() {
        let trees = TreeStore::new(Arc::new(InMemory::new()));
        for (content, by) in [("1", "ann"), ("1", "bob"), ("2", "bob")] {
            trees.change("dags", None, vec![put("a/b.py", content), put("c.py", "")], &author(by)).await.unwrap();
        }
        trees.change("dags", None, vec![(path("a/b.py"), TreeChange::Remove)], &author("eve")).await.unwrap();
        let past = trees.history("dags", &path("a/b.py")).await.unwrap();
        let told: Vec<_> = past.iter().map(|past| (past.version, &*past.author.name, past.file.is_some())).collect();
        assert_eq!(told, [(3, "eve", false), (2, "bob", true), (1, "ann", true)]);
        let old = past[2].file.as_ref().unwrap();
        assert_eq!(trees.piece(old, 0, 10).await.unwrap(), b"1");
        assert_eq!(trees.history("dags", &path("c.py")).await.unwrap().len(), 1);
        for at in 0..TreeStore::MAX_PAST + 5 {
            trees.change("dags", None, vec![put("c.py", &format!("{at}"))], &author("ann")).await.unwrap();
        }
        assert_eq!(trees.history("dags", &path("c.py")).await.unwrap().len(), TreeStore::MAX_PAST);
    }

    #[tokio::test]
    async fn a_tree_changes_as_a_whole_or_not_at_all() {
        let trees = TreeStore::new(Arc::new(InMemory::new()));
        assert_eq!(trees.manifest("configs").await.unwrap(), Manifest::default());
        let first = trees
            .change("configs", Some(0), vec![put("a/x.xml", "1"), put("b/y.xml", "2")], &author("ann"))
            .await
            .unwrap();
        assert_eq!((first.version, first.files.len()), (1, 2));
        assert_eq!(trees.read("configs", &path("a/x.xml")).await.unwrap(), b"1");
        let local = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(local.path(), vec![7; 3 << 20]).unwrap();
        let big = (path("c"), TreeChange::Put(Content::File(local.path().into())));
        let second = trees
            .change("configs", None, vec![(path("b/y.xml"), TreeChange::Remove), big], &author("ann"))
            .await
            .unwrap();
        assert_eq!(second.files.keys().map(TreePath::as_str).collect::<Vec<_>>(), ["a/x.xml", "c"]);
        assert!(second.authors.keys().eq(second.files.keys()));
        let c = &second.files[&path("c")];
        assert_eq!(trees.read("configs", &path("c")).await.unwrap(), vec![7; 3 << 20]);
        for (offset, length, expected) in [(0, 5, 5), ((3 << 20) - 2, 5, 2), (3 << 20, 5, 0)] {
            assert_eq!(trees.piece(c, offset, length).await.unwrap(), vec![7; expected]);
        }
        let late = trees.change("configs", Some(1), vec![put("z", "")], &author("ann")).await;
        assert!(matches!(late, Err(TreeError::Changed { version: 2 })));
        for clash in ["a", "c/d/e"] {
            let clash = trees.change("configs", None, vec![put("new", ""), put(clash, "")], &author("ann")).await;
            assert!(matches!(clash, Err(TreeError::Clash { .. })), "{clash:?}");
        }
        assert_eq!(trees.manifest("configs").await.unwrap(), second);
        assert!(matches!(trees.read("configs", &path("b/y.xml")).await, Err(TreeError::Missing(_))));
        assert_eq!(trees.manifest("dependencies").await.unwrap(), Manifest::default());
    }
}
