//! The names behind the keys in a journal.

use std::collections::HashMap;
use std::sync::Arc;

use couture_core::store::{JournalChange, JournalEntry, RunRecord, StoreError};
use couture_core::{RunKey, ShardId, Store, StoreReader};

use super::event::{LiveChange, LiveEvent};
use crate::api::VersionShapes;

/// Finds the names, and remembers the runs that it met last.
#[derive(Debug)]
pub(super) struct Naming {
    store: Arc<dyn Store>,
    reader: Arc<dyn StoreReader>,
    shapes: Arc<VersionShapes>,
    runs: HashMap<RunKey, Arc<RunRecord>>,
}

/// The most runs that are remembered.
const MAX_RUNS: usize = 10_000;

impl Naming {
    pub(super) fn new(store: Arc<dyn Store>, reader: Arc<dyn StoreReader>, shapes: Arc<VersionShapes>) -> Self {
        Self { store, reader, shapes, runs: HashMap::new() }
    }

    /// The event that an entry tells; nothing where it is of no interest to people, or its run is gone by now.
    pub(super) async fn event(&mut self, shard: ShardId, entry: JournalEntry) -> Result<Option<LiveEvent>, StoreError> {
        let change = match entry.change {
            JournalChange::Dag(dag_id) => LiveChange::Dag { dag_id },
            JournalChange::Run(key, state) => {
                let Some(run) = self.run(key).await? else { return Ok(None) };
                LiveChange::Run { dag_id: run.dag_id.clone(), run_id: run.run_id.clone(), state }
            }
            JournalChange::Task(token, state) => {
                let Some(run) = self.run(token.run).await? else { return Ok(None) };
                let Some(task_id) = self.task_id(&run, token.task.at()).await? else { return Ok(None) };
                LiveChange::Task {
                    dag_id: run.dag_id.clone(),
                    run_id: run.run_id.clone(),
                    task_id,
                    map_index: token.map_index.0,
                    try_number: token.try_number,
                    state,
                }
            }
            JournalChange::Asset(asset) => LiveChange::Asset { asset },
            JournalChange::SlaMiss(dag_id) => LiveChange::SlaMiss { dag_id },
            JournalChange::Backfill(dag_id) => LiveChange::Backfill { dag_id },
            JournalChange::HistoryDeleted(dag_id) => LiveChange::HistoryDeleted { dag_id },
            JournalChange::Inbox | JournalChange::Withdrawn => return Ok(None),
        };
        Ok(Some(LiveEvent { shard, sequence: entry.sequence, at: entry.at, change }))
    }

    async fn run(&mut self, key: RunKey) -> Result<Option<Arc<RunRecord>>, StoreError> {
        if let Some(run) = self.runs.get(&key) {
            return Ok(Some(run.clone()));
        }
        let found = self.reader.runs(None, Some(RunKey(key.0 + 1)), 1).await?.pop();
        let Some(run) = found.filter(|run| run.key == key).map(Arc::new) else { return Ok(None) };
        if self.runs.len() >= MAX_RUNS {
            self.runs.clear();
        }
        self.runs.insert(key, run.clone());
        Ok(Some(run))
    }

    /// The id of a task. A run may have moved to a newer version since it was remembered.
    async fn task_id(&mut self, run: &RunRecord, at: usize) -> Result<Option<String>, StoreError> {
        let shape = self.shapes.get(&*self.store, &run.version).await?;
        if let Some(task) = shape.tasks.get(at) {
            return Ok(Some(task.task_id.to_string()));
        }
        self.runs.remove(&run.key);
        let Some(run) = self.run(run.key).await? else { return Ok(None) };
        let shape = self.shapes.get(&*self.store, &run.version).await?;
        Ok(shape.tasks.get(at).map(|task| task.task_id.to_string()))
    }
}
