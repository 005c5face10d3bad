//! What becomes of the tasks after those that have finished.

use super::bug::Bug;
use super::event::Command;
use super::instance::KillReason;
use super::ledger::Ledger;
use super::run::{Details, Run};
use crate::dag::TaskRole;
use crate::ids::TaskIndex;
use crate::state::{RunState, TaskState};
use crate::task::Decision;
use crate::time::Now;
use crate::trigger_rule::{TriggerRule, UpstreamCounts, Verdict, verdict_after_setups, verdict_in_scope};

impl Run {
    /// Looks at the tasks downstream of what has just finished, and at theirs if that finishes them.
    pub(super) fn propagate(&mut self, ledger: &mut Ledger, now: Now) {
        while let Some(finished) = self.news.pop() {
            let dag = self.info.dag.clone();
            let task = self.slots.owner(finished).0;
            for next in dag.task(task).downstream.iter().chain(dag.in_scope_of(task)) {
                self.evaluate(*next, ledger, now);
            }
        }
    }

    pub(super) fn evaluate_all(&mut self, ledger: &mut Ledger, now: Now) {
        for at in 0..self.info.dag.tasks().len() {
            self.evaluate(TaskIndex(at as u32), ledger, now);
        }
        self.enqueue_alone(ledger);
        self.propagate(ledger, now);
    }

    /// Applies the trigger rule of a task that nothing has happened to yet, or some instances of which begin again.
    pub(super) fn evaluate(&mut self, task: TaskIndex, ledger: &mut Ledger, now: Now) {
        let instance = &self.tasks[task.at()];
        let is_expanded = instance.state == Some(TaskState::Expanded);
        let is_due = if is_expanded { self.reopened.contains(&task) } else { instance.is_open() };
        let is_due = is_due && instance.killing.is_none();
        if !is_due || self.state != RunState::Running {
            return;
        }
        let is_alone = instance.is_alone;
        let planted = ledger.settings.planted;
        let verdict = match self.verdict_on(task) {
            _ if self.cancelled => Verdict::Skip,
            _ if is_alone => Verdict::Run,
            _ if self.is_skipped_by_decision(task) => Verdict::Skip,
            Verdict::Wait if planted.has(Bug::TriggerTooEager) && instance.counts.success > 0 => Verdict::Run,
            Verdict::Skip if planted.has(Bug::SkipNotPropagated) => Verdict::Wait,
            Verdict::FailUpstream if planted.has(Bug::FailureNotPropagated) => Verdict::Wait,
            verdict => verdict,
        };
        match verdict {
            Verdict::Wait => {}
            Verdict::Run if !is_alone && !self.past_allows(task) => {}
            Verdict::Run if is_expanded => self.enqueue_instances(task, ledger),
            Verdict::Run if self.info.dag.task(task).expand.is_some() => self.expand(task, ledger, now),
            Verdict::Run => self.enqueue(task.into(), ledger),
            Verdict::Skip => self.settle(task, TaskState::Skipped, ledger, now),
            Verdict::FailUpstream => self.settle(task, TaskState::UpstreamFailed, ledger, now),
        }
    }

    /// What becomes of a task by its trigger rule, by the setups whose scope it is in, and by what it is mapped over.
    fn verdict_on(&self, task: TaskIndex) -> Verdict {
        match self.verdict_by_rule(task) {
            Verdict::Run => self.verdict_by_sources(task),
            verdict => verdict,
        }
    }

    fn verdict_by_rule(&self, task: TaskIndex) -> Verdict {
        let node = self.info.dag.task(task);
        let rule = node.trigger_rule();
        let needs_setups = rule != TriggerRule::Always && !node.upstream.is_empty();
        let setups = self.info.dag.indirect_setups(task);
        let in_scope = match setups {
            [] => Verdict::Run,
            _ if !needs_setups => Verdict::Run,
            setups => verdict_in_scope(&self.counts_of(setups)),
        };
        if matches!(in_scope, Verdict::Skip | Verdict::FailUpstream) {
            return in_scope;
        }
        match rule.verdict(&self.tasks[task.at()].counts, self.info.dag.attributes.dialect) {
            Verdict::Run if in_scope == Verdict::Wait => Verdict::Wait,
            Verdict::Run if rule == TriggerRule::AllDoneSetupSuccess => {
                let is_setup = |task: &TaskIndex| self.info.dag.task(*task).options.role == TaskRole::Setup;
                let setups: Vec<_> = node.upstream.iter().copied().filter(is_setup).collect();
                verdict_after_setups(&self.counts_of(&setups))
            }
            verdict => verdict,
        }
    }

