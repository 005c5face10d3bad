//! Setups and teardowns around tasks.

use rustc_hash::FxHashSet;

use super::model::Dag;
use super::options::TaskRole;
use crate::ids::TaskIndex;

impl Dag {
    /// The setups and teardowns that must run again where these tasks do, ascending, without those among them: setups upstream that have no
    /// teardown or one that is downstream of the task, and their teardowns. That is Airflow's
    /// `get_upstreams_only_setups_and_teardowns`.
    pub fn surroundings(&self, tasks: &[TaskIndex]) -> Vec<TaskIndex> {
        let mut found = Vec::new();
        if tasks.len() == self.tasks().len() {
            return found;
        }
        let has_role = |role: TaskRole| move |task: &TaskIndex| self.task(*task).options.role == role;
        let all = (0..self.tasks().len() as u32).map(TaskIndex);
        for setup in all.filter(has_role(TaskRole::Setup)) {
            let downstream = self.task(setup).downstream.iter().copied();
            let teardowns: Vec<_> = downstream.filter(|task| self.task(*task).options.role.is_teardown()).collect();
            let below = self.with_downstream(vec![setup]);
            let before = self.with_upstream(teardowns.clone());
            let is_between = |task: &TaskIndex| {
                below[task.at()] && (teardowns.is_empty() || before[task.at()]) && !teardowns.contains(task)
            };
            if tasks.iter().any(is_between) {
                found.push(setup);
                found.extend(teardowns);
            }
        }
        found.sort_unstable();
        found.dedup();
        let chosen: FxHashSet<_> = tasks.iter().collect();
        found.retain(|task| !chosen.contains(task));
        found
    }
}
