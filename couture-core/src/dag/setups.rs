//! Setups and teardowns: which tasks are in the scope of a setup.

use rustc_hash::FxHashMap;

use super::error::DagError;
use super::model::{Dag, Task};
use super::options::TaskRole;
use crate::ids::TaskIndex;
use crate::trigger_rule::TriggerRule;

/// The tasks that wait for setups above them beside their direct upstream tasks.
///
/// A task is in the scope of a setup that is above it, where one of the setup's own teardowns is below it, or where the setup has none.
/// A teardown is in no scope.
#[derive(Debug, Default)]
pub(super) struct SetupScopes {
    setups: FxHashMap<TaskIndex, Vec<TaskIndex>>,
    tasks: FxHashMap<TaskIndex, Vec<TaskIndex>>,
}

/// The most pairs of a setup and a task in its scope. Each costs memory.
const MAX_PAIRS: usize = 4_000_000;

impl SetupScopes {
    /// The scopes in `dag`; without setups they are empty and cost one look at each task.
    pub(super) fn of(dag: &Dag) -> Result<Self, DagError> {
        let mut scopes = Self::default();
        let mut pairs = 0;
        let all = || (0..dag.tasks().len() as u32).map(TaskIndex);
        for setup in all().filter(|task| dag.task(*task).options.role == TaskRole::Setup) {
            let direct = &dag.task(setup).downstream;
            let is_teardown = |task: &TaskIndex| dag.task(*task).options.role.is_teardown();
            let teardowns: Vec<_> = direct.iter().copied().filter(is_teardown).collect();
            let below = dag.with_downstream(vec![setup]);
            let above = (!teardowns.is_empty()).then(|| dag.with_upstream(teardowns));
            let is_within = |task: &TaskIndex| {
                below[task.at()]
                    && *task != setup
                    && above.as_ref().is_none_or(|above| above[task.at()])
                    && !is_teardown(task)
                    && direct.binary_search(task).is_err()
            };
            for task in all().filter(is_within) {
                scopes.setups.entry(task).or_default().push(setup);
                scopes.tasks.entry(setup).or_default().push(task);
                pairs += 1;
            }
            if pairs > MAX_PAIRS {
                return Err(DagError::Attribute(format!(
                    "the scopes of setups hold more than {MAX_PAIRS} tasks in all"
                )));
            }
        }
        Ok(scopes)
    }
}

impl Dag {
    /// The setups that `task` waits for though they are not its direct upstream tasks, ascending.
    pub fn indirect_setups(&self, task: TaskIndex) -> &[TaskIndex] {
        self.scopes.setups.get(&task).map_or(&[], Vec::as_slice)
    }

    /// The tasks that wait for `setup` though they are not its direct downstream tasks, ascending.
    pub fn in_scope_of(&self, setup: TaskIndex) -> &[TaskIndex] {
        self.scopes.tasks.get(&setup).map_or(&[], Vec::as_slice)
    }
}

impl Task {
    /// The trigger rule that counts: a teardown has its own.
    pub fn trigger_rule(&self) -> TriggerRule {
        if self.options.role.is_teardown() { TriggerRule::AllDoneSetupSuccess } else { self.options.trigger_rule }
    }
}