    /// What these tasks came to.
    fn counts_of(&self, tasks: &[TaskIndex]) -> UpstreamCounts {
        let mut counts = UpstreamCounts::default();
        for task in tasks {
            let state = self.tasks[task.at()].state;
            if state != Some(TaskState::Expanded) {
                counts.total += 1;
                state.into_iter().for_each(|state| counts.add(state));
                continue;
            }
            for slot in self.slots.block(*task) {
                let state = self.tasks[slot.at()].state;
                if state != Some(TaskState::Removed) {
                    counts.total += 1;
                    state.into_iter().for_each(|state| counts.add(state));
                }
            }
        }
        counts
    }

    /// Ends a task that does not run: itself, or those of its instances that would begin again.
    fn settle(&mut self, task: TaskIndex, state: TaskState, ledger: &mut Ledger, now: Now) {
        let is_expanded = self.tasks[task.at()].state == Some(TaskState::Expanded);
        self.reopened.remove(&task);
        for slot in self.slots.block(task) {
            let state = if is_expanded { state } else { TaskState::Removed };
            if self.tasks[slot.at()].is_open() {
                self.transition(slot, state, Details::ended(now.wall), ledger);
            }
        }
        if !is_expanded {
            self.transition(task.into(), state, Details::ended(now.wall), ledger);
        }
    }

    /// Takes note of what a task decided, for now and for what is cleared below it later.
    pub(super) fn take_decision(&mut self, task: TaskIndex, decision: &Decision) {
        let skipped = self.info.dag.skipped_by(task, decision);
        self.decisions.insert(task, skipped.into());
    }

    /// Skips what the task decided against, unless it has begun.
    pub(super) fn carry_out_decision(&mut self, task: TaskIndex, ledger: &mut Ledger, now: Now) {
        for skipped in self.decisions.get(&task).cloned().unwrap_or_default() {
            for slot in std::iter::once(skipped.into()).chain(self.slots.block(skipped)) {
                let instance = &mut self.tasks[slot.at()];
                if instance.ready && matches!(instance.state, None | Some(TaskState::Cleared)) {
                    instance.ready = false;
                    self.transition(slot, TaskState::Skipped, Details::ended(now.wall), ledger);
                }
            }
            self.evaluate(skipped, ledger, now);
        }
    }

    fn is_skipped_by_decision(&self, task: TaskIndex) -> bool {
        !self.decisions.is_empty() && self.decisions.values().any(|skipped| skipped.binary_search(&task).is_ok())
    }

    /// Ends the run before its time: live attempts are killed, everything else that is unfinished is skipped.
    pub(super) fn cancel(&mut self, ledger: &mut Ledger, now: Now) {
        self.cancelled = true;
        // One that has ended already ends anew, as failed: that is recorded then.
        if !self.state.is_finished() {
            self.record_change(None, ledger);
        }
        self.end_tasks(ledger, now);
    }

    /// The part of [`cancel`](Self::cancel) that is done again after a restart.
    pub(super) fn end_tasks(&mut self, ledger: &mut Ledger, now: Now) {
        for slot in self.slots.all() {
            let instance = &mut self.tasks[slot.at()];
            if instance.is_live() || instance.is_poked {
                if instance.killing.replace(KillReason::RunEnded).is_none() {
                    ledger.out.push(Command::Kill(self.token(slot)));
                }
            } else if !instance.is_finished() && instance.state != Some(TaskState::Expanded) {
                self.transition(slot, TaskState::Skipped, Details::ended(now.wall), ledger);
            }
        }
        self.news.clear();
    }
}
