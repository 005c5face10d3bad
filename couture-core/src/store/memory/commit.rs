//! A commit to memory: checked as a whole, then applied.

use super::check::CommitCheck;
use super::contents::Contents;
use super::run::StoredRun;
use crate::ids::{PoolName, ShardId};
use crate::store::{Commit, CommitError, JournalEntry, MAX_COMMIT_RECORDS, Record, ShardCommit, TaskRecord};
use crate::time::Timestamp;

impl Contents {
    pub(super) fn commit(&mut self, commit: &Commit) -> Result<(), CommitError> {
        let records: usize = commit.shards.iter().map(|part| part.records.len()).sum();
        assert!(
            records <= MAX_COMMIT_RECORDS,
            "a commit of {records} records; at most {MAX_COMMIT_RECORDS} are allowed"
        );
        let stale: Vec<ShardId> =
            commit.shards.iter().filter(|part| !self.is_current(part)).map(|part| part.shard).collect();
        if !stale.is_empty() {
            let repeated = commit.shards.iter().all(|part| self.is_applied(part));
            return if repeated { Ok(()) } else { Err(CommitError::Stale(stale)) };
        }
        self.check_pools(commit)?;
        CommitCheck::run(self, commit)?;
        for part in &commit.shards {
            self.apply(part, commit.at);
        }
        for delta in &commit.pools {
            if let Some(pool) = self.pools.get_mut(&delta.pool) {
                pool.used += delta.slots;
            }
        }
        Ok(())
    }

    fn is_current(&self, part: &ShardCommit) -> bool {
        let shard = self.shards.get(part.shard.0 as usize);
        shard.is_some_and(|shard| shard.epoch == part.epoch && shard.sequence() == part.sequence)
    }

    /// Only the owner of an epoch writes under it: a journal that is as long as `part` would make it holds `part`.
    fn is_applied(&self, part: &ShardCommit) -> bool {
        let end = part.sequence + part.records.len() as u64;
        let shard = self.shards.get(part.shard.0 as usize);
        shard.is_some_and(|shard| shard.epoch == part.epoch && shard.sequence() == end)
    }

    fn check_pools(&self, commit: &Commit) -> Result<(), CommitError> {
        let fits = |name: &PoolName, slots: i64| {
            self.pools.get(name).is_some_and(|pool| slots <= 0 || pool.used + slots <= i64::from(pool.slots))
        };
        let full: Vec<PoolName> = commit
            .pools
            .iter()
            .filter(|delta| !fits(&delta.pool, delta.slots))
            .map(|delta| delta.pool.clone())
            .collect();
        if full.is_empty() { Ok(()) } else { Err(CommitError::PoolFull(full)) }
    }

    fn apply(&mut self, part: &ShardCommit, at: Timestamp) {
        let mut sequence = part.sequence;
        self.shards[part.shard.0 as usize].journal.extend(part.records.iter().map(|record| {
            sequence += 1;
            JournalEntry { sequence, at, change: record.journal() }
        }));
        let mut records = part.records.as_slice();
        while let [first, rest @ ..] = records {
            records = rest;
            match first {
                Record::Dag(dag) => {
                    self.dags.insert(dag.dag_id.clone(), (part.shard, dag.clone()));
                }
                Record::RunCreated(run) => {
                    self.run_ids.entry(run.dag_id.clone()).or_default().insert(run.run_id.clone(), run.key);
                    self.runs.insert(run.key, StoredRun::new(run.clone()));
                }
                Record::RunChanged(change) => {
                    if let Some(run) = self.runs.get_mut(&change.key) {
                        run.change(change);
                    }
                }
                Record::Task(task) => records = self.apply_tasks(task, records),
                Record::AssetChanged(event) => self.asset_events.push((**event).clone()),
                Record::SlaMissed(miss) => {
                    let key = (miss.dag_id.clone(), miss.logical_date, miss.task_id.clone());
                    self.sla_misses.entry(key).or_insert_with(|| (**miss).clone());
                }
                Record::Backfill(backfill) => {
                    self.backfills.insert(backfill.number, (**backfill).clone());
                }
                Record::HistoryDeleted(dag_id) => self.delete_history(dag_id),
                Record::RunDeleted { key, .. } => self.delete_run(*key),
                Record::Posted { to, message } => drop(self.post(*to, message)),
                Record::InboxDone(id) => {
                    self.inbox.remove(id);
                }
                Record::Withdrawn => {}
            }
        }
    }

    /// Applies `first` and all records after it that are about task instances of the same run: one look-up of the run serves
    /// them all. Returns what is left.
    fn apply_tasks<'a>(&mut self, first: &TaskRecord, mut records: &'a [Record]) -> &'a [Record] {
        let Some(run) = self.runs.get_mut(&first.token.run) else { return records };
        run.put(first);
        while let [Record::Task(task), rest @ ..] = records
            && task.token.run == first.token.run
        {
            run.put(task);
            records = rest;
        }
        records
    }
}
