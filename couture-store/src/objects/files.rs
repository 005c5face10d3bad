//! Files among objects, below one name.

use std::io;
use std::path::Path;
use std::sync::Arc;

use couture_core::{BoxError, Timestamp};
use futures_util::TryStreamExt;
use object_store::path::Path as ObjectPath;
use object_store::{Error, GetRange, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use percent_encoding::percent_decode_str;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::trees::TreePath;

/// Files among objects, below one name. Clones are handles to the same files.
#[derive(Clone, Debug)]
pub struct ObjectFiles {
    objects: Arc<dyn ObjectStore>,
    name: &'static str,
}

/// A file as a list tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFile {
    /// Its path below the name.
    pub path: TreePath,
    /// Its bytes.
    pub size: u64,
    /// When it was put there.
    pub modified: Timestamp,
}

/// Read and written at once: no object store takes smaller parts, but for the last one.
const PART_BYTES: usize = 8 << 20;

impl ObjectFiles {
    /// The most files that a list is made of.
    pub const MAX_LISTED: usize = 100_000;

    /// The files below `name` among `objects`.
    pub fn new(objects: Arc<dyn ObjectStore>, name: &'static str) -> Self {
        Self { objects, name }
    }

    /// What paths of objects may not hold is escaped, so that no path leads elsewhere.
    fn object(&self, path: &TreePath) -> ObjectPath {
        ObjectPath::from_iter(std::iter::once(self.name).chain(path.as_str().split('/')))
    }

    /// Puts a file in place of another of this path, if there is one. Durable when it returns.
    pub async fn put(&self, path: &TreePath, content: Vec<u8>) -> Result<(), BoxError> {
        self.objects.put(&self.object(path), content.into()).await?;
        Ok(())
    }

    /// Puts a file where there is none; false where there is one, which stays.
    pub async fn create(&self, path: &TreePath, content: Vec<u8>) -> Result<bool, BoxError> {
        match self.objects.put_opts(&self.object(path), content.into(), PutMode::Create.into()).await {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts the content of a local file.
    pub async fn put_file(&self, path: &TreePath, file: &Path) -> Result<(), BoxError> {
        let mut file = tokio::fs::File::open(file).await?;
        let mut upload = self.upload(path).await?;
        let mut piece = vec![0; PART_BYTES];
        loop {
            match file.read(&mut piece).await {
                Ok(0) => return upload.finish().await,
                Ok(length) => upload.push(&piece[..length]).await?,
                Err(error) => {
                    upload.give_up().await;
                    return Err(error.into());
                }
            }
        }
    }

    /// Begins a file of any length, which is there as a whole when it is finished, and not before.
    pub async fn upload(&self, path: &TreePath) -> Result<FileUpload, BoxError> {
        Ok(FileUpload { parts: self.objects.put_multipart(&self.object(path)).await?, waiting: Vec::new() })
    }

    /// What is known of a file; `None` where there is none.
    pub async fn find(&self, path: &TreePath) -> Result<Option<ListedFile>, BoxError> {
        match self.objects.head(&self.object(path)).await {
            Ok(meta) => Ok(Some(listed(path.clone(), &meta))),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// At most `limit` bytes of a file from `offset` on; none at its end.
    pub async fn piece(&self, path: &TreePath, offset: u64, limit: u64) -> Result<Vec<u8>, BoxError> {
        let range = GetRange::Bounded(offset..offset.saturating_add(limit));
        let options = object_store::GetOptions { range: Some(range), ..Default::default() };
        Ok(self.objects.get_opts(&self.object(path), options).await?.bytes().await?.into())
    }

    /// Copies a file to a local path.
    pub async fn fetch(&self, path: &TreePath, to: &Path) -> Result<(), BoxError> {
        let found = match self.objects.get(&self.object(path)).await {
            Err(Error::NotFound { .. }) => return Err(io::Error::from(io::ErrorKind::NotFound).into()),
            found => found?,
        };
        let mut content = found.into_stream();
        let mut file = tokio::fs::File::create(to).await?;
        while let Some(piece) = content.try_next().await? {
            file.write_all(&piece).await?;
        }
        file.flush().await?;
        Ok(())
    }

    /// The files in a folder and the folders in it, in no order; at most [`Self::MAX_LISTED`].
    pub async fn list(&self, folder: &TreePath) -> Result<Vec<ListedFile>, BoxError> {
        let prefix = self.object(folder);
        let mut objects = self.objects.list(Some(&prefix));
        let mut files = Vec::new();
        while let Some(meta) = objects.try_next().await? {
            if files.len() == Self::MAX_LISTED {
                break;
            }
            let parts = meta.location.parts().skip(1);
            let parts: Vec<_> =
                parts.map(|part| percent_decode_str(part.as_ref()).decode_utf8_lossy().into_owned()).collect();
            // A name that no path can be was put there by somebody else.
            if let Ok(path) = TreePath::new(&parts.join("/")) {
                files.push(listed(path, &meta));
            }
        }
        Ok(files)
    }

    /// Removes a file; false where there was none.
    pub async fn delete(&self, path: &TreePath) -> Result<bool, BoxError> {
        // Some stores do not tell.
        let is_there = self.find(path).await?.is_some();
        match self.objects.delete(&self.object(path)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(is_there),
            Err(error) => Err(error.into()),
        }
    }
}

fn listed(path: TreePath, meta: &ObjectMeta) -> ListedFile {
    ListedFile { path, size: meta.size, modified: Timestamp::from_micros(meta.last_modified.timestamp_micros()) }
}

/// A file that is being put.
#[derive(Debug)]
pub struct FileUpload {
    parts: Box<dyn MultipartUpload>,
    waiting: Vec<u8>,
}

impl FileUpload {
    /// Adds bytes. After an error the file is given up already.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), BoxError> {
        self.waiting.extend_from_slice(bytes);
        while self.waiting.len() >= PART_BYTES {
            // Some stores want all parts but the last to be of one size.
            let rest = self.waiting.split_off(PART_BYTES);
            let part = std::mem::replace(&mut self.waiting, rest);
            self.put(part).await?;
        }
        Ok(())
    }

    async fn put(&mut self, part: Vec<u8>) -> Result<(), BoxError> {
        match self.parts.put_part(PutPayload::from(part)).await {
            Ok(()) => Ok(()),
            Err(error) => {
                // What is left of it is the store's to clean.
                let _ = self.parts.abort().await;
                Err(error.into())
            }
        }
    }

    /// Makes it a file. Durable when it returns.
    pub async fn finish(mut self) -> Result<(), BoxError> {
        let part = std::mem::take(&mut self.waiting);
        self.put(part).await?;
        self.parts.complete().await?;
        Ok(())
    }

    /// Leaves nothing of it.
    pub async fn give_up(mut self) {
        let _ = self.parts.abort().await;
    }
}
