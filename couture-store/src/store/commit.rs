//! The one transaction that schedulers write.

use couture_core::store::{Commit, CommitError, MAX_COMMIT_RECORDS, PoolDelta, Record, ShardCommit, StoreError};
use couture_core::{Epoch, ShardId};

use super::plan::{Step, positions, steps};
use super::{SqlStore, journal};
use crate::sql::{RunError, Script};

/// How often a commit is tried that was refused for a reason which is gone when it is looked for.
const ATTEMPTS: usize = 4;

impl SqlStore {
    pub(super) async fn apply(&self, commit: &Commit) -> Result<(), CommitError> {
        let records: usize = commit.shards.iter().map(|part| part.records.len()).sum();
        assert!(
            records <= MAX_COMMIT_RECORDS,
            "a commit of {records} records; at most {MAX_COMMIT_RECORDS} are allowed"
        );
        let mut attempt = 0;
        loop {
            let error = match self.database().run(self.script(commit)).await {
                Ok(()) => {
                    let mut records = commit.shards.iter().flat_map(|part| &part.records);
                    let deletes =
                        |record: &Record| matches!(record, Record::HistoryDeleted(_) | Record::RunDeleted { .. });
                    self.purge(records.any(deletes)).await;
                    return Ok(());
                }
                Err(RunError::Sql(error)) => return Err(self.database().fault(error).into()),
                Err(error) => error,
            };
            if let Some(answer) = self.explain(commit).await? {
                return answer;
            }
            attempt += 1;
            if attempt == ATTEMPTS {
                let reason = match error {
                    RunError::Unique => "creates a run whose id or key is taken",
                    _ => "changes a run that is not there",
                };
                return Err(StoreError::Corrupt(format!("the commit {reason}; nothing was applied")).into());
            }
        }
    }

    fn script(&self, commit: &Commit) -> Script {
        let statements = &self.inner.statements;
        let mut script = Script::new(self.database());
        // Always in the same order, so that two writers never wait for each other.
        let mut parts: Vec<_> = commit.shards.iter().collect();
        parts.sort_unstable_by_key(|part| part.shard);
        for part in parts {
            let sequence = part.sequence as i64;
            let args = script.step(&statements.advance, 1);
            args.int(sequence + part.records.len() as i64).int(i64::from(part.shard.0)).int(part.epoch.0 as i64);
            args.int(sequence);
            script.expect(1);
        }
        for step in steps(commit) {
            match step {
                Step::Rows(plan) => statements.write(&mut script, &plan),
                Step::History(dag_id) => statements.delete_history(&mut script, dag_id),
                Step::Run(key) => statements.delete_run(&mut script, key),
            }
        }
        for part in &commit.shards {
            let entries: Vec<_> = positions(part).collect();
            statements.journal.add(
                &mut script,
                &entries,
                false,
                |_| 0,
                |args, (sequence, record)| {
                    args.int(i64::from(part.shard.0)).int(*sequence).int(commit.at.as_micros());
                    journal::bind(args, record);
                },
            );
        }
        // Last, because all schedulers want the same few rows, which are held until the end.
        let mut pools: Vec<_> = commit.pools.iter().collect();
        pools.sort_unstable_by_key(|delta| &delta.pool);
        for PoolDelta { pool, slots } in pools {
            script.step(&statements.slots, 1).int(*slots).text(pool.as_str()).int(*slots).int(*slots);
            script.expect(1);
        }
        script
    }

    /// Why `commit` is refused, or that it was applied before. `None` if nothing stands against it now.
    async fn explain(&self, commit: &Commit) -> Result<Option<Result<(), CommitError>>, StoreError> {
        let shards = self.positions().await?;
        let at = |part: &ShardCommit| shards.get(part.shard.0 as usize).copied();
        let current = |part: &&ShardCommit| at(part) == Some((part.epoch, part.sequence));
        // Only the owner of an epoch writes under it: a journal that is as long as `part` would make it holds `part`.
        let applied = |part: &ShardCommit| at(part) == Some((part.epoch, part.sequence + part.records.len() as u64));
        let stale: Vec<ShardId> = commit.shards.iter().filter(|part| !current(part)).map(|part| part.shard).collect();
        if !stale.is_empty() {
            let repeated = commit.shards.iter().all(applied);
            return Ok(Some(if repeated { Ok(()) } else { Err(CommitError::Stale(stale)) }));
        }
        let pools = self.pool_list().await?;
        let fits = |delta: &PoolDelta| {
            let pool = pools.iter().find(|pool| pool.name == delta.pool);
            pool.is_some_and(|pool| delta.slots <= 0 || pool.used + delta.slots <= i64::from(pool.slots))
        };
        let full: Vec<_> = commit.pools.iter().filter(|delta| !fits(delta)).map(|delta| delta.pool.clone()).collect();
        Ok((!full.is_empty()).then_some(Err(CommitError::PoolFull(full))))
    }

    /// The epoch and the last journal position of each shard.
    async fn positions(&self) -> Result<Vec<(Epoch, u64)>, StoreError> {
        let mut positions = Vec::new();
        let database = self.database();
        database
            .fetch("SELECT epoch, sequence FROM shard ORDER BY id", database.args(), |row| {
                positions.push((Epoch(row.int(0)? as u64), row.int(1)? as u64));
                Ok(())
            })
            .await?;
        Ok(positions)
    }
}
