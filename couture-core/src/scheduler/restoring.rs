//! Taking over a shard from the store, and letting go of one.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::bug::Bug;
use super::dags::DagEntry;
use super::event::{AcquiredShard, Command};
use super::instance::KillReason;
use super::ledger::{Ledger, OwnedShard};
use super::machine::Scheduler;
use super::run::{Details, Run};
use super::slots::Slot;
use super::timers::{Timer, left};
use super::wish::Wish;
use crate::dag::Dag;
use crate::ids::{MapIndex, RunKey, ShardId, TaskId};
use crate::state::{RunState, TaskState};
use crate::store::{RunRecord, RunSnapshot, TaskRecord};
use crate::task::{Deferral, RunInfo};
use crate::time::Now;

type Versions = FxHashMap<String, Result<Arc<Dag>, String>>;

impl Scheduler {
    pub(super) fn acquire(&mut self, shard: AcquiredShard, now: Now) {
        let AcquiredShard { id, epoch, snapshot, versions } = shard;
        self.forget(id);
        self.ledger.shards.insert(id, OwnedShard { epoch, sequence: snapshot.sequence });
        let mut dag_ids = Vec::new();
        for row in snapshot.dags {
            let dag = versions.get(&row.version);
            let error = match dag {
                Some(Ok(_)) => None,
                Some(Err(error)) => Some(error.clone()),
                None => Some(format!("version {} is missing from the store", row.version)),
            };
            let dag = dag.and_then(|dag| dag.as_ref().ok().cloned());
            let dag_id = row.dag_id.clone();
            if let Some(dag) = &dag {
                self.subscribe(dag);
            }
            let entry = DagEntry { dag, error, ..DagEntry::new(id, row) };
            dag_ids.push(dag_id.clone());
            self.dags.insert(dag_id, entry);
        }
        let mut rows: FxHashMap<RunKey, Vec<TaskRecord>> = FxHashMap::default();
        for row in snapshot.tasks {
            rows.entry(row.token.run).or_default().push(row);
        }
        let mut missed: FxHashMap<RunKey, Vec<TaskId>> = FxHashMap::default();
        for miss in snapshot.sla_misses {
            if !self.ledger.settings.planted.has(Bug::SlaMissedTwice) {
                missed.entry(miss.run).or_default().push(miss.task_id);
            }
        }
        for run in snapshot.runs {
            let rows = rows.remove(&run.key).unwrap_or_default();
            let missed = missed.remove(&run.key).unwrap_or_default();
            self.restore_run(run, (rows, missed), &versions, now);
        }
        self.backfills.restore(snapshot.backfills);
        for dag_id in dag_ids {
            self.adopt_runs(&dag_id);
            self.make_room(&dag_id, now);
        }
    }

    /// A run whose DAG cannot be read stays as it is, and its DAG shows why.
    fn restore_run(&mut self, row: RunRecord, known: (Vec<TaskRecord>, Vec<TaskId>), versions: &Versions, now: Now) {
        let (rows, missed) = known;
        let Some(entry) = self.dags.get_mut(&row.dag_id) else { return };
        let dag = match versions.get(&row.version) {
            Some(Ok(dag)) => dag.clone(),
            Some(Err(error)) => {
                entry.error.get_or_insert_with(|| format!("run {}: {error}", row.run_id));
                return;
            }
            None => {
                entry
                    .error
                    .get_or_insert_with(|| format!("run {}: its version {} is missing", row.run_id, row.version));
                return;
            }
        };
        let (mut run, live) = Run::restore(row, dag, rows, &mut self.ledger, now);
        run.arm_slas(&missed, &mut self.ledger);
        entry.add_run(&run, now);
        run.arm_beginning(&mut self.ledger);
        let key = run.info.key;
        self.runs.insert(key, run);
        self.continue_run(key, live, now);
    }

