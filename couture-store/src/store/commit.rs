//! The one transaction that schedulers write.

use std::sync::Arc;

use couture_core::store::{Commit, CommitError, MAX_COMMIT_RECORDS, PoolDelta, ShardCommit, StoreError, TaskRecord};
use couture_core::task::XComValue;
use couture_core::{Epoch, ShardId, WorkerId};

use super::plan::{NewRun, Plan, TaskRow, positions};
use super::{SqlStore, journal, runs};
use crate::sql::{Args, RunError, Script};

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
                Ok(()) => return Ok(()),
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
        let plan = Plan::new(commit);
        let small = |_: &_| 0;
        statements.dags.add(
            &mut script,
            &plan.dags,
            false,
            |_| 0,
            |args, (shard, dag)| {
                args.text(dag.dag_id.as_str()).int(i64::from(shard.0));
                args.int(dag.paused.into()).int(dag.active.into()).text(&dag.version);
            },
        );
        statements.new_runs.add(&mut script, &plan.new_runs, false, |new| new.conf.len(), NewRun::bind);
        statements.changed_runs.add(
            &mut script,
            &plan.changed_runs,
            true,
            |_| 0,
            |args, change| {
                args.int(change.key.0);
                runs::bind_change(args, change);
            },
        );
        let mut workers = Workers::default();
        statements.tasks.add(&mut script, &plan.tasks, false, TaskRow::bytes, |args, row| workers.bind(args, row));
        statements.tries.add(&mut script, &plan.tries, false, TaskRow::bytes, |args, row| workers.bind(args, row));
        statements.xcoms.add(
            &mut script,
            &plan.xcoms,
            false,
            |(_, xcom)| content(&xcom.value).1.len(),
            |args, (row, xcom)| {
                bind_instance(args, row.task);
                let (is_artifact, content) = content(&xcom.value);
                args.text(&xcom.key).int(row.sequence).int(is_artifact.into()).text(content);
            },
        );
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
        statements.done.add(&mut script, &plan.done, false, small, |args, number| {
            args.int(*number);
        });
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

impl NewRun<'_> {
    fn bind(args: &mut Args, new: &Self) {
        let run = new.run;
        args.int(run.key.0).text(run.dag_id.as_str()).text(&run.version).text(run.run_id.as_str());
        args.text(run.run_type.as_str()).int(run.logical_date.as_micros()).int(run.queued_at.as_micros());
        runs::bind_change(args, &new.change);
        args.text(&new.conf);
    }
}

impl TaskRow<'_> {
    fn bytes(&self) -> usize {
        self.task.error.as_ref().map_or(0, |error| error.len())
    }
}

/// The workers of a commit as texts: mostly one, thousands of times.
#[derive(Default)]
struct Workers<'c> {
    last: Option<(&'c WorkerId, Arc<str>)>,
}

impl<'c> Workers<'c> {
    fn text(&mut self, worker: &'c WorkerId) -> &Arc<str> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != worker) {
            self.last = None;
        }
        &self.last.get_or_insert_with(|| (worker, worker.to_string().into())).1
    }

    fn bind(&mut self, args: &mut Args, row: &TaskRow<'c>) {
        let TaskRow { sequence, task } = *row;
        bind_instance(args, task);
        args.int(task.token.try_number.into()).int(task.token.launch.into()).int(task.state.code());
        args.int(sequence).int(task.lost.into());
        args.shared_text(task.worker.as_ref().map(|worker| self.text(worker)));
        for time in [task.queued_at, task.started_at, task.ended_at, task.retry_at] {
            args.opt_int(time.map(|time| time.as_micros()));
        }
        args.opt_text(task.error.as_deref());
    }
}

fn bind_instance(args: &mut Args, task: &TaskRecord) {
    args.int(task.token.run.0).int(task.token.task.0.into()).int(task.token.map_index.0.into());
}

/// Whether a value is elsewhere, and its text.
fn content(value: &XComValue) -> (bool, &str) {
    match value {
        XComValue::Json(text) => (false, text),
        XComValue::Artifact(key) => (true, key),
    }
}
