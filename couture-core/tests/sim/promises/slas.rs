//! SLA misses: each is recorded once, of tasks that were not done.

use std::collections::{BTreeMap, BTreeSet};

use couture_core::store::{Commit, Record};
use couture_core::{DagId, RunKey, TaskId, TaskState, Timestamp};

use super::run::Run;

/// The misses there were.
#[derive(Default)]
pub(super) struct Slas {
    missed: BTreeSet<(DagId, TaskId, Timestamp)>,
}

impl Slas {
    pub(super) fn committed(&mut self, commit: &Commit, runs: &BTreeMap<RunKey, Run>, violations: &mut Vec<String>) {
        for record in commit.shards.iter().flat_map(|part| &part.records) {
            let Record::SlaMissed(miss) = record else { continue };
            let what = format!("the SLA of task {} of run {}", miss.task_id, miss.run.0);
            if !self.missed.insert((miss.dag_id.clone(), miss.task_id.clone(), miss.logical_date)) {
                violations.push(format!("{what} is missed twice"));
            }
            let Some(run) = runs.get(&miss.run) else {
                violations.push(format!("{what} is missed without a run"));
                continue;
            };
            let Some(task) = run.dag.find(miss.task_id.as_str()) else { continue };
            let Some(sla_ms) = run.dag.task(task).options.sla_ms else {
                violations.push(format!("{what} is missed, but there is none"));
                continue;
            };
            let is_due = miss.at.as_micros() > run.logical_date.as_micros() + sla_ms as i64 * 1_000;
            if !is_due && !run.state.is_finished() {
                violations.push(format!("{what} is missed before its time"));
            }
            if run.states(task).iter().all(|state| *state == Some(TaskState::Success)) && run.asked.all == 0 {
                violations.push(format!("{what} is missed, but it is done"));
            }
        }
    }
}