    /// Puts a run that is over, or that could not be read so far, back into memory.
    pub(super) fn put_back(&mut self, snapshot: RunSnapshot, dag: Arc<Dag>, now: Now) {
        let RunSnapshot { run: row, tasks: rows } = snapshot;
        let is_over = row.state.is_finished();
        let (mut run, live) = Run::restore(row, dag, rows, &mut self.ledger, now);
        let key = run.info.key;
        if is_over {
            run.tasks.iter_mut().for_each(|instance| instance.killing = None);
        }
        if !is_over && let Some(entry) = self.dags.get_mut(&run.info.dag.dag_id) {
            entry.add_run(&run, now);
            run.arm_beginning(&mut self.ledger);
        }
        self.runs.insert(key, run);
        if !is_over {
            self.continue_run(key, live, now);
        }
    }

    fn continue_run(&mut self, key: RunKey, live: Vec<Slot>, now: Now) {
        let Some(run) = self.runs.get_mut(&key) else { return };
        let planted = self.ledger.settings.planted;
        for slot in live {
            let worker = run.tasks[slot.at()].worker.clone();
            let is_own = worker.as_ref().is_some_and(|worker| worker.name == self.ledger.settings.worker.name);
            if planted.has(Bug::RestoreRunsAgain) {
                self.ledger.out.push(Command::Launch(run.launch_of(slot)));
            } else if is_own || self.ledger.settings.is_exclusive {
                if planted.has(Bug::ResumeForgotten) {
                    continue;
                }
                run.resume(slot, &mut self.ledger, now);
            } else if let Some(worker) = worker {
                self.workers.watch(worker, key, slot, now);
            }
        }
        run.pursue_wishes(&mut self.ledger, now);
        if run.cancelled {
            run.end_tasks(&mut self.ledger, now);
        } else if run.state == RunState::Running {
            run.arm_timeout(&mut self.ledger, now);
            run.evaluate_all(&mut self.ledger, now);
            self.look_at_past(key, now);
        } else if run.info.backfill.is_some() && !self.dags.get(&run.info.dag.dag_id).is_some_and(|dag| dag.paused) {
            return self.begin_run(key, now);
        }
        if self.runs.get(&key).is_some_and(|run| run.state == RunState::Running || run.cancelled) {
            self.end_if_over(key, now);
        }
    }

    /// This scheduler does not own `shard` any more: forgets all of it. Slots held by its attempts are others' from now on.
    pub fn forget(&mut self, shard: ShardId) {
        if self.ledger.shards.remove(&shard).is_none() {
            return;
        }
        self.dags.retain(|_, dag| dag.shard != shard);
        self.puzzling.retain(|id, _| id.shard != shard);
        self.drop_pending(shard);
        self.backfills.forget(shard);
        self.followers.retain(|key, _| key.shard() != shard);
        let ledger = &mut self.ledger;
        self.runs.retain(|key, run| {
            if key.shard() != shard {
                return true;
            }
            for slot in run.slots.all().filter(|slot| run.tasks[slot.at()].is_live()) {
                let instance = &run.tasks[slot.at()];
                let options = &run.task(slot).options;
                ledger.pools.hand_over(&options.pool, i64::from(options.pool_slots));
                if run.is_limited {
                    ledger.limits.count(&run.info.dag.dag_id, &run.task(slot).task_id, false);
                }
                ledger.live_here -= usize::from(instance.is_here);
            }
            false
        });
    }
}

impl Run {
    /// A run with what its rows say, and which of its instances are live. Rows of tasks that its version does not have stay behind: the run
    /// had another version before.
    fn restore(
        row: RunRecord,
        dag: Arc<Dag>,
        rows: Vec<TaskRecord>,
        ledger: &mut Ledger,
        now: Now,
    ) -> (Self, Vec<Slot>) {
        let tasks = dag.tasks().len();
        let info = RunInfo {
            key: row.key,
            dag,
            run_id: row.run_id,
            run_type: row.run_type,
            logical_date: row.logical_date,
            data_interval: row.data_interval,
            backfill: row.backfill,
            conf: row.conf,
        };
        let mut run = Run::new(Arc::new(info), row.state, &ledger.settings);
        run.not_before = row.origin.run_after;
        run.started_at = row.started_at;
        run.cancelled = row.cancelled;
        let timeout = run.info.dag.attributes.dagrun_timeout();
        run.has_timed_out = run.cancelled
            && timeout.zip(run.started_at).is_some_and(|(timeout, started_at)| started_at + timeout <= now.wall);
        let mut live = Vec::new();
        for row in rows.into_iter().filter(|row| row.token.task.at() < tasks) {
            if let Some(slot) = run.restore_instance(row, ledger, now) {
                live.push(slot);
            }
        }
        (run, live)
    }

