//! Which DAGs have changed since somebody looked last.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use couture_core::store::{JournalChange, JournalEntry, StoreError};
use couture_core::{DagId, RunKey, StoreReader};

use super::position::Position;

/// What has changed.
#[derive(Debug, PartialEq, Eq)]
pub enum Changed {
    /// These DAGs: their runs or tasks, or themselves.
    Dags(BTreeSet<DagId>),
    /// It is not known: too much, or the beginning.
    Anything,
}

/// Follows the journals of a store, when it is asked.
#[derive(Debug, Default)]
pub struct ChangedDags {
    seen: Option<Position>,
    dags: HashMap<RunKey, DagId>,
}

/// The most entries that are read; what is further behind is looked at anew.
const MAX_ENTRIES: usize = 4_000;
/// The most runs whose DAGs are remembered.
const MAX_RUNS: usize = 50_000;

impl ChangedDags {
    /// What has become durable since this was asked last, of which some may have been told already. What is read of the store afterwards
    /// is not older.
    ///
    /// # Errors
    /// As the store's; the same is told when it is asked again.
    pub async fn next(&mut self, reader: &dyn StoreReader) -> Result<Changed, StoreError> {
        let ends: BTreeMap<_, _> = reader.positions().await?.into_iter().collect();
        let Some(seen) = &self.seen else {
            self.seen = Some(ends.into_iter().collect());
            return Ok(Changed::Anything);
        };
        let behind: u64 = ends.iter().map(|(shard, end)| end.saturating_sub(seen.of(*shard))).sum();
        let went_back = ends.iter().any(|(shard, end)| *end < seen.of(*shard));
        if went_back || behind > MAX_ENTRIES as u64 {
            self.seen = Some(ends.into_iter().collect());
            return Ok(Changed::Anything);
        }
        let mut seen = seen.clone();
        let mut entries = Vec::new();
        for (shard, end) in ends {
            if seen.of(shard) == end {
                continue;
            }
            let read = reader.journal(shard, seen.of(shard), MAX_ENTRIES).await?;
            // Without the first one, some were forgotten.
            let is_whole = read.first().is_some_and(|first| first.sequence == seen.of(shard) + 1);
            if !is_whole {
                self.seen = None;
                return Ok(Changed::Anything);
            }
            seen.see(shard, read.last().map_or(end, |last| last.sequence));
            entries.extend(read);
        }
        let changed = self.dags_of(&entries, reader).await?;
        self.seen = Some(seen);
        Ok(changed)
    }

    async fn dags_of(&mut self, entries: &[JournalEntry], reader: &dyn StoreReader) -> Result<Changed, StoreError> {
        let mut changed = BTreeSet::new();
        let mut runs = BTreeSet::new();
        for entry in entries {
            match &entry.change {
                JournalChange::Dag(dag_id)
                | JournalChange::SlaMiss(dag_id)
                | JournalChange::Backfill(dag_id)
                | JournalChange::HistoryDeleted(dag_id) => drop(changed.insert(dag_id.clone())),
                JournalChange::Run(key, _) => drop(runs.insert(*key)),
                JournalChange::Task(token, _) => drop(runs.insert(token.run)),
                JournalChange::Asset(_) | JournalChange::Inbox | JournalChange::Withdrawn => {}
            }
        }
        if self.dags.len() + runs.len() > MAX_RUNS {
            self.dags.clear();
        }
        let unknown: Vec<_> = runs.iter().filter(|key| !self.dags.contains_key(key)).copied().collect();
        for part in unknown.chunks(500) {
            self.dags.extend(reader.runs_of(part).await?.into_iter().map(|run| (run.key, run.dag_id)));
        }
        // A run that is gone belonged to a DAG whose history changed, which the journal tells of itself.
        changed.extend(runs.iter().filter_map(|key| self.dags.get(key).cloned()));
        Ok(Changed::Dags(changed))
    }
}
