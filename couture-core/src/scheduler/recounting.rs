//! The counts of a run, made anew.

use super::run::Run;
use crate::ids::{MapIndex, TaskIndex};
use crate::state::TaskState;
use crate::trigger_rule::UpstreamCounts;

impl Run {
    /// Makes every count of the run from the states of its instances: needed where a finished instance changes, for
    /// [`apply`](Self::apply) only ever adds.
    pub(super) fn recount(&mut self) {
        let dag = self.info.dag.clone();
        for (instance, task) in self.tasks.iter_mut().zip(dag.tasks()) {
            instance.counts = UpstreamCounts { total: task.upstream.len() as u32, ..UpstreamCounts::default() };
        }
        self.unfinished = 0;
        self.failed = 0;
        for slot in self.slots.all() {
            let (task, map_index) = self.slots.owner(slot);
            let node = dag.task(task);
            let state = self.tasks[slot.at()].state;
            let is_finished = state.is_some_and(TaskState::is_finished);
            let has_failed = matches!(state, Some(TaskState::Failed | TaskState::UpstreamFailed));
            self.unfinished += usize::from(!is_finished && state != Some(TaskState::Expanded));
            self.failed += usize::from(has_failed && node.decides);
            let is_mapped = map_index != MapIndex::NONE;
            let instances = if is_mapped { 0 } else { self.slots.count(task) as u32 };
            for next in &node.downstream {
                let counts = &mut self.tasks[next.at()].counts;
                // Instances are waited for in the place of their task, unless that is finished itself.
                if instances > 0 {
                    counts.total += if is_finished { instances } else { instances - 1 };
                }
                match state {
                    Some(TaskState::Success) => counts.success += 1,
                    Some(TaskState::Failed) => counts.failed += 1,
                    Some(TaskState::UpstreamFailed) => counts.upstream_failed += 1,
                    Some(TaskState::Removed) if is_mapped => counts.total -= 1,
                    Some(state) if state.is_finished() => counts.skipped += 1,
                    _ => {}
                }
            }
        }
    }

    /// Whether everything upstream of a task is finished.
    pub(super) fn is_upstream_finished(&self, task: TaskIndex) -> bool {
        let is_over = |upstream: &TaskIndex| {
            let own = self.tasks[upstream.at()].state;
            own == Some(TaskState::Expanded) && self.slots.block(*upstream).all(|slot| self.tasks[slot.at()].is_finished())
                || own.is_some_and(TaskState::is_finished)
        };
        self.info.dag.task(task).upstream.iter().all(is_over)
    }
}
