//! A DAG run: its task instances, and the one place where they change.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::bug::Bug;
use super::instance::{KillReason, TaskInstance};
use super::ledger::{Ledger, SchedulerSettings};
use super::past::Past;
use super::pools::Waiting;
use super::slots::{Slot, Slots};
use super::timers::{Timer, WallTimer, left};
use crate::dag::Task;
use crate::executor::Launch;
use crate::ids::{AttemptToken, MapIndex, PoolName, ShardId, TaskIndex};
use crate::state::{RunState, TaskState};
use crate::store::{Record, RunChange, TaskRecord};
use crate::task::{Decision, Deferral, RunInfo, Waited, XCom};
use crate::time::{Now, Timestamp};

/// An unfinished run.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) info: Arc<RunInfo>,
    pub(super) state: RunState,
    /// It does not begin by itself before.
    pub(super) not_before: Option<Timestamp>,
    pub(super) started_at: Option<Timestamp>,
    /// When its timeout has passed, on the monotonic clock: a timer of an earlier life of the run rings before.
    pub(super) times_out_at: Option<Duration>,
    /// Somebody or a timeout ended it; what is unfinished ends, too.
    pub(super) cancelled: bool,
    /// Whether it was a timeout.
    pub(super) has_timed_out: bool,
    /// Who it shares its turns with: see [`Lanes`](super::lanes::Lanes).
    pub(super) lane: u64,
    /// Whether limits hold for its task instances.
    pub(super) is_limited: bool,
    /// What the run before says; nothing where nobody asks.
    pub(super) past: Option<Box<Past>>,
    /// The tasks whose SLA is neither kept nor missed, with their deadlines; the next one is the last.
    pub(super) slas: Vec<(Timestamp, TaskIndex)>,
    /// By slot.
    pub(super) tasks: Vec<TaskInstance>,
    pub(super) slots: Slots,
    /// How many elements the outputs of tasks have that mapped tasks are expanded over.
    pub(super) lengths: FxHashMap<TaskIndex, u32>,
    /// What tasks decided about those after them: the tasks to be skipped, ascending.
    pub(super) decisions: FxHashMap<TaskIndex, Box<[TaskIndex]>>,
    /// Expanded tasks that may have instances which nothing has happened to, or which were cleared.
    pub(super) reopened: BTreeSet<TaskIndex>,
    /// An instance that is known to go on by itself, or was. See [`is_deadlocked`](Self::is_deadlocked).
    pub(super) witness: Slot,
    /// How many instances are not finished. Those of a mapped task count from its expansion on, and then it itself does not.
    pub(super) unfinished: usize,
    /// How many instances have failed that decide about the run.
    pub(super) failed: usize,
    /// Finished instances whose downstream tasks have not been looked at.
    pub(super) news: Vec<Slot>,
}

/// What a transition says beside the state.
#[derive(Default, Debug)]
pub(super) struct Details {
    pub(super) ended_at: Option<Timestamp>,
    pub(super) retry_at: Option<Timestamp>,
    pub(super) error: Option<Box<str>>,
    pub(super) xcoms: Vec<XCom>,
    pub(super) length: Option<u32>,
    pub(super) decision: Option<Box<Decision>>,
    pub(super) deferral: Option<Box<Deferral>>,
}

impl Details {
    pub(super) fn ended(at: Timestamp) -> Self {
        Self { ended_at: Some(at), ..Self::default() }
    }

    pub(super) fn because(mut self, error: impl Into<Box<str>>) -> Self {
        self.error = Some(error.into());
        self
    }
}

impl Run {
    pub(super) fn new(info: Arc<RunInfo>, state: RunState, settings: &SchedulerSettings) -> Self {
        let mut tasks = vec![TaskInstance::default(); info.dag.tasks().len()];
        for (instance, task) in tasks.iter_mut().zip(info.dag.tasks()) {
            instance.counts.total = task.upstream.len() as u32;
        }
        let unfinished = tasks.len();
        Self {
            slots: Slots::new(tasks.len()),
            lane: (info.dag.dag_id.fnv1a() << 1) | u64::from(info.backfill.is_some()),
            past: Past::of(&info.dag),
            is_limited: Self::has_limits(&info.dag, settings),
            info,
            state,
            not_before: None,
            started_at: None,
            times_out_at: None,
            cancelled: false,
            has_timed_out: false,
            slas: Vec::new(),
            tasks,
            lengths: FxHashMap::default(),
            decisions: FxHashMap::default(),
            reopened: BTreeSet::new(),
            witness: Slot::default(),
            unfinished,
            failed: 0,
            news: Vec::new(),
        }
    }

