//! What becomes of the tasks after those that have finished.

use super::bug::Bug;
use super::event::Command;
use super::instance::KillReason;
use super::ledger::Ledger;
use super::run::{Details, Run};
use crate::ids::TaskIndex;
use crate::state::{RunState, TaskState};
use crate::task::Decision;
use crate::time::Now;
use crate::trigger_rule::Verdict;

impl Run {
    /// Looks at the tasks downstream of what has just finished, and at theirs if that finishes them.
    pub(super) fn propagate(&mut self, ledger: &mut Ledger, now: Now) {
        while let Some(finished) = self.news.pop() {
            let dag = self.info.dag.clone();
            for next in &dag.task(self.slots.owner(finished).0).downstream {
                self.evaluate(*next, ledger, now);
            }
        }
    }

    pub(super) fn evaluate_all(&mut self, ledger: &mut Ledger, now: Now) {
        for at in 0..self.info.dag.tasks().len() {
            self.evaluate(TaskIndex(at as u32), ledger, now);
        }
        self.propagate(ledger, now);
    }

    /// Applies the trigger rule of a task that nothing has happened to yet.
    pub(super) fn evaluate(&mut self, task: TaskIndex, ledger: &mut Ledger, now: Now) {
        let slot = task.into();
        let instance = &self.tasks[task.at()];
        if !instance.is_open() || self.state != RunState::Running {
            return;
        }
        if self.cancelled || self.is_skipped_by_decision(task) {
            return self.transition(slot, TaskState::Skipped, Details::ended(now.wall), ledger);
        }
        let planted = ledger.settings.planted;
        let verdict = match self.task(slot).options.trigger_rule.verdict(&instance.counts) {
            Verdict::Wait if planted.has(Bug::TriggerTooEager) && instance.counts.success > 0 => Verdict::Run,
            Verdict::Skip if planted.has(Bug::SkipNotPropagated) => Verdict::Wait,
            Verdict::FailUpstream if planted.has(Bug::FailureNotPropagated) => Verdict::Wait,
            verdict => verdict,
        };
        match verdict {
            Verdict::Wait => {}
            Verdict::Run if self.task(slot).expand.is_some() => self.expand(task, ledger, now),
            Verdict::Run => self.enqueue(slot, ledger),
            Verdict::Skip => self.transition(slot, TaskState::Skipped, Details::ended(now.wall), ledger),
            Verdict::FailUpstream => {
                self.transition(slot, TaskState::UpstreamFailed, Details::ended(now.wall), ledger);
            }
        }
    }

    /// Takes note of what a task decided, for now and for what is cleared below it later.
    pub(super) fn take_decision(&mut self, task: TaskIndex, decision: &Decision) {
        let skipped = self.info.dag.skipped_by(task, decision);
        self.decisions.insert(task, skipped.into());
    }

    /// Skips what the task decided against.
    pub(super) fn carry_out_decision(&mut self, task: TaskIndex, ledger: &mut Ledger, now: Now) {
        for skipped in self.decisions.get(&task).cloned().unwrap_or_default() {
            self.evaluate(skipped, ledger, now);
        }
    }

    fn is_skipped_by_decision(&self, task: TaskIndex) -> bool {
        !self.decisions.is_empty() && self.decisions.values().any(|skipped| skipped.binary_search(&task).is_ok())
    }

    /// Ends the run before its time: live attempts are killed, everything else that is unfinished is skipped.
    pub(super) fn cancel(&mut self, ledger: &mut Ledger, now: Now) {
        self.cancelled = true;
        self.record_change(None, ledger);
        self.end_tasks(ledger, now);
    }

    /// The part of [`cancel`](Self::cancel) that is done again after a restart.
    pub(super) fn end_tasks(&mut self, ledger: &mut Ledger, now: Now) {
        for slot in self.slots.all() {
            let instance = &mut self.tasks[slot.at()];
            if instance.is_live() {
                if instance.killing.replace(KillReason::RunEnded).is_none() {
                    ledger.out.push(Command::Kill(self.token(slot)));
                }
            } else if !instance.is_finished() && instance.state != Some(TaskState::Expanded) {
                if instance.is_poked {
                    ledger.out.push(Command::Kill(self.token(slot)));
                }
                self.transition(slot, TaskState::Skipped, Details::ended(now.wall), ledger);
            }
        }
        self.news.clear();
    }

    /// The state in which the run is over, if it is.
    pub(super) fn verdict(&self, ledger: &Ledger) -> Option<RunState> {
        let early = ledger.settings.planted.has(Bug::RunEndsEarly) && self.failed > 0;
        if self.unfinished > 0 && !early {
            return None;
        }
        Some(if self.failed > 0 || self.cancelled { RunState::Failed } else { RunState::Success })
    }
}
