//! Forgets the files of DAG versions that no DAG and no run has any more.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use couture_core::store::StoreError;
use couture_core::{Clock, RunKey, Store, StoreReader};
use couture_operators::python::parser::keep_bundles;

/// Between two times.
const INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);
/// What is younger may belong to a DAG that is not registered yet.
const YOUNG: Duration = Duration::from_secs(60 * 60);
const PAGE: usize = 1_000;
/// From one page to the next, so that others are not kept waiting.
const PAUSE: Duration = Duration::from_millis(20);

/// The bundles of a node.
#[derive(Debug)]
pub struct Bundles {
    /// Their folder.
    pub folder: PathBuf,
    /// Where DAG versions are kept.
    pub store: Arc<dyn Store>,
    /// Where DAGs and runs are looked up.
    pub reader: Arc<dyn StoreReader>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Bundles {
    /// Forgets what nobody needs, now and each day.
    pub async fn keep_tidy(self) {
        loop {
            match self.used().await {
                Ok(used) => self.forget_others(used).await,
                Err(error) => {
                    tracing::warn!("failed to look for the files of DAG versions that are not used any more: {error}")
                }
            }
            self.clock.sleep(INTERVAL).await;
        }
    }

    async fn forget_others(&self, used: BTreeSet<String>) {
        let before = self.clock.now().wall.as_micros().saturating_sub(YOUNG.as_micros() as i64);
        let folder = self.folder.clone();
        match tokio::task::spawn_blocking(move || keep_bundles(&folder, &used, before)).await {
            Ok(Ok(0)) => {}
            Ok(Ok(removed)) => {
                tracing::info!("the files of {removed} DAG versions that nothing uses any more are removed")
            }
            Ok(Err(error)) => tracing::warn!("failed to remove the files of DAG versions: {error}"),
            Err(error) => tracing::error!("failed to remove the files of DAG versions: {error}"),
        }
    }

    /// The bundles of all DAGs and of all runs that are kept.
    async fn used(&self) -> Result<BTreeSet<String>, StoreError> {
        let mut versions = BTreeSet::new();
        let mut after = None;
        loop {
            let page = self.reader.dags(after.as_ref(), PAGE).await?;
            versions.extend(page.iter().map(|dag| dag.version.clone()));
            match page.last() {
                Some(last) if page.len() == PAGE => after = Some(last.dag_id.clone()),
                _ => break,
            }
        }
        let mut before: Option<RunKey> = None;
        loop {
            let page = self.reader.runs(None, before, PAGE).await?;
            versions.extend(page.iter().map(|run| run.version.clone()));
            match page.last() {
                Some(last) if page.len() == PAGE => before = Some(last.key),
                _ => break,
            }
            self.clock.sleep(PAUSE).await;
        }
        let mut used = BTreeSet::new();
        for version in versions {
            let json = self.store.version(&version).await?.unwrap_or_default();
            used.extend(named(&String::from_utf8_lossy(&json)));
        }
        Ok(used)
    }
}

/// The bundles that a DAG's JSON names.
fn named(json: &str) -> impl Iterator<Item = String> {
    json.split("\"bundle\":\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_are_found_in_versions() {
        let json =
            r#"{"tasks":[{"operator":{"type":"python","bundle":"0a","file":"x"}},{"operator":{"bundle":"0b"}}]}"#;
        assert_eq!(named(json).collect::<Vec<_>>(), ["0a", "0b"]);
        assert_eq!(named(r#"{"bundle":"#).count(), 0);
    }
}
