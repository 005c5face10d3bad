//! Task instances that begin again.

use super::event::Command;
use super::instance::KillReason;
use super::ledger::Ledger;
use super::run::{Details, Run};
use super::slots::Slot;
use super::wish::Wish;
use crate::ids::{MapIndex, TaskIndex};
use crate::state::TaskState;
use crate::time::{Now, Timestamp};

impl Run {
    /// Lets these instances begin again: those that are live when they have been ended, the others now. What becomes of the tasks is for
    /// [`evaluate_all`](Self::evaluate_all) to say.
    pub(super) fn clear(&mut self, slots: &[Slot], ledger: &mut Ledger, now: Now) {
        for slot in slots {
            if !self.wait_for_end(*slot, Wish::Begin, ledger, now) {
                self.begin_again(*slot, ledger);
            }
        }
        self.recount();
        for task in self.blocked_instances(slots) {
            self.begin_again(task.into(), ledger);
        }
        self.recount();
    }

    /// Mapped tasks some of whose instances begin again while their upstream tasks do, too: the instances wait with their task. As it is
    /// expanded again, instances that are finished stay so.
    fn blocked_instances(&self, slots: &[Slot]) -> Vec<TaskIndex> {
        let owners = slots.iter().map(|slot| self.slots.owner(*slot));
        let mut tasks: Vec<_> = owners.filter(|(_, map_index)| *map_index != MapIndex::NONE).map(|(task, _)| task).collect();
        tasks.dedup();
        tasks.retain(|task| {
            self.tasks[task.at()].state == Some(TaskState::Expanded) && !self.is_upstream_finished(*task)
        });
        tasks
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
            self.decisions.remove(&task);
            self.lengths.remove(&task);
            length = Some(self.slots.count(task) as u32).filter(|count| *count > 0);
        }
        self.transition(slot, TaskState::Cleared, Details { error, length, ..Details::default() }, ledger);
    }

    /// Ends what is live of an instance and remembers, for good, what is to become of it then. `false` if nothing is live.
    pub(super) fn wait_for_end(&mut self, slot: Slot, wish: Wish, ledger: &mut Ledger, now: Now) -> bool {
        let instance = &self.tasks[slot.at()];
        let (is_live, is_poked) = (instance.is_live(), instance.is_poked);
        if !is_live && !is_poked {
            return false;
        }
        let state = instance.state.unwrap_or(TaskState::Running);
        let deferral = instance.deferral.clone();
        let retry_at = deferral.as_ref().map(|deferral| now.wall + deferral.after);
        let is_killed = instance.killing.is_some();
        let details =
            Details { error: Some(wish.text().into()), deferral: deferral.clone(), retry_at, ..Details::default() };
        self.transition(slot, state, details, ledger);
        let instance = &mut self.tasks[slot.at()];
        instance.deferral = deferral;
        instance.killing = Some(KillReason::Wished(wish));
        if !is_killed {
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
            Wish::Begin | Wish::RunAlone => {
                self.begin_again(slot, ledger);
                let (task, map_index) = self.slots.owner(slot);
                if map_index == MapIndex::NONE {
                    self.evaluate(task, ledger, now);
                } else if !self.is_upstream_finished(task) && self.tasks[task.at()].state == Some(TaskState::Expanded) {
                    self.begin_again(task.into(), ledger);
                    self.recount();
                } else {
                    self.enqueue_open(task, ledger);
                }
            }
        }
    }

    /// Instances of an expanded task that nothing has happened to yet, or that begin again, wait for slots.
    pub(super) fn enqueue_open(&mut self, task: TaskIndex, ledger: &mut Ledger) {
        if self.tasks[task.at()].state != Some(TaskState::Expanded) {
            return;
        }
        for slot in self.slots.block(task) {
            if self.tasks[slot.at()].is_open() {
                self.enqueue(slot, ledger);
            }
        }
    }
}
