//! A DAG run: its task instances, and the one place where they change.

use std::sync::Arc;

use super::bug::Bug;
use super::event::Command;
use super::instance::{KillReason, TaskInstance};
use super::ledger::Ledger;
use super::pools::Waiting;
use super::timers::{Timer, left};
use crate::dag::Task;
use crate::executor::Launch;
use crate::ids::{AttemptToken, MapIndex, ShardId, TaskIndex};
use crate::state::{RunState, TaskState};
use crate::store::{Record, RunChange, TaskRecord};
use crate::task::{RunInfo, XCom};
use crate::time::{Now, Timestamp};
use crate::trigger_rule::Verdict;

/// An unfinished run.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) info: Arc<RunInfo>,
    pub(super) state: RunState,
    pub(super) started_at: Option<Timestamp>,
    /// Somebody or a timeout ended it; what is unfinished ends, too.
    pub(super) cancelled: bool,
    pub(super) tasks: Vec<TaskInstance>,
    /// How many instances are not finished.
    unfinished: usize,
    /// Whether a leaf has failed.
    leaf_failed: bool,
    /// Finished instances whose downstream tasks have not been looked at.
    news: Vec<TaskIndex>,
}

/// What a transition says beside the state.
#[derive(Default, Debug)]
pub(super) struct Details {
    pub(super) ended_at: Option<Timestamp>,
    pub(super) retry_at: Option<Timestamp>,
    pub(super) error: Option<Box<str>>,
    pub(super) xcoms: Vec<XCom>,
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
    pub(super) fn new(info: Arc<RunInfo>, state: RunState) -> Self {
        let mut tasks = vec![TaskInstance::default(); info.dag.tasks().len()];
        for (instance, task) in tasks.iter_mut().zip(info.dag.tasks()) {
            instance.counts.total = task.upstream.len() as u32;
        }
        let unfinished = tasks.len();
        Self {
            info,
            state,
            started_at: None,
            cancelled: false,
            tasks,
            unfinished,
            leaf_failed: false,
            news: Vec::new(),
        }
    }

    pub(super) fn shard(&self) -> ShardId {
        self.info.key.shard()
    }

    pub(super) fn task(&self, task: TaskIndex) -> &Task {
        self.info.dag.task(task)
    }

    /// The current attempt of a task instance.
    pub(super) fn token(&self, task: TaskIndex) -> AttemptToken {
        let instance = &self.tasks[task.at()];
        AttemptToken {
            run: self.info.key,
            task,
            map_index: MapIndex::NONE,
            try_number: instance.try_number,
            launch: instance.launch,
        }
    }

    pub(super) fn launch_of(&self, task: TaskIndex) -> Launch {
        Launch { token: self.token(task), run: self.info.clone() }
    }

    /// The instance is in `state` now: keeps every count in step. Serves running and recovery alike.
    pub(super) fn apply(&mut self, task: TaskIndex, state: TaskState, ledger: &mut Ledger) {
        let dag = self.info.dag.clone();
        let node = dag.task(task);
        let instance = &mut self.tasks[task.at()];
        let was_live = instance.is_live();
        instance.state = Some(state);
        instance.ready = false;
        if was_live != state.is_live() {
            let slots = i64::from(node.options.pool_slots);
            ledger.pools.take(&node.options.pool, if was_live { -slots } else { slots });
        }
        if !state.is_live() {
            instance.killing = None;
            if std::mem::take(&mut instance.is_here) {
                ledger.live_here -= 1;
            }
        }
        if !state.is_finished() {
            return;
        }
        self.unfinished -= 1;
        let failed = matches!(state, TaskState::Failed | TaskState::UpstreamFailed);
        self.leaf_failed |= failed && node.downstream.is_empty();
        for next in &node.downstream {
            let counts = &mut self.tasks[next.at()].counts;
            match state {
                TaskState::Success => counts.success += 1,
                TaskState::Failed => counts.failed += 1,
                TaskState::UpstreamFailed => counts.upstream_failed += 1,
                _ => counts.skipped += 1,
            }
        }
    }

    /// Changes the state of a task instance and records it. The only place that does.
    pub(super) fn transition(&mut self, task: TaskIndex, state: TaskState, details: Details, ledger: &mut Ledger) {
        let was_live = self.tasks[task.at()].is_live();
        self.apply(task, state, ledger);
        let token = self.token(task);
        let options = &self.info.dag.task(task).options;
        let slots = i64::from(options.pool_slots);
        let slots = match (was_live, state.is_live()) {
            (false, true) => Some((options.pool.clone(), slots)),
            (true, false) if ledger.settings.planted.has(Bug::PoolLeak) && state == TaskState::UpForRetry => None,
            (true, false) => Some((options.pool.clone(), -slots)),
            _ => None,
        };
        let instance = &self.tasks[task.at()];
        let record = TaskRecord {
            token,
            state,
            worker: instance.worker.clone(),
            lost: instance.lost,
            queued_at: instance.queued_at,
            started_at: instance.started_at,
            ended_at: details.ended_at,
            retry_at: details.retry_at,
            error: details.error,
            xcoms: details.xcoms,
        };
        ledger.record(self.shard(), Record::Task(Box::new(record)), slots);
        if state.is_finished() {
            self.news.push(task);
        }
    }

