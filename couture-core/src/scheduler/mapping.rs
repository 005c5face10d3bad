//! Dynamic task mapping: from a mapped task to its instances.

use super::ledger::Ledger;
use super::run::{Details, Run};
use crate::dag::ExpandSource;
use crate::ids::TaskIndex;
use crate::state::TaskState;
use crate::time::Now;

impl Run {
    /// Gives a mapped task as many instances as there are combinations of elements; none, and it is skipped.
    pub(super) fn expand(&mut self, task: TaskIndex, ledger: &mut Ledger, now: Now) {
        let limit = ledger.settings.max_map_length;
        match self.map_length(task) {
            Ok(0) => {
                let details = Details::ended(now.wall).because("there is nothing to map over");
                self.transition(task.into(), TaskState::Skipped, details, ledger);
            }
            Ok(count) if count <= limit => {
                self.make_instances(task, count, ledger);
                let details = Details { length: Some(count as u32), ..Details::default() };
                self.transition(task.into(), TaskState::Expanded, details, ledger);
                for slot in self.slots.block(task) {
                    if self.tasks[slot.at()].is_open() {
                        self.enqueue(slot, ledger);
                    }
                }
            }
            Ok(count) => {
                let error = format!("{count} instances; at most {limit} are allowed (scheduler.max_map_length)");
                self.transition(task.into(), TaskState::Failed, Details::ended(now.wall).because(error), ledger);
            }
            Err(error) => {
                self.transition(task.into(), TaskState::Failed, Details::ended(now.wall).because(error), ledger);
            }
        }
    }

    /// Keeps room and counts for the instances of a mapped task. Those that it had beyond are removed.
    pub(super) fn make_instances(&mut self, task: TaskIndex, count: usize, ledger: &mut Ledger) {
        let had = self.slots.count(task);
        if count > had {
            let old: Vec<_> = self.slots.block(task).collect();
            self.slots.grow(task, count);
            let mut fresh: Vec<_> = old.into_iter().map(|slot| std::mem::take(&mut self.tasks[slot.at()])).collect();
            fresh.resize_with(count, Default::default);
            self.tasks.extend(fresh);
            self.unfinished += count - had;
            let more = (count - had.max(1)) as u32;
            for next in self.info.dag.clone().task(task).downstream.iter() {
                self.tasks[next.at()].counts.total += more;
            }
        }
        for slot in self.slots.block(task).skip(count) {
            if !self.tasks[slot.at()].is_finished() {
                self.transition(slot, TaskState::Removed, Details::default(), ledger);
            }
        }
    }

    fn map_length(&self, task: TaskIndex) -> Result<usize, String> {
        let dag = &self.info.dag;
        let Some(expand) = &dag.task(task).expand else { return Ok(1) };
        let mut product = 1_usize;
        for source in &expand.sources {
            let length = match source {
                ExpandSource::Literal(list) => list.len(),
                ExpandSource::Output(source) if dag.task(*source).expand.is_some() => self.slots.count(*source),
                ExpandSource::Output(source) => match self.lengths.get(source) {
                    Some(length) => *length as usize,
                    None => {
                        let name = &dag.task(*source).task_id;
                        return Err(format!("task {:?} gave no list or object to map over", name.as_str()));
                    }
                },
            };
            product = product.saturating_mul(length);
        }
        Ok(product)
    }
}
