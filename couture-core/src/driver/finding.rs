//! Runs that the scheduler does not remember.

use std::sync::Arc;
use std::time::Duration;

use super::running::Driver;
use crate::dag::Dag;
use crate::ids::DagId;
use crate::scheduler::{FindRun, FoundRun};
use crate::store::StoreError;

/// How many runs with one logical date are looked at.
const MAX_SAME_DATE: usize = 1_000;

impl Driver {
    /// Looks for a run until the store answers.
    pub(super) async fn find(&mut self, dag_id: &DagId, find: FindRun) -> Option<FoundRun> {
        let mut backoff = Duration::from_millis(5);
        loop {
            match self.try_find(dag_id, find).await {
                Ok(found) => {
                    self.store_answered();
                    return found;
                }
                Err(error) => {
                    self.store_failed("look for a run", &error);
                    self.clock.sleep(backoff).await;
                    backoff = (backoff * 2).min(Duration::from_secs(2));
                }
            }
        }
    }

    async fn try_find(&self, dag_id: &DagId, find: FindRun) -> Result<Option<FoundRun>, StoreError> {
        let key = match find {
            FindRun::Before { date, scheduled_only } => self.store.previous_run(dag_id, date, scheduled_only).await?,
            FindRun::At(date) => {
                self.store.runs_between(dag_id, date, date, MAX_SAME_DATE).await?.last().map(|run| run.key)
            }
        };
        let Some(key) = key else { return Ok(None) };
        if self.scheduler.is_unfinished(key) {
            return Ok(Some(FoundRun::Unfinished(key)));
        }
        let Some(snapshot) = self.store.run_snapshot(key).await? else { return Ok(None) };
        let known = self.catalog().get(dag_id).filter(|(_, version)| *version == snapshot.run.version).cloned();
        let dag = match known {
            Some((dag, _)) => dag,
            None => match self.store.version(&snapshot.run.version).await? {
                // A version that cannot be read any more says nothing about its tasks.
                Some(json) => match Dag::from_json(&json) {
                    Ok(dag) => Arc::new(dag),
                    Err(_) => return Ok(None),
                },
                None => return Ok(None),
            },
        };
        Ok(Some(FoundRun::Finished { key, dag, tasks: snapshot.tasks }))
    }
}
