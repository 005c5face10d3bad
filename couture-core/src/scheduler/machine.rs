//! The machine itself: one event in, commands out.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};

use super::backfills::Backfills;
use super::dags::DagEntry;
use super::event::{Command, Event};
use super::ledger::{Ledger, SchedulerSettings};
use super::recalling::Pending;
use super::run::Run;
use super::timers::{Timer, WallTimer};
use super::workers::Workers;
use crate::ids::{AssetName, AttemptToken, DagId, Epoch, PoolName, RunId, RunKey, ShardId};
use crate::state::RunState;
use crate::store::InboxId;
use crate::time::Now;

/// How many runs may make room in one step.
const MAX_ROOMS: usize = 4_096;

/// Schedules the DAGs of the shards that it owns.
///
/// The same events at the same times give the same commands. What it knows is a cache of the store: [`Event::ShardAcquired`]
/// brings it back at any time.
#[derive(Debug)]
pub struct Scheduler {
    pub(super) dags: FxHashMap<DagId, DagEntry>,
    pub(super) runs: FxHashMap<RunKey, Run>,
    /// Runs by the run before them, where that decides about their tasks. Some may be over.
    pub(super) followers: FxHashMap<RunKey, Vec<RunKey>>,
    /// DAGs by the assets that they wait for. Some may not any more.
    pub(super) subscribers: FxHashMap<AssetName, BTreeSet<DagId>>,
    pub(super) workers: Workers,
    pub(super) ledger: Ledger,
    /// Runs that began and ended in this batch: the store does not know their ids yet.
    pub(super) ended_in_batch: FxHashSet<(DagId, RunId)>,
    /// What is wanted of runs that are being read from the store.
    pub(super) pending: BTreeMap<RunKey, Vec<Pending>>,
    pub(super) backfills: Backfills,
    /// Messages about DAGs that are not known yet, and since when they wait.
    pub(super) puzzling: FxHashMap<InboxId, Duration>,
}

impl Scheduler {
    /// One that owns nothing yet.
    pub fn new(settings: SchedulerSettings) -> Self {
        Self {
            dags: FxHashMap::default(),
            runs: FxHashMap::default(),
            followers: FxHashMap::default(),
            subscribers: FxHashMap::default(),
            workers: Workers::default(),
            ledger: Ledger::new(settings),
            ended_in_batch: FxHashSet::default(),
            pending: BTreeMap::new(),
            backfills: Backfills::default(),
            puzzling: FxHashMap::default(),
        }
    }

    /// Takes in a fact, and everything that became due by `now`.
    ///
    /// The commands are carried out in order, and before the next batch is begun with
    /// [`begin_batch`](Self::begin_batch).
    pub fn handle(&mut self, event: Event, now: Now) -> Vec<Command> {
        self.ring(now);
        match event {
            Event::ShardAcquired(shard) => self.acquire(*shard, now),
            Event::DagRegistered { dag, version, asker } => self.register(dag, version, asker, now),
            Event::DagDeregistered { dag_id, asker } => self.deregister(&dag_id, asker),
            Event::Requested { request, asker } => self.requested(request, asker, now),
            Event::MessageArrived(id, message) => self.message_arrived(id, message, now),
            Event::Reported(report) => self.reported(report, now),
            Event::BeatsObserved { beats, asked_at } => self.observe_beats(&beats, asked_at, now),
            Event::PoolsObserved(pools) => self.observe_pools(&pools, now),
            Event::RunRecalled(key, run) => self.recalled(key, run.map(|run| *run), now),
            Event::RunsFound { backfill, runs, taken } => self.runs_found(backfill, &runs, &taken, now),
            Event::RunFound { of, found } => self.found(of, found, now),
            Event::TimePassed => {}
        }
        self.continue_backfills(now);
        self.make_rooms(now);
        self.launch(now);
        std::mem::take(&mut self.ledger.out)
    }

    /// Lets runs begin where others are over. Runs without tasks are over at once, so there may be no end to it: the rest comes later.
    fn make_rooms(&mut self, now: Now) {
        for _ in 0..MAX_ROOMS {
            let Some(dag_id) = self.ledger.rooms.pop() else { return };
            self.make_room(&dag_id, now);
        }
        self.ledger.timers.set(now, Duration::from_millis(1), Timer::Rest);
    }

    /// The commands so far have been carried out.
    pub fn begin_batch(&mut self) {
        self.ended_in_batch.clear();
        let runs = &self.runs;
        let is_current = |token: &AttemptToken| runs.get(&token.run).is_some_and(|run| run.is_current(*token));
        self.ledger.timers.tidy(|timer| match timer {
            Timer::Retry(token) | Timer::ExecutionTimeout(token) | Timer::Wake(token) => is_current(token),
            Timer::RunTimeout(run) => runs.contains_key(run),
            Timer::PoolContention | Timer::Rest => true,
        });
        self.ledger.timers.tidy_wall(|timer| match timer {
            WallTimer::Schedule(_) => true,
            WallTimer::Sla(run) | WallTimer::Begin(run) => runs.contains_key(run),
        });
    }

