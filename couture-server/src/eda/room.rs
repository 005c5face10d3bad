//! What is kept of exploratory data analysis: listed sources, uploads and reports.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use couture_core::{BoxError, DagId, RunId, StoreReader, Timestamp};
use couture_operators::eda::{EdaFiles, OutputPlace};
use couture_store::{FileUpload, ListedFile, ObjectFiles, TreePath, TreePathError};
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::dag::DAG_ID;
use super::source::Source;
use crate::settings::Settings;

/// What is kept of exploratory data analysis: the files `sources/HASH.json`, `uploads/RUN_ID/NAME` and `outputs/…`. Clones share it.
#[derive(Clone, Debug)]
pub struct EdaRoom {
    files: ObjectFiles,
    own_folder: PathBuf,
    /// Uploads that may still begin now.
    uploading: Arc<Semaphore>,
}

/// Why there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// It is switched off.
    #[error("exploratory data analysis is switched off here; set eda.enabled")]
    Disabled,
    /// It is not part of this program.
    #[error(
        "this server was built without exploratory data analysis; build it with the feature eda, or set eda.program"
    )]
    NotBuilt,
}

/// Why a source is not listed, or not found.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It is listed already.
    #[error("the source {0:?} is in the list already")]
    Exists(String),
    /// It is not listed.
    #[error("the source {0:?} is not in the list; add it first")]
    Missing(String),
    /// There are as many as there may be.
    #[error("the list has {} sources already; delete one first", EdaRoom::MAX_SOURCES)]
    TooMany,
    /// The objects cannot be read or written.
    #[error("the list of sources cannot be read or written: {0}")]
    Objects(BoxError),
}

impl From<BoxError> for SourceError {
    fn from(error: BoxError) -> Self {
        Self::Objects(error)
    }
}

impl EdaRoom {
    /// The most sources of the list.
    pub const MAX_SOURCES: usize = 1_000;
    /// The most uploads that wait for their runs.
    pub const MAX_UPLOADS: usize = 100;
    /// The most uploads at a time.
    pub const MAX_UPLOADING: usize = 8;
    const SOURCES: &'static str = "sources";
    const UPLOADS: &'static str = "uploads";

    /// What `files` hold. No source may lead into `own_folder`.
    pub fn new(files: ObjectFiles, own_folder: PathBuf) -> Self {
        Self { files, own_folder, uploading: Arc::new(Semaphore::new(Self::MAX_UPLOADING)) }
    }

    /// The same, unless it is switched off, or this program cannot look at data and no other is named.
    pub(crate) fn open(settings: &Settings, files: ObjectFiles, own_folder: &Path) -> Result<Self, Closed> {
        match settings.eda.enabled {
            false => Err(Closed::Disabled),
            true if cfg!(not(feature = "eda")) && settings.eda.program.is_empty() => Err(Closed::NotBuilt),
            true => Ok(Self::new(files, own_folder.to_owned())),
        }
    }

    /// What no source may lead into.
    pub fn own_folder(&self) -> &Path {
        &self.own_folder
    }

    /// The list, by the sources' keys.
    pub async fn sources(&self) -> Result<Vec<Source>, SourceError> {
        let mut sources = Vec::new();
        for file in self.files.list(&folder(Self::SOURCES)).await? {
            if let Some(source) = self.read(&file.path).await? {
                sources.push(source);
            }
        }
        sources.sort_by(|one: &Source, other| one.source.cmp(&other.source));
        Ok(sources)
    }

    /// A source of the list.
    pub async fn source(&self, key: &str) -> Result<Source, SourceError> {
        let path = source_path(key);
        let found = match self.files.find(&path).await? {
            Some(_) => self.read(&path).await?,
            None => None,
        };
        found.ok_or_else(|| SourceError::Missing(key.to_owned()))
    }

