//! What people do to the DAG folder by hand.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use couture_store::{Content, Manifest, TreeChange, TreePath};
use sha2::{Digest as _, Sha256};

use super::dag_folder::{DagFolder, blocking};
use super::error::FilesError;
use super::folder_listing::{FolderFile, file_of};
use super::proposal::{hex, version_of_hash};
use crate::dags::{FolderLimits, Watch, read_bounded};

/// What a file on disk held when it was read.
#[derive(Clone, Debug)]
pub(super) struct Known {
    stamp: (i64, i64, i64, i64, u64, u64),
    sha256: String,
}

/// Files recorded in one change of the history.
const BATCH_BYTES: u64 = 32 << 20;

/// The content of a file whose history is kept. Blocks its thread.
pub(super) fn known_content(
    root: &Path,
    path: &TreePath,
    limits: &FolderLimits,
) -> Result<Option<Vec<u8>>, FilesError> {
    match file_of(root, path)? {
        Some(file) if file.is_kept(limits) => Ok(Some(read_bounded(&root.join(path.as_str()), limits.file_bytes)?)),
        _ => Ok(None),
    }
}

/// What must be added to the history for it to know that a file has this content.
pub(super) fn edit(manifest: &Manifest, path: &TreePath, content: Option<Vec<u8>>) -> Option<(TreePath, TreeChange)> {
    let known = manifest.files.get(path);
    match content {
        Some(content) => {
            let sha256 = hex(&Sha256::digest(&content));
            let is_other = known.is_none_or(|known| known.sha256 != sha256);
            is_other.then(|| (path.clone(), TreeChange::Put(Content::Bytes(content))))
        }
        None => known.map(|_| (path.clone(), TreeChange::Remove)),
    }
}

impl DagFolder {
    /// The versions of files that are on disk now; of those that are not kept, nothing. Only files that have changed since are read.
    pub async fn versions_of(
        self: &Arc<Self>,
        files: Vec<FolderFile>,
    ) -> Result<BTreeMap<TreePath, String>, FilesError> {
        let folder = self.clone();
        blocking(move || {
            let hashes =
                files.iter().filter_map(|file| Some((file.path.clone(), version_of_hash(&folder.hash(file)?))));
            Ok(hashes.collect())
        })
        .await
    }

    /// The hash of a file that is kept. Blocks its thread.
    fn hash(&self, file: &FolderFile) -> Option<String> {
        if !file.is_kept(self.limits()) {
            return None;
        }
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known().get(&file.path).filter(|known| known.stamp == file.stamp) {
            return Some(known.sha256.clone());
        }
        let content = read_bounded(&self.root().join(file.path.as_str()), self.limits().file_bytes).ok()?;
        let sha256 = hex(&Sha256::digest(&content));
        // A file that changes while it is read has another stamp at the next look.
        known().insert(file.path.clone(), Known { stamp: file.stamp, sha256: sha256.clone() });
        Some(sha256)
    }

    /// Looks at the folder, and makes edits by hand part of the history.
    pub async fn record_disk(self: &Arc<Self>) -> Result<(), FilesError> {
        let _alone = self.changing.lock().await;
        let (manifest, files) = (self.history().await?, self.list().await?);
        let folder = self.clone();
        let (other, gone) = blocking(move || {
            let mut known = folder.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.retain(|path, _| files.binary_search_by(|file| file.path.cmp(path)).is_ok());
            drop(known);
            let mut gone = manifest.files.clone();
            let mut other = Vec::new();
            for file in files {
                let Some(sha256) = folder.hash(&file) else { continue };
                if gone.remove(&file.path).is_none_or(|known| known.sha256 != sha256) {
                    other.push(file);
                }
            }
            Ok((other, gone))
        })
        .await?;
        self.record(gone.into_keys().map(|path| (path, TreeChange::Remove)).collect()).await?;
        let mut other = other.into_iter().peekable();
        while other.peek().is_some() {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            while let Some(file) = other.next_if(|file| bytes == 0 || bytes + file.bytes <= BATCH_BYTES) {
                bytes += file.bytes.max(1);
                batch.push(file);
            }
            let (root, limits) = (self.root().to_owned(), *self.limits());
            let changes = blocking(move || {
                let read =
                    |file: FolderFile| Some((file.path.clone(), known_content(&root, &file.path, &limits).ok()??));
                let put = |(path, content)| (path, TreeChange::Put(Content::Bytes(content)));
                Ok(batch.into_iter().filter_map(read).map(put).collect())
            });
            self.record(changes.await?).await?;
        }
        Ok(())
    }

    /// Makes edits by hand part of the history as they come, for as long as the folder is used.
    pub async fn keep_recorded(folder: Weak<Self>, interval: Duration) {
        let Some((watch, clock)) = folder.upgrade().map(|it| (Watch::new(it.root(), interval), it.shared_clock()))
        else {
            return;
        };
        loop {
            let Some(folder) = folder.upgrade() else { return };
            if let Err(error) = folder.record_disk().await {
                tracing::warn!("the history of the DAG folder is not up to date: {error}");
            }
            drop(folder);
            watch.changed(&*clock).await;
        }
    }
}