    pub(super) fn shard(&self) -> ShardId {
        self.info.key.shard()
    }

    /// The task that the instance at `slot` is of.
    pub(super) fn task(&self, slot: Slot) -> &Task {
        self.info.dag.task(self.slots.owner(slot).0)
    }

    /// Where the task instance of an attempt is, if it is in this run.
    pub(super) fn slot(&self, token: AttemptToken) -> Option<Slot> {
        self.slots.find(token.task, token.map_index)
    }

    /// Whether a task instance waits for slots. What is kept of those that do may be older than the run's slots.
    pub(super) fn waits(&self, slot: Slot) -> bool {
        self.tasks.get(slot.at()).is_some_and(|instance| instance.ready)
    }

    /// The current attempt of a task instance.
    pub(super) fn token(&self, slot: Slot) -> AttemptToken {
        let instance = &self.tasks[slot.at()];
        let (task, map_index) = self.slots.owner(slot);
        AttemptToken { run: self.info.key, task, map_index, try_number: instance.try_number, launch: instance.launch }
    }

    /// Whether `token` is the current attempt of its task instance.
    pub(super) fn is_current(&self, token: AttemptToken) -> bool {
        self.slot(token).is_some_and(|slot| self.token(slot) == token)
    }

    pub(super) fn launch_of(&self, slot: Slot) -> Launch {
        let instance = &self.tasks[slot.at()];
        let since = instance.started_at.filter(|_| instance.is_deferred() || instance.pokes > 0);
        let waited = since.map(|since| Waited { since, pokes: instance.pokes });
        Launch { token: self.token(slot), run: self.info.clone(), waited, elements: self.elements(slot) }
    }

    /// The instance is in `state` now: keeps every count in step. Serves running and recovery alike.
    pub(super) fn apply(&mut self, slot: Slot, state: TaskState, ledger: &mut Ledger) {
        let dag = self.info.dag.clone();
        let (task, map_index) = self.slots.owner(slot);
        let node = dag.task(task);
        let instance = &mut self.tasks[slot.at()];
        let was_live = instance.is_live();
        instance.state = Some(state);
        instance.ready = false;
        if state != TaskState::Deferred {
            instance.is_poked = false;
            instance.awaits = None;
        }
        if was_live != state.is_live() {
            let slots = i64::from(node.options.pool_slots);
            ledger.pools.take(&node.options.pool, if was_live { -slots } else { slots });
            if self.is_limited {
                ledger.limits.count(&dag.dag_id, &node.task_id, state.is_live());
            }
        }
        if !state.is_live() {
            instance.killing = None;
            if std::mem::take(&mut instance.is_here) {
                ledger.live_here -= 1;
            }
        }
        if state == TaskState::Expanded {
            self.expanded(task);
        }
        // The instances of a mapped task count while it is expanded, and it itself does not.
        if map_index == MapIndex::NONE || self.tasks[task.at()].state == Some(TaskState::Expanded) {
            self.count(slot, state);
        }
    }

    /// Counts a state that an instance is in from now on, for the run and for the tasks downstream.
    fn count(&mut self, slot: Slot, state: TaskState) {
        let dag = self.info.dag.clone();
        let (task, map_index) = self.slots.owner(slot);
        let node = dag.task(task);
        let is_mapped = map_index != MapIndex::NONE;
        if state == TaskState::Cleared && is_mapped {
            self.reopened.insert(task);
        }
        if !state.is_finished() {
            return;
        }
        self.unfinished -= 1;
        let failed = matches!(state, TaskState::Failed | TaskState::UpstreamFailed);
        self.failed += usize::from(failed && node.decides);
        for next in &node.downstream {
            let counts = &mut self.tasks[next.at()].counts;
            // The list is shorter than it was: nobody waits for what it does not hold.
            if state == TaskState::Removed && is_mapped {
                counts.total -= 1;
            } else {
                counts.add(state);
            }
        }
    }