    /// How long nothing becomes due by itself.
    pub fn wake_in(&self, now: Now) -> Option<Duration> {
        self.ledger.timers.next(now)
    }

    fn ring(&mut self, now: Now) {
        while let Some(timer) = self.ledger.timers.pop_due(now) {
            match timer {
                Timer::Retry(token) => self.retry_due(token),
                Timer::Wake(token) => self.wake_due(token, now),
                Timer::ExecutionTimeout(token) => self.execution_timed_out(token, now),
                Timer::RunTimeout(run) => self.run_timed_out(run, now),
                Timer::PoolContention | Timer::Rest => {}
            }
        }
        while let Some(timer) = self.ledger.timers.pop_wall_due(now) {
            match timer {
                WallTimer::Schedule(dag_id) => self.schedule_due(&dag_id, now),
                WallTimer::Sla(run) => self.sla_due(run, now),
                WallTimer::Begin(run) => self.run_due(run, now),
            }
        }
    }

    fn run_timed_out(&mut self, key: RunKey, now: Now) {
        if let Some(run) = self.runs.get_mut(&key)
            && !run.cancelled
            && run.times_out_at.is_some_and(|at| at <= now.mono)
        {
            run.has_timed_out = true;
            run.cancel(&mut self.ledger, now);
            self.end_if_over(key, now);
        }
    }

    /// Ends a run whose tasks are all finished, and forgets it.
    pub(super) fn end_if_over(&mut self, key: RunKey, now: Now) {
        if !self.followers.is_empty() {
            self.tell_followers(key, now);
        }
        let Some(run) = self.runs.get_mut(&key) else { return };
        let Some(state) = run.verdict(&self.ledger) else { return };
        run.explain_deadlock(&mut self.ledger);
        run.state = state;
        run.record_change(Some(now.wall), &mut self.ledger);
        run.close_slas(&mut self.ledger, now);
        run.tell_end(now.wall, &mut self.ledger);
        self.ledger.out.push(Command::RunEnded(key, state));
        let id = (run.info.dag.dag_id.clone(), run.info.run_id.clone());
        self.followers.remove(&key);
        if let (Some(run), Some(entry)) = (self.runs.remove(&key), self.dags.get_mut(&id.0)) {
            entry.remove_run(&run);
        }
        self.backfills.run_ended(key);
        self.wake_waiters(&id);
        let dag_id = id.0.clone();
        self.ended_in_batch.insert(id);
        self.ledger.rooms.push(dag_id);
    }

    /// The shards owned, with their epochs and last journal positions given out.
    pub fn shards(&self) -> impl Iterator<Item = (ShardId, Epoch, u64)> {
        self.ledger.shards.iter().map(|(id, owned)| (*id, owned.epoch, owned.sequence))
    }

    /// The DAGs that cannot be read, with the reason.
    pub fn quarantined(&self) -> impl Iterator<Item = (&DagId, &str)> {
        self.dags.iter().filter_map(|(id, entry)| Some((id, entry.error.as_deref()?)))
    }

    /// Live attempts in the own executor.
    pub fn live_attempts(&self) -> usize {
        self.ledger.live_here
    }

    /// Task instances in queues for slots.
    pub fn waiting(&self) -> usize {
        self.ledger.pools.waiting()
    }

    /// Task instances in queues for slots, by the names of the pools where there are any.
    pub fn waiting_by_pool(&self) -> Vec<(PoolName, usize)> {
        self.ledger.pools.waiting_by_pool()
    }

    /// Whether somebody waits for slots that other schedulers hold, so that the pools should be read again soon.
    pub fn is_contended(&self) -> bool {
        self.ledger.pools.is_contended()
    }

    /// Whether this run is one of the unfinished ones of the shards owned.
    pub fn is_unfinished(&self, run: RunKey) -> bool {
        self.runs.contains_key(&run)
    }

    /// Whether a DAG has such a run, as far as this scheduler remembers: unfinished, or not yet in the store.
    pub fn has_run(&self, dag_id: &DagId, run_id: &RunId) -> bool {
        self.dags.get(dag_id).is_some_and(|dag| dag.runs.contains_key(run_id))
            || self.ended_in_batch.contains(&(dag_id.clone(), run_id.clone()))
    }

    /// Unfinished runs.
    pub fn unfinished_runs(&self) -> usize {
        self.runs.len()
    }

    /// The live attempts in the own executor that belong to `shard`.
    pub fn live_in(&self, shard: ShardId) -> Vec<AttemptToken> {
        let mut tokens: Vec<_> = self
            .runs
            .values()
            .filter(|run| run.shard() == shard && run.state == RunState::Running)
            .flat_map(|run| {
                let here = run.slots.all().filter(|slot| {
                    let instance = &run.tasks[slot.at()];
                    instance.is_here || instance.is_poked
                });
                here.map(|slot| run.token(slot))
            })
            .collect();
        tokens.sort_unstable();
        tokens
    }
}
