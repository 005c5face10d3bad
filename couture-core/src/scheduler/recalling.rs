//! Runs that are over, and so are not in memory, but are to go on.

use std::sync::Arc;

use super::event::{Asker, Command};
use super::machine::Scheduler;
use crate::dag::Dag;
use crate::ids::{DagId, RunKey, ShardId};
use crate::store::{Answer, InboxId, Operation, Record, Refusal, RunSnapshot};
use crate::time::Now;

/// The most requests that wait for runs to be read from the store.
const MAX_PENDING: usize = 4_096;

/// Who asked for something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// Somebody who waits for the answer.
    Asker(Asker),
    /// A message, which goes when it has been dealt with.
    Inbox(InboxId),
    /// A backfill.
    Backfill(i64),
}

/// A request that waits for its run.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) dag_id: DagId,
    pub(super) operation: Operation,
    pub(super) origin: Origin,
}

/// A run as the store has it, with the DAG of its version, or why that cannot be read.
#[derive(Debug)]
pub struct RecalledRun {
    /// The run and its task instances.
    pub snapshot: RunSnapshot,
    /// The DAG in the run's version.
    pub dag: Result<Arc<Dag>, String>,
}

impl Scheduler {
    /// Does something to a run as soon as it is in memory; `None` where that takes a look at the store. Until then nothing is recorded:
    /// where this scheduler ends before, a message comes again, and who waits is told that nothing has happened.
    pub(super) fn operate_or_recall(
        &mut self,
        dag_id: DagId,
        key: RunKey,
        operation: Operation,
        origin: Origin,
        now: Now,
    ) -> Option<Result<Answer, Refusal>> {
        if Some(key.shard()) != self.shard_of(&dag_id) {
            return Some(Err(Refusal::NoRun { dag_id, run: key }));
        }
        if let Some(of) = self.dag_of(key) {
            if *of != dag_id {
                return Some(Err(Refusal::NoRun { dag_id, run: key }));
            }
            if !self.wants_newest(key, &operation) {
                return Some(self.operate(key, operation, now));
            }
        }
        let waiting = self.pending.values().map(Vec::len).sum::<usize>();
        let pending = self.pending.entry(key).or_default();
        if matches!(origin, Origin::Inbox(_)) && pending.iter().any(|other| other.origin == origin) {
            return None;
        }
        if waiting >= MAX_PENDING {
            if pending.is_empty() {
                self.pending.remove(&key);
            }
            return Some(Err(Refusal::Busy(waiting)));
        }
        if pending.is_empty() {
            self.ledger.out.push(Command::RecallRun(key));
        }
        pending.push(Pending { dag_id, operation, origin });
        None
    }

    /// The store was asked for a run, with all earlier commands carried out.
    pub(super) fn recalled(&mut self, key: RunKey, found: Option<RecalledRun>, now: Now) {
        let mut wishes = self.pending.remove(&key).unwrap_or_default().into_iter();
        let Some(Pending { dag_id, operation, origin }) = wishes.next() else { return };
        let answer = match self.bring_back(&dag_id, key, found, &operation, now) {
            Ok(()) => self.operate(key, operation, now),
            Err(refusal) => Err(refusal),
        };
        self.answer_origin(origin, key, answer);
        // What was read is out of date now.
        for Pending { dag_id, operation, origin } in wishes {
            if let Some(answer) = self.operate_or_recall(dag_id, key, operation, origin, now) {
                self.answer_origin(origin, key, answer);
            }
        }
    }

    /// Puts a run into memory, in the newest version of its DAG where that is wanted and can be.
    fn bring_back(
        &mut self,
        dag_id: &DagId,
        key: RunKey,
        found: Option<RecalledRun>,
        operation: &Operation,
        now: Now,
    ) -> Result<(), Refusal> {
        let no_run = || Refusal::NoRun { dag_id: dag_id.clone(), run: key };
        let RecalledRun { snapshot, dag } = found.ok_or_else(no_run)?;
        if snapshot.run.dag_id != *dag_id {
            return Err(no_run());
        }
        let dag = dag.map_err(|error| Refusal::UnreadableRun { dag_id: dag_id.clone(), run: key, error })?;
        if let Some(moved) = self.in_newest_version(&snapshot, &dag, operation)? {
            self.repin(&snapshot, &moved);
            if let Some(old) = self.runs.remove(&key)
                && let Some(entry) = self.dags.get_mut(dag_id)
            {
                entry.remove_run(&old);
            }
            self.put_back(RunSnapshot { run: snapshot.run, tasks: moved.rows }, moved.dag, now);
        } else if !self.runs.contains_key(&key) {
            self.put_back(snapshot, dag, now);
        }
        Ok(())
    }

    fn answer_origin(&mut self, origin: Origin, key: RunKey, answer: Result<Answer, Refusal>) {
        match origin {
            Origin::Backfill(number) => self.reprocessed(number, key),
            Origin::Asker(asker) => self.ledger.out.push(Command::Answer(asker, answer)),
            Origin::Inbox(id) => self.ledger.record(id.shard, Record::InboxDone(id), None),
        }
    }

    /// A shard goes to somebody else: who waits for one of its runs is told; messages stay where they are.
    pub(super) fn drop_pending(&mut self, shard: ShardId) {
        let lost: Vec<RunKey> = self.pending.keys().filter(|key| key.shard() == shard).copied().collect();
        for pending in lost.iter().filter_map(|key| self.pending.remove(key)).flatten().collect::<Vec<_>>() {
            if let Origin::Asker(asker) = pending.origin {
                self.ledger.out.push(Command::Answer(asker, Err(Refusal::Lost)));
            }
        }
    }
}