    /// Changes the state of a task instance and records it. The only place that does.
    pub(super) fn transition(&mut self, slot: Slot, state: TaskState, details: Details, ledger: &mut Ledger) {
        let was_live = self.tasks[slot.at()].is_live();
        self.apply(slot, state, ledger);
        if details.ended_at.is_some() {
            self.tasks[slot.at()].ended_at = details.ended_at;
        }
        self.tell(slot, state, &details, ledger);
        let token = self.token(slot);
        let options = &self.info.dag.task(token.task).options;
        let slots = i64::from(options.pool_slots);
        let slots = match (was_live, state.is_live()) {
            (false, true) => Some((options.pool.clone(), slots)),
            (true, false) if ledger.settings.planted.has(Bug::PoolLeak) && state == TaskState::UpForRetry => None,
            (true, false) => Some((options.pool.clone(), -slots)),
            _ => None,
        };
        self.record(slot, state, details, slots, ledger);
        if state.is_finished() {
            self.news.push(slot);
        }
    }

    /// Records what an instance is.
    pub(super) fn record(
        &self,
        slot: Slot,
        state: TaskState,
        details: Details,
        slots: Option<(PoolName, i64)>,
        ledger: &mut Ledger,
    ) {
        let token = self.token(slot);
        let options = &self.info.dag.task(token.task).options;
        let instance = &self.tasks[slot.at()];
        // What is wanted of a live instance stays in its row until it has ended.
        let wished = match instance.killing {
            Some(KillReason::Wished(wish)) if state.is_live() => Some(wish.text().into()),
            _ => None,
        };
        let record = TaskRecord {
            token,
            state,
            worker: instance.worker.clone(),
            lost: instance.lost,
            max_tries: instance.tries_before + options.retries,
            queued_at: instance.queued_at,
            started_at: instance.started_at,
            ended_at: details.ended_at,
            retry_at: details.retry_at,
            error: details.error.or(wished),
            xcoms: details.xcoms,
            length: details.length,
            decision: details.decision,
            deferral: details.deferral,
        };
        ledger.record(self.shard(), Record::Task(Box::new(record)), slots);
    }

    /// Whether its time to begin has not come.
    pub(super) fn is_early(&self, now: Now) -> bool {
        self.not_before.is_some_and(|at| at > now.wall)
    }

    /// Sets the timer for its beginning, where it waits for that time.
    pub(super) fn arm_beginning(&self, ledger: &mut Ledger) {
        if let Some(at) = self.not_before.filter(|_| self.state == RunState::Queued) {
            ledger.timers.set_wall(at, WallTimer::Begin(self.info.key));
        }
    }

    /// It is running from now on, which is for the caller to record before [`begin`](Self::begin).
    pub(super) fn set_running(&mut self, now: Now) {
        self.state = RunState::Running;
        self.started_at = Some(now.wall);
    }

    /// Starts looking at the tasks of a run that is running.
    pub(super) fn begin(&mut self, ledger: &mut Ledger, now: Now) {
        self.arm_timeout(ledger, now);
        self.evaluate_all(ledger, now);
    }

    pub(super) fn arm_timeout(&mut self, ledger: &mut Ledger, now: Now) {
        if let (Some(timeout), Some(started_at)) = (self.info.dag.attributes.dagrun_timeout(), self.started_at) {
            let left = left(started_at + timeout, timeout, now);
            self.times_out_at = Some(now.mono + left);
            ledger.timers.set(now, left, Timer::RunTimeout(self.info.key));
        }
    }

    /// Puts a task instance into the queue for slots.
    pub(super) fn enqueue(&mut self, slot: Slot, ledger: &mut Ledger) {
        self.tasks[slot.at()].ready = true;
        self.witness = slot;
        let task = self.task(slot);
        let waiting = Waiting {
            priority_weight: task.priority_weight,
            logical_date: self.info.logical_date,
            arrival: 0,
            lane: self.lane,
            run: self.info.key,
            slot,
            slots: task.options.pool_slots,
        };
        ledger.pools.enqueue(&task.options.pool, waiting);
    }

    pub(super) fn record_change(&self, ended_at: Option<Timestamp>, ledger: &mut Ledger) {
        let change = RunChange {
            key: self.info.key,
            state: self.state,
            started_at: self.started_at,
            ended_at,
            cancelled: self.cancelled,
            version: None,
        };
        ledger.record(self.shard(), Record::RunChanged(change), None);
    }
}
