//! Task instances that begin again.

use super::bug::Bug;
use super::event::Command;
use super::instance::{KillReason, TaskInstance};
use super::ledger::Ledger;
use super::run::{Details, Run};
use super::slots::Slot;
use super::wish::Wish;
use crate::ids::{MapIndex, TaskIndex};
use crate::state::{RunState, TaskState};
use crate::time::{Now, Timestamp};

impl Run {
    /// Lets these instances begin again: those that are live when they have been ended, the others now. What becomes of the tasks is for
    /// [`evaluate_all`](Self::evaluate_all) to say.
    pub(super) fn clear(&mut self, slots: &[Slot], ledger: &mut Ledger, now: Now) {
        for slot in slots {
            self.tasks[slot.at()].is_alone = false;
            if !self.wait_for_end(*slot, Wish::Begin, ledger, now) {
                self.begin_again(*slot, ledger);
            }
        }
        self.recount();
    }

    /// Whether an instance of a mapped task has something live.
    fn has_live_instances(&self, task: TaskIndex) -> bool {
        self.slots.block(task).any(|slot| self.tasks[slot.at()].is_live() || self.tasks[slot.at()].is_poked)
    }

    /// Puts an instance without a live attempt back to where nothing has happened to it, but for the number of its tries. Counts are for the
    /// caller to make anew.
    pub(super) fn begin_again(&mut self, slot: Slot, ledger: &mut Ledger) {
        let (task, map_index) = self.slots.owner(slot);
        let instance = &mut self.tasks[slot.at()];
        instance.lost = 0;
        instance.pokes = 0;
        instance.tries_before = instance.try_number;
        instance.worker = None;
        instance.queued_at = None;
        instance.started_at = None;
        let error = instance.is_alone.then(|| Wish::RunAlone.text().into());
        let mut length = None;
        if map_index == MapIndex::NONE {
            self.forget_output(task);
            length = Some(self.slots.count(task) as u32).filter(|count| *count > 0);
        }
        self.transition(slot, TaskState::Cleared, Details { error, length, ..Details::default() }, ledger);
    }

    /// Ends what is live of an instance and remembers, for good, what is to become of it then. `false` if nothing is live. An expanded task
    /// waits for its instances.
    pub(super) fn wait_for_end(&mut self, slot: Slot, wish: Wish, ledger: &mut Ledger, now: Now) -> bool {
        let instance = &self.tasks[slot.at()];
        let is_expanded = instance.state == Some(TaskState::Expanded);
        let waits = if is_expanded { self.has_live_instances(self.slots.owner(slot).0) } else { has_attempt(instance) };
        if !waits {
            return false;
        }
        let state = instance.state.unwrap_or(TaskState::Running);
        let awaits = instance.awaits.clone();
        let deferral = awaits.as_ref().map(|awaits| Box::new(awaits.deferral.clone()));
        let retry_at = deferral.as_ref().map(|deferral| now.wall + deferral.after);
        let is_killed = instance.killing.is_some();
        let error = Some(wish.text().into());
        let length = is_expanded.then(|| self.slots.count(self.slots.owner(slot).0) as u32);
        let details = Details { error, deferral, retry_at, length, ..Details::default() };
        if is_expanded {
            self.record(slot, state, details, None, ledger);
        } else {
            self.transition(slot, state, details, ledger);
        }
        let instance = &mut self.tasks[slot.at()];
        instance.awaits = awaits;
        instance.killing = Some(KillReason::Wished(wish));
        if !is_killed && !is_expanded {
            ledger.out.push(Command::Kill(self.token(slot)));
        }
        true
    }

    /// The attempt is over that [`wait_for_end`](Self::wait_for_end) has ended.
    pub(super) fn fulfil(&mut self, slot: Slot, wish: Wish, at: Timestamp, ledger: &mut Ledger, now: Now) {
        match wish {
            Wish::Succeed => self.transition(slot, TaskState::Success, Details::ended(at), ledger),
            Wish::Fail => {
                self.transition(slot, TaskState::Failed, Details::ended(at).because("marked as failed"), ledger);
            }
            Wish::Skip => {
                self.transition(slot, TaskState::Skipped, Details::ended(at).because("marked as skipped"), ledger);
            }
            Wish::Begin | Wish::RunAlone => self.fulfil_begin(slot, ledger, now),
        }
    }

    fn fulfil_begin(&mut self, slot: Slot, ledger: &mut Ledger, now: Now) {
        let (task, _) = self.slots.owner(slot);
        self.begin_again(slot, ledger);
        let is_waiting = self.tasks[task.at()].killing == Some(KillReason::Wished(Wish::Begin));
        if is_waiting && !self.has_live_instances(task) {
            self.begin_again(task.into(), ledger);
        }
        self.recount();
        self.evaluate(task, ledger, now);
    }

    /// Tasks above those that wait for slots may have changed: what has not begun is looked at anew. What is left of it in a queue is
    /// passed over there.
    pub(super) fn reconsider(&mut self) {
        for instance in &mut self.tasks {
            instance.ready &= !matches!(instance.state, None | Some(TaskState::Cleared));
        }
        self.recount();
    }

    /// Goes on after a restart with what was wanted of instances: what is live is ended, and what is not has been.
    pub(super) fn pursue_wishes(&mut self, ledger: &mut Ledger, now: Now) {
        for slot in self.slots.all() {
            let Some(KillReason::Wished(wish)) = self.tasks[slot.at()].killing else { continue };
            if ledger.settings.planted.has(Bug::WishForgotten) {
                self.tasks[slot.at()].killing = None;
                continue;
            }
            let instance = &self.tasks[slot.at()];
            if has_attempt(instance) {
                ledger.out.push(Command::Kill(self.token(slot)));
            } else if instance.state != Some(TaskState::Expanded) || !self.has_live_instances(self.slots.owner(slot).0)
            {
                self.fulfil(slot, wish, now.wall, ledger, now);
            }
        }
    }

    /// Instances of mapped tasks that are to run alone wait for slots.
    pub(super) fn enqueue_alone(&mut self, ledger: &mut Ledger) {
        let tasks = self.info.dag.tasks().len();
        if self.state != RunState::Running || self.tasks.len() == tasks {
            return;
        }
        for slot in self.slots.all().skip(tasks) {
            let (task, _) = self.slots.owner(slot);
            let is_expanded = self.tasks[task.at()].state == Some(TaskState::Expanded);
            if is_expanded && self.tasks[slot.at()].is_alone && self.tasks[slot.at()].is_open() {
                self.enqueue(slot, ledger);
            }
        }
    }
}

/// Whether something of the instance is live: an attempt, or the operator of one that is deferred.
fn has_attempt(instance: &TaskInstance) -> bool {
    instance.is_live() || instance.is_poked
}