    /// `None` where it was removed meanwhile, or is no source.
    async fn read(&self, path: &TreePath) -> Result<Option<Source>, SourceError> {
        const MOST: u64 = 256 << 10;
        match self.files.piece(path, 0, MOST).await {
            Ok(content) => Ok(serde_json::from_slice(&content).ok()),
            Err(_) if self.files.find(path).await?.is_none() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Lists a source.
    pub async fn add(&self, source: &Source) -> Result<(), SourceError> {
        if self.files.list(&folder(Self::SOURCES)).await?.len() >= Self::MAX_SOURCES {
            return Err(SourceError::TooMany);
        }
        let content = serde_json::to_vec(source).map_err(BoxError::from)?;
        match self.files.create(&source_path(&source.source), content).await? {
            true => Ok(()),
            false => Err(SourceError::Exists(source.source.clone())),
        }
    }

    /// Takes a source off the list. Its reports stay.
    pub async fn remove(&self, key: &str) -> Result<(), SourceError> {
        match self.files.delete(&source_path(key)).await? {
            true => Ok(()),
            false => Err(SourceError::Missing(key.to_owned())),
        }
    }

    /// How many uploads there are.
    pub async fn uploads(&self) -> Result<usize, BoxError> {
        Ok(self.files.list(&folder(Self::UPLOADS)).await?.len())
    }

    /// What an upload holds from its beginning to its end; `None` while [`Self::MAX_UPLOADING`] others do.
    pub fn uploading(&self) -> Option<OwnedSemaphorePermit> {
        self.uploading.clone().try_acquire_owned().ok()
    }

    /// Removes the uploads older than `before` whose runs have ended or never came, and tells how many wait for runs that have not ended.
    pub async fn clear_uploads(&self, runs: &dyn StoreReader, before: Timestamp) -> Result<usize, BoxError> {
        let dag_id = DagId::new(DAG_ID)?;
        let mut left = 0;
        for upload in self.files.list(&folder(Self::UPLOADS)).await? {
            let run = match upload.path.as_str().split('/').nth(1).and_then(|id| RunId::new(id).ok()) {
                Some(id) => runs.run(&dag_id, &id).await?,
                None => None,
            };
            // A run that has ended may have ended just now, and its attempt may still read: that is for it to forget.
            let is_waiting = run.is_some_and(|run| !run.state.is_finished());
            if is_waiting || upload.modified >= before {
                left += usize::from(is_waiting);
            } else {
                self.files.delete(&upload.path).await?;
            }
        }
        Ok(left)
    }

    /// Begins an upload for the run of this id, with the name of its file; and tells what runs know it by.
    pub async fn upload(&self, run_id: &str, name: &str) -> Result<(String, FileUpload), BoxError> {
        let path = TreePath::new(&format!("{}/{run_id}/{name}", Self::UPLOADS))?;
        let upload = self.files.upload(&path).await?;
        Ok((path.to_string(), upload))
    }

    /// All files of reports.
    pub async fn outputs(&self) -> Result<Vec<ListedFile>, BoxError> {
        self.files.list(&folder(OutputPlace::ROOT)).await
    }

    /// The files of a folder of reports.
    pub async fn outputs_in(&self, folder: &TreePath) -> Result<Vec<ListedFile>, BoxError> {
        self.files.list(folder).await
    }

    /// A file of a report.
    pub async fn output(&self, path: &TreePath) -> Result<Option<ListedFile>, BoxError> {
        self.files.find(path).await
    }

    /// A piece of a file of a report.
    pub async fn piece(&self, path: &TreePath, offset: u64, limit: u64) -> Result<Vec<u8>, BoxError> {
        self.files.piece(path, offset, limit).await
    }

    /// Removes files.
    pub async fn delete(&self, files: &[ListedFile]) -> Result<(), BoxError> {
        for file in files {
            self.files.delete(&file.path).await?;
        }
        Ok(())
    }

    /// Removes uploads that are older than that, and tells how many.
    pub async fn sweep_uploads(&self, before: Timestamp) -> Result<usize, BoxError> {
        let mut old = self.files.list(&folder(Self::UPLOADS)).await?;
        old.retain(|upload| upload.modified < before);
        self.delete(&old).await?;
        Ok(old.len())
    }
}

/// A path of reports, or why it is none.
pub(crate) fn output_path(path: &str) -> Result<TreePath, OutputPathError> {
    let path = TreePath::new(path)?;
    let is_below = path.as_str().split_once('/').is_some_and(|(root, _)| root == OutputPlace::ROOT);
    if is_below { Ok(path) } else { Err(OutputPathError::Elsewhere) }
}

/// Why a path is none of reports.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OutputPathError {
    /// It is no path.
    #[error(transparent)]
    Path(#[from] TreePathError),
    /// It leads elsewhere.
    #[error("the path of an output begins with {}/", OutputPlace::ROOT)]
    Elsewhere,
}

fn folder(name: &'static str) -> TreePath {
    TreePath::new(name).unwrap_or_else(|_| unreachable!("{name} is a path"))
}

fn source_path(key: &str) -> TreePath {
    let hash: String = Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect();
    TreePath::new(&format!("{}/{hash}.json", EdaRoom::SOURCES)).unwrap_or_else(|_| unreachable!("a hash is a name"))
}

/// The path of an upload, as runs know it.
fn upload_path(upload: &str) -> Result<TreePath, BoxError> {
    let path = TreePath::new(upload)?;
    let is_upload = path.as_str().split_once('/').is_some_and(|(root, _)| root == EdaRoom::UPLOADS);
    if is_upload { Ok(path) } else { Err(format!("{upload:?} is no upload").into()) }
}

#[async_trait]
impl EdaFiles for EdaRoom {
    async fn keep(&self, path: &str, file: &Path) -> Result<(), BoxError> {
        self.files.put_file(&output_path(path)?, file).await
    }

    async fn is_taken(&self, folder: &str) -> Result<bool, BoxError> {
        Ok(!self.files.list(&output_path(folder)?).await?.is_empty())
    }

    async fn fetch_output(&self, path: &str, to: &Path) -> Result<(), BoxError> {
        self.files.fetch(&output_path(path)?, to).await
    }

    async fn fetch(&self, upload: &str, to: &Path) -> Result<(), BoxError> {
        self.files.fetch(&upload_path(upload)?, to).await
    }

    async fn forget(&self, upload: &str) -> Result<(), BoxError> {
        self.files.delete(&upload_path(upload)?).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_below_their_folder() {
        let check = |path: &str, is_fit: bool| assert_eq!(output_path(path).is_ok(), is_fit, "{path}");
        check("outputs/a/preliminary/t/data_info.html", true);
        check("outputs", false);
        check("outputs/../sources/x.json", false);
        check("sources/x.json", false);
        check("/outputs/x", false);
        check("outputs//x", false);
        check("outputs/a\\..\\x", false);
        assert!(upload_path("outputs/x").is_err() && upload_path("uploads/1/a.csv").is_ok());
    }

    #[tokio::test]
    async fn sources_are_listed_once() {
        let folder = tempfile::tempdir().unwrap();
        let objects = couture_store::local_objects(folder.path()).unwrap();
        let room = EdaRoom::new(ObjectFiles::new(objects, "eda"), "/own".into());
        let source = |key: &str| Source {
            source: key.to_owned(),
            connection_id: None,
            query: None,
            table: None,
            added_at: Timestamp::from_micros(1),
            added_by: "ann".to_owned(),
        };
        for key in ["/b.csv", "/a.csv"] {
            room.add(&source(key)).await.unwrap();
        }
        assert!(matches!(room.add(&source("/a.csv")).await, Err(SourceError::Exists(_))));
        assert_eq!(room.sources().await.unwrap(), [source("/a.csv"), source("/b.csv")]);
        assert_eq!(room.source("/b.csv").await.unwrap(), source("/b.csv"));
        room.remove("/b.csv").await.unwrap();
        assert!(matches!(room.remove("/b.csv").await, Err(SourceError::Missing(_))));
        assert!(matches!(room.source("/b.csv").await, Err(SourceError::Missing(_))));
    }

    #[tokio::test]
    async fn uploads_that_nobody_takes_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let objects = couture_store::local_objects(folder.path()).unwrap();
        let room = EdaRoom::new(ObjectFiles::new(objects, "eda"), "/own".into());
        let (name, mut upload) = room.upload("1", "a.csv").await.unwrap();
        upload.push(b"n\n1\n").await.unwrap();
        upload.finish().await.unwrap();
        let copy = folder.path().join("copy.csv");
        room.fetch(&name, &copy).await.unwrap();
        assert_eq!(std::fs::read(copy).unwrap(), b"n\n1\n");
        assert_eq!(room.sweep_uploads(Timestamp::from_micros(0)).await.unwrap(), 0);
        assert_eq!(room.sweep_uploads(Timestamp::from_micros(i64::MAX)).await.unwrap(), 1);
        assert_eq!(room.uploads().await.unwrap(), 0);
        let (_, mut upload) = room.upload("2", "a.csv").await.unwrap();
        upload.push(b"n").await.unwrap();
        upload.give_up().await;
        assert_eq!(room.uploads().await.unwrap(), 0);
    }
}