    /// Takes in the row of a task instance; a mapped task's own row comes before those of its instances. Returns where it is if it
    /// is live.
    fn restore_instance(&mut self, row: TaskRecord, ledger: &mut Ledger, now: Now) -> Option<Slot> {
        let (task, state, token) = (row.token.task, row.state, row.token);
        let length = match (state, usize::try_from(token.map_index.0)) {
            (TaskState::Expanded, _) => row.length.unwrap_or_default() as usize,
            // One of a list that is shorter now, or not known yet: its tries go on where the list grows again.
            (_, Ok(at)) if at < ledger.settings.max_map_length => at + 1,
            _ => 0,
        };
        self.make_instances(task, length);
        let slot = self.slot(token)?;
        let retries = self.task(slot).options.retries;
        let instance = &mut self.tasks[slot.at()];
        instance.try_number = token.try_number;
        instance.launch = token.launch;
        instance.lost = row.lost;
        instance.tries_before = row.max_tries.saturating_sub(retries).min(token.try_number);
        instance.worker = row.worker;
        instance.queued_at = row.queued_at;
        instance.started_at = row.started_at;
        instance.ended_at = row.ended_at;
        self.apply(slot, state, ledger);
        if token.map_index == MapIndex::NONE && state == TaskState::Success {
            self.lengths.extend(row.length.map(|length| (task, length)));
            if let Some(decision) = &row.decision {
                self.take_decision(task, decision);
            }
        }
        let wish = row.error.as_deref().and_then(Wish::parse);
        let instance = &mut self.tasks[slot.at()];
        instance.is_alone = wish == Some(Wish::RunAlone);
        instance.killing = wish.filter(|wish| *wish != Wish::RunAlone && !state.is_finished()).map(KillReason::Wished);
        let ended_at = row.ended_at.unwrap_or(now.wall);
        match state {
            TaskState::UpForRetry => {
                let retry_at = row.retry_at.unwrap_or(ended_at);
                ledger.timers.set(now, left(retry_at, retry_at.since(ended_at), now), Timer::Retry(token));
            }
            TaskState::Deferred => {
                let deferral = row.deferral.map_or_else(Deferral::default, |deferral| *deferral);
                let left = left(row.retry_at.unwrap_or(now.wall), deferral.after, now);
                self.goes_on_waiting(slot, deferral, left, ledger, now);
                if let Some(started_at) = row.started_at {
                    self.arm_execution_timeout(slot, now.wall.since(started_at), ledger, now);
                }
            }
            _ => {}
        }
        state.is_live().then_some(slot)
    }

    /// A live attempt of an earlier life of the own executor goes on here, or is reported as lost by it.
    fn resume(&mut self, slot: Slot, ledger: &mut Ledger, now: Now) {
        let own = ledger.settings.worker.clone();
        let instance = &mut self.tasks[slot.at()];
        instance.is_here = true;
        ledger.live_here += 1;
        if instance.worker.as_ref() != Some(&own) {
            instance.worker = Some(own);
            let state = instance.state.unwrap_or(TaskState::Queued);
            self.transition(slot, state, Details::default(), ledger);
        }
        if let Some(started_at) = self.tasks[slot.at()].started_at {
            self.arm_execution_timeout(slot, now.wall.since(started_at), ledger, now);
        }
        ledger.out.push(Command::Resume(self.launch_of(slot)));
    }
}
