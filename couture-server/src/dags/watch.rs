//! Hears of changes in the DAG folder.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use couture_core::Clock;
use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

/// Says when the DAG folder is worth a look. What it says is a hint: it may come too often, and a look at long intervals makes up for
/// one that never came.
#[derive(Debug)]
pub struct Watch {
    changed: Arc<Notify>,
    watcher: Option<RecommendedWatcher>,
    interval: Duration,
}

/// From a change to the look at it, so that a file that is being written is seen whole.
const SETTLE: Duration = Duration::from_millis(50);
/// Between two looks where the operating system tells of changes.
const SAFETY_INTERVAL: Duration = Duration::from_secs(30);

impl Watch {
    /// Watches `folder`; looks every `interval` where the operating system cannot tell of changes.
    pub fn new(folder: &Path, interval: Duration) -> Self {
        let changed = Arc::new(Notify::new());
        let hint = changed.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.as_ref().is_ok_and(|event| !is_change(&event.kind)) {
                return;
            }
            hint.notify_one();
        });
        let watcher = watcher.and_then(|mut watcher| {
            watcher.watch(folder, RecursiveMode::Recursive)?;
            Ok(watcher)
        });
        if let Err(error) = &watcher {
            tracing::info!("the DAG folder is looked at every {} ms: {error}", interval.as_millis());
        }
        Self { changed, watcher: watcher.ok(), interval }
    }

    /// Resolves when it is time to look.
    pub async fn changed(&self, clock: &dyn Clock) {
        let interval = if self.watcher.is_some() { SAFETY_INTERVAL.max(self.interval) } else { self.interval };
        let hint = async {
            self.changed.notified().await;
            clock.sleep(SETTLE).await;
        };
        tokio::select! {
            () = hint => {}
            () = clock.sleep(interval) => {}
        }
    }
}

/// Reading the folder makes events too; they must not lead to reading it again.
fn is_change(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => matches!(kind, AccessKind::Close(AccessMode::Write)),
        _ => true,
    }
}
