//! The logs of all attempts.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use couture_core::{AttemptToken, BoxError, MapIndex, RunKey, TaskIndex};
use futures_util::TryStreamExt;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};

use super::live;
use super::part::LogPart;
use crate::objects::local_objects;

/// The logs of all attempts. Clones are handles to the same folders.
#[derive(Clone, Debug)]
pub struct LogStore {
    pub(super) live: PathBuf,
    pub(super) objects: Arc<dyn ObjectStore>,
    /// The folder that holds the objects, where it is one: segments are moved there instead of copied.
    pub(super) folder: Option<PathBuf>,
}

impl LogStore {
    /// Logs written in `live` and kept in `objects`.
    pub fn new(live: impl Into<PathBuf>, objects: Arc<dyn ObjectStore>) -> Self {
        Self { live: live.into(), objects, folder: None }
    }

    /// Logs written in `live` and kept as files in `folder`, which is made where it is missing.
    ///
    /// Shipping moves a file without writing it again, and does not wait for the disk: what was logged outlives the process at
    /// once, and a loss of power as soon as the system wrote it.
    pub fn local(live: impl Into<PathBuf>, folder: &Path) -> Result<Self, BoxError> {
        let objects = local_objects(folder)?;
        Ok(Self { live: live.into(), objects, folder: Some(folder.to_owned()) })
    }

    /// The folder that logs are written in.
    pub fn live_dir(&self) -> &Path {
        &self.live
    }

    /// The attempts that have something in the live folder: those that run, and those that were not shipped yet.
    pub async fn unshipped(&self) -> Result<Vec<AttemptToken>, BoxError> {
        let folder = self.live.clone();
        Ok(blocking(move || live::tokens(&folder)).await?)
    }

    /// Moves all that these attempts have logged, whose ends are durable. To be repeated after an error, as often as one likes; it
    /// ends where the first one did. An attempt without a log costs next to nothing.
    pub async fn ship(&self, tokens: &[AttemptToken]) -> Result<(), BoxError> {
        self.ship_segments(tokens, false).await
    }

    /// Moves the segments of a running attempt that are full. To be repeated after an error, too.
    pub async fn ship_finished_segments(&self, token: AttemptToken) -> Result<(), BoxError> {
        self.ship_segments(&[token], true).await
    }

    /// At most `limit` bytes from `offset` of what all launches of a try have logged, one after the other.
    pub async fn read(
        &self,
        run: RunKey,
        task: TaskIndex,
        map_index: MapIndex,
        try_number: u32,
        offset: u64,
        limit: usize,
    ) -> Result<LogPart, BoxError> {
        let first = AttemptToken { run, task, map_index, try_number, launch: 0 };
        // Only a late writer's segment goes elsewhere than to its own object; it is found the next time.
        for _ in 0..4 {
            if let Some(part) = self.read_once(first, offset, limit).await? {
                return Ok(part);
            }
        }
        Err("the log is being moved; ask again".into())
    }

    /// Removes all logs of a run.
    pub async fn delete_run(&self, run: RunKey) -> Result<(), BoxError> {
        let folder = self.live.clone();
        let delete = move || {
            live::tokens(&folder)?.into_iter().filter(|token| token.run == run).try_for_each(|token| {
                match std::fs::remove_dir_all(folder.join(token.to_string())) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                    _ => Ok(()),
                }
            })
        };
        blocking(delete).await?;
        let prefix = ObjectPath::from_iter(["logs".to_owned(), run.0.to_string()]);
        let found: Vec<_> = self.objects.list(Some(&prefix)).map_ok(|object| object.location).try_collect().await?;
        for path in found {
            match self.objects.delete(&path).await {
                Err(error) if !matches!(error, object_store::Error::NotFound { .. }) => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The folder, among the objects, of an attempt's log; of all launches of its try where `launch` is 0.
pub(super) fn object_folder(token: AttemptToken) -> ObjectPath {
    let AttemptToken { run, task, map_index, try_number, launch } = token;
    let parts =
        ["logs".to_owned(), run.0.to_string(), task.0.to_string(), map_index.0.to_string(), try_number.to_string()];
    let folder = ObjectPath::from_iter(parts);
    if launch == 0 { folder } else { folder.join(launch.to_string()) }
}

/// Runs `work` where it may block.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
