//! A DAG run and its task instances.

use std::collections::BTreeMap;

use crate::ids::{MapIndex, TaskIndex};
use crate::state::TaskState;
use crate::store::{RunChange, RunRecord, TaskRecord};

/// A task instance's place in its run, in the order in which lists show them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(u64);

impl Place {
    /// One number, so that a comparison is one instruction: the task above, the map index (shifted to be unsigned) below.
    pub(super) fn new(task: TaskIndex, map_index: MapIndex) -> Self {
        Self((u64::from(task.0) << 32) | u64::from(map_index.0 as u32 ^ (1 << 31)))
    }
}

/// A run, the current rows of its task instances, and those of their earlier tries.
pub(super) struct StoredRun {
    pub(super) record: RunRecord,
    pub(super) tasks: BTreeMap<Place, TaskRecord>,
    pub(super) tries: BTreeMap<(Place, u32), TaskRecord>,
}

impl StoredRun {
    pub(super) fn new(record: RunRecord) -> Self {
        Self { record, tasks: BTreeMap::new(), tries: BTreeMap::new() }
    }

    pub(super) fn change(&mut self, change: &RunChange) {
        let RunChange { key: _, state, started_at, ended_at, cancelled, version } = change;
        self.record.state = *state;
        self.record.started_at = *started_at;
        self.record.ended_at = *ended_at;
        self.record.cancelled = *cancelled;
        if let Some(version) = version {
            self.record.version.clone_from(version);
        }
    }

    pub(super) fn put(&mut self, task: &TaskRecord) {
        let place = Place::new(task.token.task, task.token.map_index);
        if task.state == TaskState::UpForRetry {
            self.tries.insert((place, task.token.try_number), task.clone());
        }
        if task.state == TaskState::Cleared
            && let Some(last) = self.tasks.get(&place).filter(|last| last.token.try_number > 0)
        {
            self.tries.insert((place, last.token.try_number), last.clone());
        }
        self.tasks.insert(place, task.clone());
    }

    /// The tries of an instance before its current one, by number.
    pub(super) fn tries_of(&self, place: Place) -> impl Iterator<Item = &TaskRecord> {
        let current = self.tasks.get(&place).map(|task| task.token.try_number);
        let tries = self.tries.range((place, 0)..=(place, u32::MAX));
        tries.filter(move |((_, number), _)| Some(*number) != current).map(|(_, task)| task)
    }
}
