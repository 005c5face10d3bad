//! When a run is over, and how it ends.

use super::bug::Bug;
use super::ledger::Ledger;
use super::run::{Details, Run};
use super::slots::Slot;
use crate::dag::TaskOptions;
use crate::dialect::Dialect;
use crate::state::{RunState, TaskState};

/// Why a task never ran whose run is over.
const DEADLOCK: &str = "deadlock: what it waits for never comes, and nothing of its run goes on, so the run has failed; clear or mark the tasks above it";

impl Run {
    /// The state in which the run is over, if it is.
    pub(super) fn verdict(&mut self, ledger: &Ledger) -> Option<RunState> {
        let early = ledger.settings.planted.has(Bug::RunEndsEarly) && self.failed > 0;
        if self.unfinished > 0 && !early {
            return self.is_deadlocked().then_some(RunState::Failed);
        }
        Some(if self.failed > 0 || self.cancelled { RunState::Failed } else { RunState::Success })
    }

    /// Whether nothing can happen any more although something is unfinished: no instance goes on by itself, and none waits for another
    /// run. It is asked after each report, so it looks for an instance that goes on from where it found the last one.
    pub(super) fn is_deadlocked(&mut self) -> bool {
        if self.state != RunState::Running || self.cancelled || self.goes_on(self.witness) {
            return false;
        }
        let found = self.slots.all_from(self.witness).find(|slot| self.goes_on(*slot));
        if let Some(found) = found {
            self.witness = found;
            return false;
        }
        self.unfinished > 0 && !self.info.dag.tasks().iter().any(|task| waits_for_others(&task.options))
    }

    /// Whether something happens to the instance without anything happening to another one of its run.
    fn goes_on(&self, slot: Slot) -> bool {
        let instance = &self.tasks[slot.at()];
        let is_under_way = matches!(
            instance.state,
            Some(TaskState::Queued | TaskState::Running | TaskState::UpForRetry | TaskState::Deferred)
        );
        instance.ready || is_under_way
    }

    /// Where the run ends although something is unfinished, the rows of what will never run say why.
    pub(super) fn explain_deadlock(&mut self, ledger: &mut Ledger) {
        if self.unfinished == 0 || !self.is_deadlocked() {
            return;
        }
        let never: Vec<Slot> = self.slots.all().filter(|slot| self.tasks[slot.at()].is_open()).collect();
        for slot in never {
            let details = Details::default().because(DEADLOCK);
            self.transition(slot, TaskState::Cleared, details, ledger);
        }
    }

    /// Why the run failed, in Airflow's words.
    pub(super) fn failure_reason(&self) -> &'static str {
        match self.unfinished {
            0 if self.has_timed_out && self.info.dag.attributes.dialect == Dialect::V1_10 => "dagrun_timeout",
            0 if self.has_timed_out => "timed_out",
            0 if self.cancelled => "ended",
            0 => "task_failure",
            _ => "all_tasks_deadlocked",
        }
    }
}

/// Whether a task may wait for what happens in other runs.
fn waits_for_others(options: &TaskOptions) -> bool {
    options.depends_on_past
        || options.wait_for_downstream
        || options.max_active_tis_per_dag.is_some()
        || options.max_active_tis_per_dagrun.is_some()
}
