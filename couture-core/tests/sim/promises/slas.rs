//! SLA misses: each is recorded once, of tasks that were not done.

use std::collections::{BTreeMap, BTreeSet};

use couture_core::store::SlaMiss;
use couture_core::{DagId, RunKey, TaskId, TaskState, Timestamp};

use super::run::Run;

/// The misses there were.
#[derive(Default)]
pub(super) struct Slas {
    missed: BTreeSet<(DagId, TaskId, Timestamp)>,
}

impl Slas {
    /// A miss is recorded, with the runs as they are then.
    pub(super) fn missed(&mut self, miss: &SlaMiss, runs: &BTreeMap<RunKey, Run>) -> Option<String> {
        let what = format!("the SLA of task {} of run {}", miss.task_id, miss.run.0);
        if !self.missed.insert((miss.dag_id.clone(), miss.task_id.clone(), miss.logical_date)) {
            return Some(format!("{what} is missed twice"));
        }
        let Some(run) = runs.get(&miss.run) else { return Some(format!("{what} is missed without a run")) };
        let task = run.dag.find(miss.task_id.as_str())?;
        let Some(sla_ms) = run.dag.task(task).options.sla_ms else {
            return Some(format!("{what} is missed, but there is none"));
        };
        let is_due = miss.at.as_micros() > run.logical_date.as_micros() + sla_ms as i64 * 1_000;
        if !is_due && !run.state.is_finished() {
            return Some(format!("{what} is missed before its time"));
        }
        let is_done = run.states(task).iter().all(|state| *state == Some(TaskState::Success));
        (is_done && run.asked.all == 0).then(|| format!("{what} is missed, but it is done"))
    }
}
