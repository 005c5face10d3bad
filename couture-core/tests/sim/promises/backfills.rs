//! Backfills: each ends, has a run for each of its dates, and never more at a time than it may.

use std::collections::BTreeMap;

use couture_core::RunKey;
use couture_core::schedule::runs_in_range;
use couture_core::store::{Backfill, BackfillState, Commit, NewBackfill, Record, Reprocess};

use super::run::Run;
use crate::plan::Plan;

/// The backfills there are.
#[derive(Default)]
pub(super) struct Backfills {
    pub(super) rows: BTreeMap<i64, Backfill>,
}

impl Backfills {
    pub(super) fn committed(
        &mut self,
        commit: &Commit,
        runs: &mut BTreeMap<RunKey, Run>,
        plan: &Plan,
        violations: &mut Vec<String>,
    ) {
        for record in commit.shards.iter().flat_map(|part| &part.records) {
            let Record::Backfill(row) = record else { continue };
            let number = row.number;
            match self.rows.insert(number, (**row).clone()) {
                Some(before) if before.state.is_over() => {
                    violations.push(format!("backfill {number} changes after its end"));
                }
                _ => {}
            }
            if row.state == BackfillState::Finished {
                violations.extend(missing_dates(row, runs, plan));
            }
        }
        for row in self.rows.values() {
            let is_its = |run: &&Run| run.backfill == Some(row.number) && run.reopened == 0 && !run.state.is_finished();
            let unfinished = runs.values().filter(is_its).count();
            if unfinished > row.max_active_runs as usize {
                violations.push(format!("{unfinished} runs of backfill {} are unfinished", row.number));
            }
        }
    }

    /// How many backfills may clear a run that has just been created.
    pub(super) fn reprocessing(&self, run: &Run) -> usize {
        self.rows.values().filter(|row| !row.state.is_over() && may_clear(row, run)).count()
    }

    pub(super) fn is_known(&self, row: &Backfill) -> bool {
        self.rows.contains_key(&row.number)
    }

    pub(super) fn is_over(&self) -> bool {
        self.rows.values().all(|row| row.state.is_over())
    }
}

/// Whether a backfill may clear a run, once.
pub(super) fn may_clear(row: &Backfill, run: &Run) -> bool {
    row.reprocess != Reprocess::None
        && run.dag.dag_id == row.dag_id
        && run.backfill != Some(row.number)
        && (row.from..=row.to).contains(&run.logical_date)
}

/// The dates of a finished backfill that have no run.
fn missing_dates(row: &Backfill, runs: &BTreeMap<RunKey, Run>, plan: &Plan) -> Vec<String> {
    let dag = plan.dags.iter().find(|dag| dag.dag_id == row.dag_id).expect("a planned dag");
    let dates = runs_in_range(&*dag.timetable, row.from, row.to, row.created_at, NewBackfill::MAX_RUNS);
    let has_run = |date| runs.values().any(|run| run.dag.dag_id == row.dag_id && run.logical_date == date);
    let missing = dates.into_iter().filter(|next| !has_run(next.logical_date));
    missing.map(|next| format!("backfill {} has no run of {}", row.number, next.logical_date)).collect()
}
