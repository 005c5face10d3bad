//! Which tasks a decision skips.

use super::model::Dag;
use crate::ids::TaskIndex;
use crate::task::Decision;

impl Dag {
    /// The tasks that are skipped where `task` decides so, ascending. Names that are no tasks count as none.
    pub fn skipped_by(&self, task: TaskIndex, decision: &Decision) -> Vec<TaskIndex> {
        let direct = self.task(task).downstream.iter().copied();
        let mut skipped: Vec<TaskIndex> = match decision {
            Decision::Follow(followed) => {
                let followed: Vec<_> = followed.iter().filter_map(|name| self.find(name.as_str())).collect();
                let kept = self.with_downstream(followed);
                direct.filter(|next| !kept[next.at()]).collect()
            }
            Decision::SkipDirect => direct.filter(|next| !self.task(*next).options.role.is_teardown()).collect(),
            Decision::SkipAll => {
                let below = self.with_downstream(direct.collect());
                let all = (0..self.tasks().len() as u32).map(TaskIndex);
                all.filter(|next| below[next.at()] && !self.task(*next).options.role.is_teardown()).collect()
            }
        };
        skipped.sort_unstable();
        skipped
    }

    /// Which tasks are these, or downstream of one of them.
    pub fn with_downstream(&self, mut tasks: Vec<TaskIndex>) -> Vec<bool> {
        let mut found = vec![false; self.tasks().len()];
        while let Some(task) = tasks.pop() {
            if !std::mem::replace(&mut found[task.at()], true) {
                tasks.extend(self.task(task).downstream.iter());
            }
        }
        found
    }

    /// Which tasks are these, or upstream of one of them.
    pub fn with_upstream(&self, mut tasks: Vec<TaskIndex>) -> Vec<bool> {
        let mut found = vec![false; self.tasks().len()];
        while let Some(task) = tasks.pop() {
            if !std::mem::replace(&mut found[task.at()], true) {
                tasks.extend(self.task(task).upstream.iter());
            }
        }
        found
    }
}
