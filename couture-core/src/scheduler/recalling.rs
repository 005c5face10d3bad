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
        let wishes = self.pending.remove(&key).unwrap_or_default();
        if !self.ledger.shards.contains_key(&key.shard()) {
            return;
        }
        let mut found = found;
        for Pending { dag_id, operation, origin } in wishes {
            let answer = match self.bring_back(&dag_id, key, &mut found, &operation, now) {
                Ok(()) => self.operate(key, operation, now),
                Err(refusal) => Err(refusal),
            };
            self.answer_origin(origin, answer);
        }
    }

    /// Puts a run into memory where it is not.
    fn bring_back(
        &mut self,
        dag_id: &DagId,
        key: RunKey,
        found: &mut Option<RecalledRun>,
        operation: &Operation,
        now: Now,
    ) -> Result<(), Refusal> {
        let no_run = || Refusal::NoRun { dag_id: dag_id.clone(), run: key };
        let Some(recalled) = found.as_mut() else { return Err(no_run()) };
        let RecalledRun { snapshot, dag } = recalled;
        if snapshot.run.dag_id != *dag_id {
            return Err(no_run());
        }
        let unreadable = |error: &str| Refusal::UnreadableRun { dag_id: dag_id.clone(), run: key, error: error.into() };
        let dag = dag.as_ref().map_err(|error| unreadable(error))?.clone();
        if self.runs.contains_key(&key) && !self.wants_newest(key, operation) {
            return Ok(());
        }
        let newest = if self.allows_newest(dag_id, &snapshot.run.version, operation) {
            self.dags.get(dag_id).and_then(|entry| Some((entry.dag.clone()?, entry.version.clone())))
        } else {
            None
        };
        let is_new_here = !self.runs.contains_key(&key);
        if let Some((newest, version)) = newest {
            return self.repin(snapshot.clone(), &dag, newest, version, operation, now).map_err(|error| unreadable(&error));
        }
        if is_new_here {
            self.put_back(snapshot.clone(), dag, now).map_err(|error| unreadable(&error))?;
        }
        Ok(())
    }

    pub(super) fn answer_origin(&mut self, origin: Origin, answer: Result<Answer, Refusal>) {
        match origin {
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
