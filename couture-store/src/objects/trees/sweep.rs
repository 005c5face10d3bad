//! Removes content that no tree names any more.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use couture_core::Timestamp;
use futures_util::TryStreamExt as _;
use object_store::path::Path as ObjectPath;
use object_store::{Error, ObjectStoreExt};

use super::manifest::{Manifest, PastFile};
use super::tree_store::{TreeError, TreeStore, blob_path};

/// What a sweep and the changes made meanwhile tell each other.
#[derive(Debug, Default)]
pub(super) struct Sweeping {
    /// One at a time.
    alone: tokio::sync::Mutex<()>,
    /// The hashes that were named since the sweep began; nothing where none goes on.
    named: Mutex<Option<BTreeSet<String>>>,
}

impl Sweeping {
    fn named(&self) -> MutexGuard<'_, Option<BTreeSet<String>>> {
        self.named.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A change is about to name this content.
    pub(super) fn spare(&self, sha256: &str) {
        if let Some(named) = self.named().as_mut() {
            named.insert(sha256.to_owned());
        }
    }
}

/// The most that one sweep removes.
const MAX_REMOVED: usize = 10_000;
/// Removed while changes wait.
const AT_ONCE: usize = 50;

impl TreeStore {
    /// Removes contents that are older than `before` and that neither a tree nor the history of a file names, and tells how many; the next
    /// sweep goes on where one has removed [`MAX_REMOVED`]. Changes go on meanwhile. Where a tree cannot be read, nothing is removed.
    pub async fn sweep(&self, before: Timestamp) -> Result<usize, TreeError> {
        let Ok(_alone) = self.sweeping.alone.try_lock() else { return Ok(0) };
        {
            // No change is in the middle of naming something that it found to be there.
            let _still = self.changing.lock().await;
            *self.sweeping.named() = Some(BTreeSet::new());
        }
        let removed = self.remove_unnamed(before).await;
        *self.sweeping.named() = None;
        removed
    }

    async fn remove_unnamed(&self, before: Timestamp) -> Result<usize, TreeError> {
        let named = self.all_named().await?;
        let folder = ObjectPath::from("blobs");
        let mut blobs = self.objects.list(Some(&folder));
        let mut unnamed = Vec::new();
        while let Some(blob) = blobs.try_next().await? {
            let is_old = blob.last_modified.timestamp_micros() < before.as_micros();
            if let Some(sha256) = blob.location.filename().filter(|name| is_old && !named.contains(*name)) {
                unnamed.push(sha256.to_owned());
            }
            if unnamed.len() >= MAX_REMOVED {
                break;
            }
        }
        let mut removed = 0;
        for some in unnamed.chunks(AT_ONCE) {
            let _still = self.changing.lock().await;
            for sha256 in some {
                if self.sweeping.named().as_ref().is_some_and(|named| named.contains(sha256)) {
                    continue;
                }
                match self.objects.delete(&blob_path(sha256)).await {
                    Ok(()) => removed += 1,
                    Err(Error::NotFound { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(removed)
    }

    /// The hashes that trees and histories name.
    async fn all_named(&self) -> Result<BTreeSet<String>, TreeError> {
        let mut named = BTreeSet::new();
        for folder in ["trees", "history"] {
            let folder = ObjectPath::from(folder);
            let mut found = self.objects.list(Some(&folder));
            while let Some(object) = found.try_next().await? {
                let json = match self.objects.get(&object.location).await {
                    Ok(found) => found.bytes().await?,
                    Err(Error::NotFound { .. }) => continue,
                    Err(error) => return Err(error.into()),
                };
                let damaged = |error: serde_json::Error| TreeError::Objects(error.into());
                if folder.as_ref() == "trees" {
                    let manifest: Manifest = serde_json::from_slice(&json).map_err(damaged)?;
                    named.extend(manifest.files.into_values().map(|file| file.sha256));
                } else {
                    let past: Vec<PastFile> = serde_json::from_slice(&json).map_err(damaged)?;
                    named.extend(past.into_iter().filter_map(|past| Some(past.file?.sha256)));
                }
            }
        }
        Ok(named)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::memory::InMemory;

    use super::super::{Author, Content, TreeChange, TreePath};
    use super::*;

    const LATER: Timestamp = Timestamp::from_micros(i64::MAX);

    async fn put(trees: &TreeStore, name: &str, content: &str) {
        let change = (TreePath::new(name).unwrap(), TreeChange::Put(Content::Bytes(content.into())));
        trees.change("t", None, vec![change], &Author::new("ann", Timestamp::from_micros(0))).await.unwrap();
    }

    #[tokio::test]
    async fn only_what_nothing_names_is_removed() {
        let trees = TreeStore::new(Arc::new(InMemory::new()));
        for number in 0..TreeStore::MAX_PAST + 3 {
            put(&trees, "a", &number.to_string()).await;
        }
        put(&trees, "b", "b").await;
        assert_eq!(trees.sweep(Timestamp::from_micros(0)).await.unwrap(), 0, "all are younger than that");
        assert_eq!(trees.sweep(LATER).await.unwrap(), 3);
        assert_eq!(trees.sweep(LATER).await.unwrap(), 0);
        for past in trees.history("t", &TreePath::new("a").unwrap()).await.unwrap() {
            assert!(!trees.piece(&past.file.unwrap(), 0, 9).await.unwrap().is_empty());
        }
        assert_eq!(trees.read("t", &TreePath::new("b").unwrap()).await.unwrap(), b"b");
    }

    #[tokio::test]
    async fn what_is_named_meanwhile_is_spared() {
        let trees = TreeStore::new(Arc::new(InMemory::new()));
        trees.objects.put(&blob_path("0a"), "left behind".into()).await.unwrap();
        trees.objects.put(&blob_path("0b"), "left behind".into()).await.unwrap();
        *trees.sweeping.named() = Some(BTreeSet::new());
        trees.sweeping.spare("0a");
        assert_eq!(trees.remove_unnamed(LATER).await.unwrap(), 1);
        assert!(trees.objects.head(&blob_path("0a")).await.is_ok());
    }

    #[tokio::test]
    async fn a_damaged_tree_stops_it() {
        let trees = TreeStore::new(Arc::new(InMemory::new()));
        put(&trees, "a", "1").await;
        trees.objects.put(&ObjectPath::from("trees/other.json"), "{".into()).await.unwrap();
        assert!(trees.sweep(LATER).await.is_err());
        assert_eq!(trees.read("t", &TreePath::new("a").unwrap()).await.unwrap(), b"1");
    }
}
