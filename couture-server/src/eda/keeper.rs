//! Removes what runs that never came have left.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use couture_core::{Clock, Timestamp};
use couture_operators::eda::EdaProgram;

use super::room::{EdaRoom, sweep_work};

/// Between two times.
const INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// Removes uploads, and folders in `work`, that are older than [`EdaProgram::KEPT`], now and each day.
pub async fn keep_swept(room: EdaRoom, work: PathBuf, clock: Arc<dyn Clock>) {
    loop {
        let before = clock.now().wall.as_micros().saturating_sub(EdaProgram::KEPT.as_micros() as i64);
        let before = Timestamp::from_micros(before);
        match room.sweep_uploads(before).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!("{removed} old uploads that no run took are removed"),
            Err(error) => tracing::warn!("failed to remove old uploads: {error}"),
        }
        let work = work.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || sweep_work(&work, before)).await {
            tracing::warn!("failed to remove old folders of attempts: {error}");
        }
        clock.sleep(INTERVAL).await;
    }
}
