//! Task instances that count as ended because somebody says so.

use super::ledger::Ledger;
use super::run::{Details, Run};
use super::slots::Slot;
use super::wish::Wish;
use crate::ids::MapIndex;
use crate::state::TaskState;
use crate::store::MarkedState;
use crate::time::Now;

impl Run {
    /// Of these, what is not in that state yet. A mapped task is marked by its instances, once it has any.
    pub(super) fn markable(&self, chosen: Vec<Slot>, state: MarkedState) -> Vec<Slot> {
        let is_wanted = |slot: &Slot| {
            let (task, map_index) = self.slots.owner(*slot);
            let has_instances = map_index == MapIndex::NONE && self.slots.count(task) > 0;
            let now = self.tasks[slot.at()].state;
            !has_instances && now != Some(state.task_state()) && now != Some(TaskState::Removed)
        };
        chosen.into_iter().filter(is_wanted).collect()
    }

    /// The instances below these that have failed, and begin again as these are marked: what Airflow clears.
    pub(super) fn failed_below(&self, slots: &[Slot]) -> Vec<Slot> {
        let below = self.info.dag.with_downstream(slots.iter().map(|slot| self.slots.owner(*slot).0).collect());
        let has_failed = |slot: &Slot| {
            matches!(self.tasks[slot.at()].state, Some(TaskState::Failed | TaskState::UpstreamFailed))
                && below[self.slots.owner(*slot).0.at()]
                && slots.binary_search(slot).is_err()
        };
        self.slots.all().filter(has_failed).collect()
    }

    /// Gives these instances that state: those that are live when they have been ended, the others now.
    pub(super) fn mark(&mut self, slots: &[Slot], state: MarkedState, ledger: &mut Ledger, now: Now) {
        let wish = match state {
            MarkedState::Success => Wish::Succeed,
            MarkedState::Failed => Wish::Fail,
            MarkedState::Skipped => Wish::Skip,
        };
        let mut idle = Vec::with_capacity(slots.len());
        for slot in slots {
            if !self.wait_for_end(*slot, wish, ledger, now) {
                idle.push(*slot);
            }
        }
        // As if nothing had happened to them: then their new state counts like any other.
        let mut ends = Vec::with_capacity(idle.len());
        for slot in &idle {
            let (task, map_index) = self.slots.owner(*slot);
            let instance = &mut self.tasks[slot.at()];
            // What has ended took as long as it took, as in Airflow.
            let has_ended = instance.is_finished() || instance.state == Some(TaskState::UpForRetry);
            ends.push(instance.ended_at.filter(|_| has_ended).unwrap_or(now.wall));
            instance.state = None;
            instance.ready = false;
            instance.awaits = None;
            instance.lost = 0;
            if map_index == MapIndex::NONE {
                self.forget_output(task);
            } else if self.tasks[task.at()].state != Some(TaskState::Expanded) {
                let length = Some(self.slots.count(task) as u32);
                self.transition(task.into(), TaskState::Expanded, Details { length, ..Details::default() }, ledger);
            }
        }
        self.recount();
        for (slot, ended_at) in idle.iter().zip(ends) {
            let details = match state {
                MarkedState::Success => Details::ended(ended_at),
                MarkedState::Failed => Details::ended(ended_at).because("marked as failed"),
                MarkedState::Skipped => Details::ended(ended_at).because("marked as skipped"),
            };
            self.transition(*slot, state.task_state(), details, ledger);
        }
    }
}
