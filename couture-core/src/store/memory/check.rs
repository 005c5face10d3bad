//! What can only be wrong in a commit through a mistake of its writer's.

use rustc_hash::{FxHashMap, FxHashSet};

use super::contents::Contents;
use crate::ids::{DagId, RunId, RunKey};
use crate::state::RunState;
use crate::store::{Commit, Record, RunRecord, StoreError};

/// Looks at a commit record by record, before anything is applied.
pub(super) struct CommitCheck<'c> {
    contents: &'c Contents,
    created: FxHashMap<RunKey, &'c RunRecord>,
    created_ids: FxHashSet<(&'c DagId, &'c RunId)>,
    /// The last states that the commit gives to runs.
    states: FxHashMap<RunKey, RunState>,
    /// Runs that go with their history within the commit.
    gone: FxHashSet<RunKey>,
    /// Records of a run mostly follow each other: one look-up serves them.
    last: Option<RunKey>,
}

impl<'c> CommitCheck<'c> {
    pub(super) fn run(contents: &'c Contents, commit: &'c Commit) -> Result<(), StoreError> {
        let mut check = Self {
            contents,
            created: FxHashMap::default(),
            created_ids: FxHashSet::default(),
            states: FxHashMap::default(),
            gone: FxHashSet::default(),
            last: None,
        };
        commit.shards.iter().flat_map(|part| &part.records).try_for_each(|record| check.record(record))
    }

    fn record(&mut self, record: &'c Record) -> Result<(), StoreError> {
        match record {
            Record::RunCreated(run) => return self.create(run),
            Record::RunChanged(run) => {
                self.exists(run.key)?;
                self.states.insert(run.key, run.state);
            }
            Record::Task(task) => self.exists(task.token.run)?,
            Record::HistoryDeleted(dag_id) => self.delete_history(dag_id),
            Record::RunDeleted { key, .. } => self.delete_run(*key),
            Record::Dag(_)
            | Record::AssetChanged(_)
            | Record::SlaMissed(_)
            | Record::Backfill(_)
            | Record::Posted { .. }
            | Record::InboxDone(_)
            | Record::Withdrawn => {}
        }
        Ok(())
    }

    fn create(&mut self, run: &'c RunRecord) -> Result<(), StoreError> {
        let is_there = |key: &RunKey| !self.gone.contains(key);
        let id_is_known = self.contents.run_key(&run.dag_id, &run.run_id).as_ref().is_some_and(is_there);
        let key_is_known = self.contents.runs.contains_key(&run.key) && is_there(&run.key);
        let is_known = key_is_known || id_is_known || self.created.contains_key(&run.key);
        if is_known || !self.created_ids.insert((&run.dag_id, &run.run_id)) {
            return Err(StoreError::Corrupt(format!(
                "dag {:?} already has run {:?}, or the key {} is taken",
                run.dag_id, run.run_id, run.key.0
            )));
        }
        self.created.insert(run.key, run);
        Ok(())
    }

    fn exists(&mut self, key: RunKey) -> Result<(), StoreError> {
        let is_stored = || self.contents.runs.contains_key(&key) && !self.gone.contains(&key);
        if self.last != Some(key) && !self.created.contains_key(&key) && !is_stored() {
            return Err(StoreError::Corrupt(format!("there is no run with key {}", key.0)));
        }
        self.last = Some(key);
        Ok(())
    }

    fn delete_run(&mut self, key: RunKey) {
        let run = self.created.get(&key).copied().or_else(|| self.contents.runs.get(&key).map(|run| &run.record));
        let Some(run) = run.filter(|run| self.states.get(&key).unwrap_or(&run.state).is_finished()) else { return };
        if self.created.remove(&key).is_some() {
            self.created_ids.remove(&(&run.dag_id, &run.run_id));
        } else {
            self.gone.insert(key);
        }
        self.last = None;
    }

    fn delete_history(&mut self, dag_id: &DagId) {
        let Self { contents, created, created_ids, states, gone, last } = self;
        let is_over = |run: &RunRecord| states.get(&run.key).unwrap_or(&run.state).is_finished();
        let stored = contents.run_ids.get(dag_id).into_iter().flat_map(|ids| ids.values());
        gone.extend(stored.filter(|key| contents.runs.get(key).is_some_and(|run| is_over(&run.record))));
        created.retain(|_, run| {
            let stays = run.dag_id != *dag_id || !is_over(run);
            if !stays {
                created_ids.remove(&(&run.dag_id, &run.run_id));
            }
            stays
        });
        *last = None;
    }
}
