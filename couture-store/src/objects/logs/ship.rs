//! Moving logs from files to objects.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use couture_core::{AttemptToken, BoxError};
use futures_util::TryStreamExt;
use object_store::path::Path as ObjectPath;
use object_store::{Error, MultipartUpload, ObjectStore, ObjectStoreExt};

use super::live::{self, Segment, segment_name};
use super::log_store::{LogStore, blocking, object_folder};

/// A segment is copied in pieces of this size: the least that S3 takes for a part.
const PIECE_BYTES: usize = 5 << 20;

impl LogStore {
    pub(super) async fn ship_segments(&self, tokens: &[AttemptToken], only_finished: bool) -> Result<(), BoxError> {
        let (live, tokens) = (self.live.clone(), tokens.to_vec());
        let found = blocking(move || {
            let mut found = Vec::new();
            for token in tokens {
                let folder = live.join(token.to_string());
                let mut segments = live::segments(&folder)?;
                if only_finished {
                    segments.pop();
                } else if segments.is_empty() {
                    remove_folder(&folder)?;
                }
                if !segments.is_empty() {
                    found.push((token, folder, segments));
                }
            }
            Ok(found)
        })
        .await?;
        for (token, folder, segments) in found {
            for segment in segments {
                self.ship_segment(token, segment).await?;
            }
            if !only_finished {
                blocking(move || remove_folder(&folder)).await?;
            }
        }
        Ok(())
    }

    async fn ship_segment(&self, token: AttemptToken, segment: Segment) -> Result<(), BoxError> {
        let path = segment.path.clone();
        // Writers hold this lock while they append: none does while the segment is moved.
        let file = blocking(move || {
            let file = File::open(path)?;
            file.lock()?;
            Ok(file)
        })
        .await;
        let file = match file {
            // Moved already, by someone who does the same.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            file => file?,
        };
        let place = object_folder(token).join(segment_name(segment.start));
        if let Some(folder) = &self.folder
            && self.link(folder, &segment.path, &place).await?
        {
            return Ok(());
        }
        let bytes = file.metadata()?.len();
        match self.objects.head(&place).await {
            Err(Error::NotFound { .. }) => self.copy(&file, 0, &place).await?,
            Err(error) => return Err(error.into()),
            // The move was stopped before the file was removed.
            Ok(there) if there.size == bytes => {}
            Ok(there) if there.size < bytes && self.begins_with(&file, &place, there.size).await? => {
                // And something was written after it.
                let rest = object_folder(token).join(segment_name(segment.start + there.size));
                self.copy(&file, there.size, &rest).await?;
            }
            // The log was shipped before, and a late writer began it again: that is its end.
            Ok(_) => self.copy(&file, 0, &self.end(token).await?).await?,
        }
        let path = segment.path;
        blocking(move || remove_file(&path)).await?;
        // Held until the file is gone: a writer that waited for the lock sees that.
        drop(file);
        Ok(())
    }

    /// Moves a file within the file system; whether it did, for it never replaces another object.
    async fn link(&self, folder: &Path, segment: &Path, place: &ObjectPath) -> io::Result<bool> {
        let to = folder.join(place.as_ref());
        let segment = segment.to_owned();
        blocking(move || {
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            match fs::hard_link(&segment, &to) {
                Ok(()) => {}
                Err(_) if is_same_file(&segment, &to) => {}
                // Another file system, or there is an object: it is copied.
                Err(_) => return Ok(false),
            }
            remove_file(&segment)?;
            Ok(true)
        })
        .await
    }

    /// Copies what `file` holds after `offset` to a new object.
    async fn copy(&self, file: &File, offset: u64, place: &ObjectPath) -> Result<(), BoxError> {
        let first = piece(file, offset).await?;
        if first.len() < PIECE_BYTES {
            self.objects.put(place, first.into()).await?;
            return Ok(());
        }
        let mut upload = self.objects.put_multipart(place).await?;
        let copied = upload_all(&mut *upload, file, offset, first).await;
        if copied.is_err() {
            // The error of the copy is the one to tell; what is left behind costs only space.
            let _ = upload.abort().await;
        }
        copied
    }

    /// Whether `file` begins with the `bytes` bytes of the object at `place`.
    async fn begins_with(&self, file: &File, place: &ObjectPath, bytes: u64) -> Result<bool, BoxError> {
        let mut offset = 0;
        while offset < bytes {
            let mut ours = piece(file, offset).await?;
            ours.truncate(usize::try_from(bytes - offset).unwrap_or(usize::MAX));
            let theirs = self.objects.get_range(place, offset..offset + ours.len() as u64).await?;
            if ours.is_empty() || theirs != ours {
                return Ok(false);
            }
            offset += ours.len() as u64;
        }
        Ok(true)
    }

    /// The object that follows all objects of an attempt.
    async fn end(&self, token: AttemptToken) -> Result<ObjectPath, BoxError> {
        let folder = object_folder(token);
        let objects: Vec<_> = self.objects.list(Some(&folder)).try_collect().await?;
        let ends = objects.iter().filter_map(|object| {
            let start = object.location.filename().and_then(live::start_of)?;
            Some(start + object.size)
        });
        Ok(folder.join(segment_name(ends.max().unwrap_or(0))))
    }
}

/// Uploads what `file` holds after `offset`, of which `first` is the first piece.
async fn upload_all(
    upload: &mut dyn MultipartUpload,
    file: &File,
    mut offset: u64,
    first: Vec<u8>,
) -> Result<(), BoxError> {
    let mut next = first;
    while !next.is_empty() {
        offset += next.len() as u64;
        upload.put_part(next.into()).await?;
        next = piece(file, offset).await?;
    }
    upload.complete().await?;
    Ok(())
}

/// At most [`PIECE_BYTES`] of `file` from `offset`.
async fn piece(file: &File, offset: u64) -> io::Result<Vec<u8>> {
    let mut file = file.try_clone()?;
    blocking(move || {
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.take(PIECE_BYTES as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    })
    .await
}

fn remove_file(path: &PathBuf) -> io::Result<()> {
    gone(fs::remove_file(path))
}

/// Removes an attempt's folder; one that a late writer uses again stays, for the next time.
fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
        removed => gone(removed),
    }
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()));
    matches!((identity(one), identity(other)), (Ok(one), Ok(other)) if one == other)
}
