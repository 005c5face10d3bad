//! The counts of a run, made anew from the states of its instances.

use super::run::Run;
use super::slots::Slot;
use crate::ids::TaskIndex;
use crate::state::TaskState;
use crate::trigger_rule::UpstreamCounts;

impl Run {
    /// Makes every count anew. Who sets instances back to [`TaskState::Cleared`] owes this, and then
    /// [`evaluate_all`](Self::evaluate_all).
    pub(super) fn recount(&mut self) {
        let dag = self.info.dag.clone();
        self.unfinished = 0;
        self.failed = 0;
        self.reopened.clear();
        for instance in &mut self.tasks[..dag.tasks().len()] {
            instance.counts = UpstreamCounts::default();
        }
        for (at, node) in dag.tasks().iter().enumerate() {
            let task = TaskIndex(at as u32);
            let is_expanded = self.tasks[at].state == Some(TaskState::Expanded);
            let slots: Vec<Slot> = if is_expanded { self.slots.block(task).collect() } else { vec![task.into()] };
            let mut counts = UpstreamCounts::default();
            for slot in slots {
                let instance = &self.tasks[slot.at()];
                if is_expanded && instance.state == Some(TaskState::Removed) {
                    continue;
                }
                if is_expanded && instance.is_open() {
                    self.reopened.insert(task);
                }
                counts.total += 1;
                instance.state.into_iter().for_each(|state| counts.add(state));
            }
            self.unfinished += (counts.total - counts.done()) as usize;
            self.failed += if node.decides { (counts.failed + counts.upstream_failed) as usize } else { 0 };
            for next in &node.downstream {
                self.tasks[next.at()].counts.absorb(&counts);
            }
        }
    }

    /// Forgets what a task that is cleared decided, and how long its output was.
    pub(super) fn forget_output(&mut self, task: TaskIndex) {
        self.decisions.remove(&task);
        self.lengths.remove(&task);
    }
}
