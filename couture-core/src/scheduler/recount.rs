//! The counts of a run, made anew from the states of its instances.

#[cfg(feature = "planted-bugs")]
use std::collections::BTreeSet;

#[cfg(feature = "planted-bugs")]
use super::machine::Scheduler;
use super::run::Run;
use super::slots::Slot;
#[cfg(feature = "planted-bugs")]
use crate::ids::RunKey;
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

#[cfg(feature = "planted-bugs")]
impl Scheduler {
    /// For tests: whether the counts of an unfinished run are what they are when they are made anew.
    pub fn is_counted_right(&mut self, run: RunKey) -> bool {
        let Some(run) = self.runs.get_mut(&run) else { return true };
        let counts = |run: &Run| -> (usize, usize, BTreeSet<TaskIndex>, Vec<UpstreamCounts>) {
            let tasks = run.tasks[..run.info.dag.tasks().len()].iter().map(|instance| instance.counts).collect();
            (run.unfinished, run.failed, run.reopened.clone(), tasks)
        };
        let before = counts(run);
        run.recount();
        before == counts(run)
    }
}
