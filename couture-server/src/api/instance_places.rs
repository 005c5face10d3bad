//! Which task instances a run has, in the order in which lists show them.

use couture_core::store::RunRecord;
use couture_core::{MapIndex, TaskIndex};

use super::error::ApiError;
use super::state::ApiState;
use super::version_shape::VersionShape;

/// The place of a task instance in its run.
pub(super) type Place = (TaskIndex, MapIndex);

/// The task instances of a run: one for each task; for one that was expanded, its instances in its stead.
#[derive(Debug)]
pub(super) struct InstancePlaces {
    tasks: u32,
    mapped: Vec<(TaskIndex, u32)>,
}

impl InstancePlaces {
    /// Those of a run.
    pub(super) async fn of(state: &ApiState, run: &RunRecord, shape: &VersionShape) -> Result<Self, ApiError> {
        let tasks = shape.tasks.len() as u32;
        let mut mapped = Vec::new();
        if shape.tasks.iter().any(|task| task.expand.is_some()) {
            mapped = state.reader.mapped_tasks(run.key).await?;
            mapped.retain(|(task, _)| task.0 < tasks);
        }
        Ok(Self { tasks, mapped })
    }

    /// How many there are.
    pub(super) fn total(&self) -> usize {
        let instances: usize = self.mapped.iter().map(|(_, count)| *count as usize).sum();
        self.tasks as usize - self.mapped.len() + instances
    }

    /// How many instances a task has; nothing while it stands for itself.
    pub(super) fn count(&self, task: TaskIndex) -> Option<u32> {
        let at = self.mapped.binary_search_by_key(&task, |(task, _)| *task).ok()?;
        Some(self.mapped[at].1)
    }

    /// At most `limit` of them after the first `offset`.
    pub(super) fn page(&self, offset: usize, limit: usize) -> Vec<Place> {
        let mut places = Vec::new();
        let mut skip = offset;
        let mut next = 0;
        for (task, count) in self.mapped.iter().copied().chain([(TaskIndex(self.tasks), 0)]) {
            let plain = (next..task.0).map(|task| (TaskIndex(task), MapIndex::NONE));
            let instances = (0..count).map(|at| (task, MapIndex(at as i32)));
            let length = (task.0 - next) as usize + count as usize;
            let room = limit - places.len();
            places.extend(plain.chain(instances).skip(skip).take(room));
            skip = skip.saturating_sub(length);
            next = task.0 + 1;
            if places.len() == limit {
                break;
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another() {
        let check = |tasks: u32, mapped: &[(u32, u32)], expected: &[(u32, i32)]| {
            let mapped = mapped.iter().map(|(task, count)| (TaskIndex(*task), *count)).collect();
            let places = InstancePlaces { tasks, mapped };
            assert_eq!(places.total(), expected.len());
            for (offset, limit) in (0..8).flat_map(|offset| (1..8).map(move |limit| (offset, limit))) {
                let found: Vec<_> =
                    places.page(offset, limit).iter().map(|(task, map_index)| (task.0, map_index.0)).collect();
                let page: Vec<_> = expected.iter().skip(offset).take(limit).copied().collect();
                assert_eq!(found, page, "{offset} {limit}");
            }
        };
        check(0, &[], &[]);
        check(2, &[], &[(0, -1), (1, -1)]);
        check(3, &[(1, 2)], &[(0, -1), (1, 0), (1, 1), (2, -1)]);
        check(3, &[(0, 2), (2, 1)], &[(0, 0), (0, 1), (1, -1), (2, 0)]);
        check(2, &[(0, 1), (1, 3)], &[(0, 0), (1, 0), (1, 1), (1, 2)]);
    }
}
