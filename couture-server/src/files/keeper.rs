//! Keeps the trees of files small.

use std::sync::Arc;
use std::time::Duration;

use couture_core::{Clock, Timestamp};
use couture_store::TreeStore;

/// Between two times.
const INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);
/// What is younger may belong to a change that goes on.
const YOUNG: Duration = Duration::from_secs(60 * 60);

/// Removes what no tree names any more, now and each day.
pub async fn keep_swept(trees: TreeStore, clock: Arc<dyn Clock>) {
    loop {
        let before = clock.now().wall.as_micros().saturating_sub(YOUNG.as_micros() as i64);
        match trees.sweep(Timestamp::from_micros(before)).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!("{removed} old contents of files that nothing names any more are removed"),
            Err(error) => tracing::warn!("failed to remove old contents of files: {error}"),
        }
        clock.sleep(INTERVAL).await;
    }
}
