//! Where the task instances of a run are.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::ids::{MapIndex, TaskIndex};

/// The place of a task instance in its run: first one for each task, then those of mapped tasks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub(super) struct Slot(u32);

impl Slot {
    pub(super) fn at(self) -> usize {
        self.0 as usize
    }
}

impl From<TaskIndex> for Slot {
    /// The instance of a task that is not mapped, or the one that stands for all of a mapped task's.
    fn from(task: TaskIndex) -> Self {
        Self(task.0)
    }
}

/// Which slot belongs to which task instance.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    tasks: u32,
    /// What the slots after the tasks' own belong to. One that was given up belongs to no instance.
    mapped: Vec<(TaskIndex, MapIndex)>,
    /// The first slot and the number of instances of each mapped task.
    blocks: BTreeMap<TaskIndex, (u32, u32)>,
}

impl Slots {
    pub(super) fn new(tasks: usize) -> Self {
        Self { tasks: tasks as u32, mapped: Vec::new(), blocks: BTreeMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.tasks as usize + self.mapped.len()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Slot> + use<> {
        let tasks = self.tasks;
        let blocks: Vec<_> = self.blocks.values().copied().collect();
        (0..tasks).chain(blocks.into_iter().flat_map(|(first, count)| first..first + count)).map(Slot)
    }

    /// All of them, beginning with one.
    pub(super) fn all_from(&self, slot: Slot) -> impl Iterator<Item = Slot> + use<> {
        let len = self.len() as u32;
        (slot.0..len).chain(0..slot.0.min(len)).map(Slot)
    }

    /// Which task instance is at `slot`.
    pub(super) fn owner(&self, slot: Slot) -> (TaskIndex, MapIndex) {
        match slot.0.checked_sub(self.tasks) {
            None => (TaskIndex(slot.0), MapIndex::NONE),
            Some(at) => self.mapped[at as usize],
        }
    }

    /// Where a task instance is.
    pub(super) fn find(&self, task: TaskIndex, map_index: MapIndex) -> Option<Slot> {
        if map_index == MapIndex::NONE {
            return (task.0 < self.tasks).then_some(Slot(task.0));
        }
        let (first, count) = self.blocks.get(&task)?;
        let at = u32::try_from(map_index.0).ok().filter(|at| at < count)?;
        Some(Slot(first + at))
    }

    /// The slots of a mapped task's instances.
    pub(super) fn block(&self, task: TaskIndex) -> impl Iterator<Item = Slot> + use<> {
        let (first, count) = self.blocks.get(&task).copied().unwrap_or_default();
        (first..first + count).map(Slot)
    }

    /// How many instances a mapped task has; 0 before it is expanded.
    pub(super) fn count(&self, task: TaskIndex) -> usize {
        self.blocks.get(&task).map_or(0, |(_, count)| *count as usize)
    }

    /// Makes room for `count` instances of a mapped task that has no more than that. Tells where those it had were, if they move.
    pub(super) fn grow(&mut self, task: TaskIndex, count: usize) -> Option<Range<usize>> {
        let (first, had) = self.blocks.get(&task).copied().unwrap_or_default();
        let old = first as usize..(first + had) as usize;
        let is_last = old.end == self.len() && had > 0;
        let from = if is_last { had as i32 } else { 0 };
        let first = if is_last { first } else { self.len() as u32 };
        self.mapped.extend((from..count as i32).map(|at| (task, MapIndex(at))));
        self.blocks.insert(task, (first, count as u32));
        (!is_last && had > 0).then_some(old)
    }
}
