//! What the scheduler wants to know of the store.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::batch::Batch;
use super::running::Driver;
use crate::dag::Dag;
use crate::ids::{DagId, RunId, RunKey};
use crate::scheduler::{Event, RecalledRun};
use crate::store::{RunRecord, StoreError};
use crate::time::Timestamp;

/// A question of the scheduler's. All records are durable when the store is asked, and nothing happens between that and the answer.
#[derive(Debug)]
pub(super) enum Look {
    /// A run that is not in memory.
    Run(RunKey),
    /// The runs of some dates.
    Runs { backfill: i64, dag_id: DagId, wanted: Vec<(Timestamp, RunId)> },
}

/// The most questions that are answered in one go.
const MAX_LOOKS: usize = 16;

/// The most runs of one page.
const PAGE: usize = 1_000;

/// From one try to the next while the store fails.
const AGAIN: Duration = Duration::from_millis(200);

impl Driver {
    /// Answers the scheduler's questions, and those that follow from the answers. Where the store fails, they wait.
    pub(super) async fn look(&mut self) {
        for _ in 0..MAX_LOOKS {
            let Some(look) = self.looks.pop_front() else { return };
            match self.answer(&look).await {
                Ok(event) => {
                    self.store_answered();
                    let mut batch = Batch::default();
                    self.scheduler.begin_batch();
                    self.handle(event, &mut batch);
                    self.carry_out(batch).await;
                }
                Err(error) => {
                    self.looks.push_front(look);
                    self.store_failed("read runs", &error);
                    self.next_tick = self.next_tick.min(self.clock.now().mono + AGAIN);
                    return;
                }
            }
        }
    }

    async fn answer(&self, look: &Look) -> Result<Event, StoreError> {
        match look {
            Look::Run(key) => {
                let Some(snapshot) = self.store.run_snapshot(*key).await? else {
                    return Ok(Event::RunRecalled(*key, None));
                };
                let dag = self.decode_version(&snapshot.run.version, &self.known_versions()).await?;
                Ok(Event::RunRecalled(*key, Some(Box::new(RecalledRun { snapshot, dag }))))
            }
            Look::Runs { backfill, dag_id, wanted } => {
                let dates: BTreeSet<Timestamp> = wanted.iter().map(|(date, _)| *date).collect();
                let run_ids: Vec<RunId> = wanted.iter().map(|(_, run_id)| run_id.clone()).collect();
                let runs = self.runs_on(dag_id, &dates).await?;
                let taken = self.store.existing_run_ids(dag_id, &run_ids).await?;
                Ok(Event::RunsFound { backfill: *backfill, runs, taken })
            }
        }
    }

    async fn runs_on(&self, dag_id: &DagId, dates: &BTreeSet<Timestamp>) -> Result<Vec<RunRecord>, StoreError> {
        let (Some(first), Some(last)) = (dates.first().copied(), dates.last().copied()) else { return Ok(Vec::new()) };
        let mut from = first;
        let mut found = Vec::new();
        loop {
            let page = self.store.runs_between(dag_id, from, last, PAGE).await?;
            let is_last = page.len() < PAGE;
            // Of a page that was cut, the last date may be incomplete, and begins the next one; unless it fills it.
            let end = page.last().map_or(last, |run| run.logical_date);
            let is_one_date = page.first().is_some_and(|run| run.logical_date == end);
            let is_kept = |run: &RunRecord| is_last || is_one_date || run.logical_date < end;
            found.extend(page.into_iter().filter(is_kept).filter(|run| dates.contains(&run.logical_date)));
            if is_last {
                return Ok(found);
            }
            from = if is_one_date { end + Duration::from_micros(1) } else { end };
        }
    }

    /// The versions that need not be read: those that this process defines.
    pub(super) fn known_versions(&self) -> FxHashMap<String, Arc<Dag>> {
        self.catalog().values().map(|(dag, version)| (version.clone(), dag.clone())).collect()
    }

    /// The DAG of a version, or why it cannot be read.
    pub(super) async fn decode_version(
        &self,
        version: &str,
        known: &FxHashMap<String, Arc<Dag>>,
    ) -> Result<Result<Arc<Dag>, String>, StoreError> {
        if let Some(dag) = known.get(version) {
            return Ok(Ok(dag.clone()));
        }
        Ok(match self.store.version(version).await? {
            Some(json) => Dag::from_json(&json).map(Arc::new).map_err(|error| error.to_string()),
            None => Err(format!("its version {version} is missing from the store")),
        })
    }
}
