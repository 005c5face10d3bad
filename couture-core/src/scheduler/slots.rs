//! Where the task instances of a run are.

use std::collections::BTreeMap;

use crate::ids::{MapIndex, TaskIndex};

/// The place of a task instance in its run: first one for each task, then those of mapped tasks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
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
    /// What the slots after the tasks' own belong to.
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
        (0..self.len() as u32).map(Slot)
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

    /// Makes room for `count` instances of a mapped task that has no more than that. Those it has move, by index.
    pub(super) fn grow(&mut self, task: TaskIndex, count: usize) {
        let first = self.len() as u32;
        self.mapped.extend((0..count as i32).map(|at| (task, MapIndex(at))));
        self.blocks.insert(task, (first, count as u32));
    }
}
