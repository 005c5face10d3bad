//! Dynamic task mapping: from a mapped task to its instances.

use super::ledger::Ledger;
use super::run::{Details, Run};
use super::slots::Slot;
use crate::dag::{Expand, ExpandSource};
use crate::ids::TaskIndex;
use crate::state::TaskState;
use crate::time::Now;
use crate::trigger_rule::Verdict;

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
                let had = self.slots.count(task);
                self.make_instances(task, count);
                for slot in self.slots.block(task).skip(count) {
                    if !self.tasks[slot.at()].is_finished() {
                        self.transition(slot, TaskState::Removed, Details::default(), ledger);
                    }
                }
                for slot in self.slots.block(task).take(count) {
                    let state = &mut self.tasks[slot.at()].state;
                    if *state == Some(TaskState::Removed) {
                        *state = Some(TaskState::Cleared);
                    }
                }
                let details = Details { length: Some(count as u32), ..Details::default() };
                self.transition(task.into(), TaskState::Expanded, details, ledger);
                if had > 0 {
                    self.recount();
                }
                self.enqueue_instances(task, ledger);
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

    /// Sees to it that a mapped task has `count` instances at least.
    pub(super) fn make_instances(&mut self, task: TaskIndex, count: usize) {
        let had = self.slots.count(task);
        if count <= had {
            return;
        }
        let old = self.slots.grow(task, count).unwrap_or_default();
        let mut fresh: Vec<_> = self.tasks[old].iter_mut().map(std::mem::take).collect();
        fresh.resize_with(self.slots.len() - self.tasks.len(), Default::default);
        self.tasks.extend(fresh);
        if self.tasks[task.at()].state == Some(TaskState::Expanded) {
            self.count_instances(task, had, count);
        }
    }

    /// Counts the instances of a mapped task in its place.
    pub(super) fn expanded(&mut self, task: TaskIndex) {
        self.unfinished -= 1;
        for next in &self.info.dag.clone().task(task).downstream {
            self.tasks[next.at()].counts.total -= 1;
        }
        self.count_instances(task, 0, self.slots.count(task));
    }

    /// Counts instances that nothing has happened to.
    fn count_instances(&mut self, task: TaskIndex, from: usize, to: usize) {
        self.unfinished += to - from;
        self.reopened.insert(task);
        for next in &self.info.dag.clone().task(task).downstream {
            self.tasks[next.at()].counts.total += (to - from) as u32;
        }
    }

    /// Puts the instances of an expanded task that may run into the queue for slots.
    pub(super) fn enqueue_instances(&mut self, task: TaskIndex, ledger: &mut Ledger) {
        self.reopened.remove(&task);
        for slot in self.slots.block(task) {
            if self.tasks[slot.at()].is_open() {
                self.enqueue(slot, ledger);
            }
        }
    }

    /// What becomes of a task by the sources that it is mapped over, whatever its trigger rule: it waits for all of them, and where one
    /// did not succeed, there is nothing to map over.
    pub(super) fn verdict_by_sources(&self, task: TaskIndex) -> Verdict {
        let Some(expand) = &self.info.dag.task(task).expand else { return Verdict::Run };
        let (mut failed, mut skipped) = (false, false);
        for source in expand.upstream() {
            match self.tasks[source.at()].state {
                Some(TaskState::Success) => {}
                Some(TaskState::Expanded)
                    if self.slots.block(source).all(|slot| self.tasks[slot.at()].is_finished()) => {}
                Some(TaskState::Failed | TaskState::UpstreamFailed) => failed = true,
                Some(TaskState::Skipped | TaskState::Removed) => skipped = true,
                _ => return Verdict::Wait,
            }
        }
        match (failed, skipped) {
            (true, _) => Verdict::FailUpstream,
            (false, true) => Verdict::Skip,
            (false, false) => Verdict::Run,
        }
    }

    /// How many instances a mapped task has, without those that were removed.
    fn instances(&self, task: TaskIndex) -> usize {
        let is_expanded = self.tasks[task.at()].state == Some(TaskState::Expanded);
        let is_removed = |slot: &Slot| self.tasks[slot.at()].state == Some(TaskState::Removed);
        if is_expanded { self.slots.block(task).filter(|slot| !is_removed(slot)).count() } else { 0 }
    }

    /// How many combinations of elements there are.
    fn map_length(&self, task: TaskIndex) -> Result<usize, String> {
        Ok(self.source_lengths(task)?.into_iter().fold(1, usize::saturating_mul))
    }

    /// How many elements each source of a mapped task has.
    fn source_lengths(&self, task: TaskIndex) -> Result<Vec<usize>, String> {
        let dag = &self.info.dag;
        let sources = dag.task(task).expand.iter().flat_map(|expand| &expand.sources);
        let length = |source: &ExpandSource| match source {
            ExpandSource::Literal(list) => Ok(list.len()),
            ExpandSource::Output(source) if dag.task(*source).expand.is_some() => Ok(self.instances(*source)),
            ExpandSource::Output(source) => self.lengths.get(source).map(|length| *length as usize).ok_or_else(|| {
                format!("task {:?} gave no list or object to map over", dag.task(*source).task_id.as_str())
            }),
        };
        sources.map(length).collect()
    }

    /// Which element of each source an instance is for; none where the task is not mapped.
    pub(super) fn elements(&self, slot: Slot) -> Box<[u32]> {
        let (task, map_index) = self.slots.owner(slot);
        let Ok(at) = usize::try_from(map_index.0) else { return Box::default() };
        match self.source_lengths(task) {
            Ok(lengths) if !lengths.contains(&0) => {
                Expand::elements(&lengths, at).into_iter().map(|element| element as u32).collect()
            }
            _ => Box::default(),
        }
    }
}
