//! Removes what runs that never came have left.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use couture_core::{Clock, Timestamp};
use couture_operators::eda::EdaProgram;

use super::room::EdaRoom;
use super::sweeping::{sweep_halves, sweep_work};

/// Between two times.
const INTERVAL: Duration = Duration::from_secs(60 * 60);
/// A half of an upload that nothing was added to for so long comes to no end any more.
const HALF_KEPT: Duration = Duration::from_secs(60 * 60);
/// Where uploads are where objects are files of the data folder.
const LOCAL_UPLOADS: &str = "objects/eda/uploads";

/// Removes uploads, and folders in `work`, that are older than [`EdaProgram::KEPT`], and old halves of uploads, now and each hour.
pub async fn keep_swept(room: EdaRoom, work: PathBuf, clock: Arc<dyn Clock>) {
    loop {
        let now = clock.now().wall.as_micros();
        let ago = |time: Duration| Timestamp::from_micros(now.saturating_sub(time.as_micros() as i64));
        let (before, half_before) = (ago(EdaProgram::KEPT), ago(HALF_KEPT));
        match room.sweep_uploads(before).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!("{removed} old uploads that no run took are removed"),
            Err(error) => tracing::warn!("failed to remove old uploads: {error}"),
        }
        let uploads = room.own_folder().join(LOCAL_UPLOADS);
        let halves = tokio::task::spawn_blocking(move || sweep_halves(&uploads, half_before)).await;
        if let Ok(Err(error)) = halves {
            tracing::warn!("failed to remove halves of uploads: {error}");
        }
        let work = work.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || sweep_work(&work, before)).await {
            tracing::warn!("failed to remove old folders of attempts: {error}");
        }
        clock.sleep(INTERVAL).await;
    }
}