    /// Looks at the tasks downstream of what has just finished, and at theirs if that finishes them.
    pub(super) fn propagate(&mut self, ledger: &mut Ledger, now: Now) {
        while let Some(finished) = self.news.pop() {
            let dag = self.info.dag.clone();
            for next in &dag.task(finished).downstream {
                self.evaluate(*next, ledger, now);
            }
        }
    }

    /// Starts looking at the tasks.
    pub(super) fn begin(&mut self, ledger: &mut Ledger, now: Now) {
        self.state = RunState::Running;
        if self.started_at.is_none() {
            self.started_at = Some(now.wall);
        }
        self.arm_timeout(ledger, now);
        self.evaluate_all(ledger, now);
    }

    pub(super) fn arm_timeout(&self, ledger: &mut Ledger, now: Now) {
        if let (Some(timeout), Some(started_at)) = (self.info.dag.attributes.dagrun_timeout(), self.started_at) {
            ledger.timers.set(now, left(started_at + timeout, timeout, now), Timer::RunTimeout(self.info.key));
        }
    }

    pub(super) fn evaluate_all(&mut self, ledger: &mut Ledger, now: Now) {
        for at in 0..self.tasks.len() {
            self.evaluate(TaskIndex(at as u32), ledger, now);
        }
        self.propagate(ledger, now);
    }

    /// Applies the trigger rule of a task instance that nothing has happened to yet.
    fn evaluate(&mut self, task: TaskIndex, ledger: &mut Ledger, now: Now) {
        let instance = &self.tasks[task.at()];
        if instance.state.is_some() || instance.ready || self.state != RunState::Running {
            return;
        }
        if self.cancelled {
            return self.transition(task, TaskState::Skipped, Details::ended(now.wall), ledger);
        }
        let planted = ledger.settings.planted;
        let verdict = match self.task(task).options.trigger_rule.verdict(&instance.counts) {
            Verdict::Wait if planted.has(Bug::TriggerTooEager) && instance.counts.success > 0 => Verdict::Run,
            Verdict::Skip if planted.has(Bug::SkipNotPropagated) => Verdict::Wait,
            Verdict::FailUpstream if planted.has(Bug::FailureNotPropagated) => Verdict::Wait,
            verdict => verdict,
        };
        match verdict {
            Verdict::Wait => {}
            Verdict::Run => self.enqueue(task, ledger),
            Verdict::Skip => self.transition(task, TaskState::Skipped, Details::ended(now.wall), ledger),
            Verdict::FailUpstream => {
                self.transition(task, TaskState::UpstreamFailed, Details::ended(now.wall), ledger);
            }
        }
    }

    /// Puts a task instance into the queue for slots.
    pub(super) fn enqueue(&mut self, task: TaskIndex, ledger: &mut Ledger) {
        self.tasks[task.at()].ready = true;
        let options = &self.info.dag.task(task).options;
        let waiting = Waiting {
            priority_weight: self.info.dag.task(task).priority_weight,
            logical_date: self.info.logical_date,
            arrival: 0,
            run: self.info.key,
            task,
            slots: options.pool_slots,
        };
        ledger.pools.enqueue(&options.pool, waiting);
    }

    /// Ends the run before its time: live attempts are killed, everything else that is unfinished is skipped.
    pub(super) fn cancel(&mut self, ledger: &mut Ledger, now: Now) {
        self.cancelled = true;
        self.record_change(None, ledger);
        self.end_tasks(ledger, now);
    }

    /// The part of [`cancel`](Self::cancel) that is done again after a restart.
    pub(super) fn end_tasks(&mut self, ledger: &mut Ledger, now: Now) {
        for at in 0..self.tasks.len() {
            let task = TaskIndex(at as u32);
            let instance = &mut self.tasks[at];
            if instance.is_live() {
                if instance.killing.replace(KillReason::RunEnded).is_none() {
                    ledger.out.push(Command::Kill(self.token(task)));
                }
            } else if !instance.is_finished() {
                self.transition(task, TaskState::Skipped, Details::ended(now.wall), ledger);
            }
        }
        self.news.clear();
    }

    /// The state in which the run is over, if it is.
    pub(super) fn verdict(&self, ledger: &Ledger) -> Option<RunState> {
        let early = ledger.settings.planted.has(Bug::RunEndsEarly) && self.leaf_failed;
        if self.unfinished > 0 && !early {
            return None;
        }
        Some(if self.leaf_failed || self.cancelled { RunState::Failed } else { RunState::Success })
    }

    pub(super) fn record_change(&self, ended_at: Option<Timestamp>, ledger: &mut Ledger) {
        let change = RunChange {
            key: self.info.key,
            state: self.state,
            started_at: self.started_at,
            ended_at,
            cancelled: self.cancelled,
        };
        ledger.record(self.shard(), Record::RunChanged(change), None);
    }
}
