//! Which backfills can be begun, and what they are about.

use crate::dag::Dag;
use crate::dialect::Dialect;
use crate::schedule::{DataInterval, NextRun, runs_in_range};
use crate::store::{NewBackfill, Reprocess};
use crate::time::Timestamp;

impl NewBackfill {
    /// The runs that it would be about, in its order, whatever runs there are already.
    ///
    /// # Errors
    /// Why it cannot be begun, and what to do.
    pub fn runs(&self, dag: &Dag, now: Timestamp) -> Result<Vec<NextRun>, String> {
        self.check(dag, now)?;
        let mut runs = Self::dates(dag, self.from, self.to, now);
        if self.reverse {
            runs.reverse();
        }
        Ok(runs)
    }

    /// Whether it can be begun.
    ///
    /// # Errors
    /// Why it cannot, and what to do.
    pub fn check(&self, dag: &Dag, now: Timestamp) -> Result<(), String> {
        let Self { from, to, .. } = self;
        if self.max_active_runs == 0 {
            return Err("max_active_runs is 0, so that no run could begin; give at least 1".into());
        }
        if to < from {
            return Err(format!("the end of the range, {to}, is before its start, {from}"));
        }
        if *to > now {
            return Err(format!("{to} lies in the future; a backfill is about the past"));
        }
        if !dag.timetable.can_be_scheduled() && dag.attributes.dialect != Dialect::V1_10 {
            return Err("it has no schedule, and so no dates; trigger its runs instead".into());
        }
        let has_past = dag.tasks().iter().any(|task| task.options.depends_on_past);
        if self.reverse && has_past {
            return Err("tasks of it have depends_on_past, so it cannot go from the last date to the first".into());
        }
        if has_past && self.reprocess == Reprocess::None {
            return Err(
                "tasks of it have depends_on_past, so dates that have runs cannot be left out; reprocess failed \
                        or completed runs"
                    .into(),
            );
        }
        let count = Self::dates(dag, *from, *to, now).len();
        match count {
            0 => Err(format!("its schedule has no date from {from} to {to}")),
            count if count > Self::MAX_RUNS => {
                Err(format!("there are more than {} dates from {from} to {to}; take a part of them", Self::MAX_RUNS))
            }
            _ => Ok(()),
        }
    }

    /// The runs of a range of dates, ascending; at most one more than [`Self::MAX_RUNS`]. A DAG of dialect 1.10 without a schedule has one
    /// at its beginning, as in Airflow 1.10.
    pub(super) fn dates(dag: &Dag, from: Timestamp, to: Timestamp, now: Timestamp) -> Vec<NextRun> {
        if !dag.timetable.can_be_scheduled() && dag.attributes.dialect == Dialect::V1_10 {
            return vec![NextRun::of(DataInterval::at(from))];
        }
        runs_in_range(&*dag.timetable, from, to, now, Self::MAX_RUNS + 1)
    }
}
