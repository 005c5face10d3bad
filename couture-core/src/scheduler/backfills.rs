//! Backfills: runs for a range of logical dates, a few at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::machine::Scheduler;
use crate::ids::{DagId, RunKey, ShardId};
use crate::schedule::NextRun;
use crate::store::{Backfill, BackfillState};
use crate::time::Timestamp;

/// The backfills of the shards owned that are not over.
#[derive(Debug, Default)]
pub(super) struct Backfills {
    pub(super) all: BTreeMap<i64, ActiveBackfill>,
    /// By unfinished run, the backfill that waits for it.
    waiting: BTreeMap<RunKey, i64>,
    /// Those to look at.
    due: BTreeSet<i64>,
}

/// A backfill in memory.
#[derive(Debug)]
pub(super) struct ActiveBackfill {
    pub(super) row: Backfill,
    /// Its unfinished runs.
    pub(super) runs: BTreeSet<RunKey>,
    /// What it still has to deal with, in its order, by the version of the DAG that says so; made when it is needed.
    pub(super) plan: Option<(String, Vec<NextRun>)>,
    /// Whether the store is being asked for runs.
    pub(super) is_looking: bool,
    /// The dates that it was asked about, in the order of the plan.
    pub(super) asked: Vec<Timestamp>,
    /// How many to ask about where nothing but dates came that have runs already.
    pub(super) stride: usize,
    /// Until when it is left alone because a run could not be created.
    pub(super) blocked_until: Duration,
}

impl ActiveBackfill {
    pub(super) fn new(row: Backfill) -> Self {
        Self {
            row,
            runs: BTreeSet::new(),
            plan: None,
            is_looking: false,
            asked: Vec::new(),
            stride: 0,
            blocked_until: Duration::ZERO,
        }
    }

    /// Whether a date is still to be dealt with.
    pub(super) fn is_ahead(&self, date: Timestamp) -> bool {
        match self.row.reached {
            None => true,
            Some(reached) if self.row.reverse => date < reached,
            Some(reached) => date > reached,
        }
    }

    /// How many more of its runs may be unfinished.
    pub(super) fn room(&self) -> usize {
        (self.row.max_active_runs.max(1) as usize).saturating_sub(self.runs.len())
    }
}

impl Backfills {
    pub(super) fn insert(&mut self, row: Backfill) {
        self.due.insert(row.number);
        self.all.insert(row.number, ActiveBackfill::new(row));
    }

    /// Takes over what another scheduler has begun. The runs they wait for are added with [`adopt`](Self::adopt).
    pub(super) fn restore(&mut self, rows: Vec<Backfill>) {
        rows.into_iter().filter(|row| !row.state.is_over()).for_each(|row| self.insert(row));
    }

    /// A run of a backfill, unfinished.
    pub(super) fn adopt(&mut self, number: i64, run: RunKey) {
        if let Some(backfill) = self.all.get_mut(&number) {
            backfill.runs.insert(run);
            self.waiting.insert(run, number);
        }
    }

    /// A run is over.
    pub(super) fn run_ended(&mut self, run: RunKey) {
        let Some(number) = self.waiting.remove(&run) else { return };
        if let Some(backfill) = self.all.get_mut(&number) {
            backfill.runs.remove(&run);
            self.due.insert(number);
        }
    }

    /// A DAG may run again, or in another version.
    pub(super) fn dag_changed(&mut self, dag_id: &DagId) {
        let of_dag = self.all.values().filter(|backfill| backfill.row.dag_id == *dag_id);
        self.due.extend(of_dag.map(|backfill| backfill.row.number));
    }

    pub(super) fn of<'a>(&'a self, dag_id: &'a DagId) -> impl Iterator<Item = &'a Backfill> {
        self.all.values().map(|backfill| &backfill.row).filter(move |row| row.dag_id == *dag_id)
    }

    pub(super) fn is_due(&mut self, number: i64) {
        self.due.insert(number);
    }

    pub(super) fn take_due(&mut self) -> BTreeSet<i64> {
        std::mem::take(&mut self.due)
    }

    pub(super) fn remove(&mut self, number: i64) -> Option<ActiveBackfill> {
        let backfill = self.all.remove(&number)?;
        for run in &backfill.runs {
            self.waiting.remove(run);
        }
        Some(backfill)
    }

    pub(super) fn forget(&mut self, shard: ShardId) {
        let is_lost = |number: i64| RunKey(number).shard() == shard;
        self.all.retain(|number, _| !is_lost(*number));
        self.waiting.retain(|_, number| !is_lost(*number));
        self.due.retain(|number| !is_lost(*number));
    }
}

impl Scheduler {
    /// The unfinished runs that a backfill waits for after a change of the scheduler: its own, and those of dates that it has dealt with.
    pub(super) fn adopt_runs(&mut self, dag_id: &DagId) {
        let Some(entry) = self.dags.get(dag_id) else { return };
        for number in self.backfills.of(dag_id).map(|row| row.number).collect::<Vec<_>>() {
            let Some(backfill) = self.backfills.all.get(&number) else { continue };
            let (from, to) = (backfill.row.from, backfill.row.to);
            let is_its = |key: &&RunKey| {
                self.runs.get(key).is_some_and(|run| {
                    let date = run.info.logical_date;
                    run.info.backfill == Some(number) || ((from..=to).contains(&date) && !backfill.is_ahead(date))
                })
            };
            let runs: Vec<RunKey> = entry.runs.values().filter(is_its).copied().collect();
            runs.into_iter().for_each(|run| self.backfills.adopt(number, run));
        }
    }

    /// Gets every backfill further that something has happened to.
    pub(super) fn continue_backfills(&mut self, now: crate::time::Now) {
        for number in self.backfills.take_due() {
            self.continue_backfill(number, now);
        }
    }

    /// Records where a backfill is.
    pub(super) fn record_backfill(&mut self, number: i64) {
        if let Some(backfill) = self.backfills.all.get(&number) {
            let row = Box::new(backfill.row.clone());
            self.ledger.record(RunKey(number).shard(), crate::store::Record::Backfill(row), None);
        }
    }

    /// A backfill is over.
    pub(super) fn end_backfill(&mut self, number: i64, state: BackfillState, now: crate::time::Now) {
        if let Some(backfill) = self.backfills.all.get_mut(&number) {
            backfill.row.state = state;
            backfill.row.ended_at = Some(now.wall);
        }
        self.record_backfill(number);
        self.backfills.remove(number);
    }
}
