//! Runs that DAGs ask for by themselves.

use std::sync::Arc;

use super::creation::NewRun;
use super::dags::DagEntry;
use super::machine::Scheduler;
use super::run::Run;
use super::timers::WallTimer;
use crate::dag::Dag;
use crate::ids::{DagId, RunId, RunKey};
use crate::schedule::{NextRun, Restriction};
use crate::state::{RunState, RunType};
use crate::store::{Refusal, RunOrigin};
use crate::time::Now;

impl Scheduler {
    /// Creates the runs of a DAG that are due by its schedule and have room, and sets the timer for the next one.
    ///
    /// The interval of the last run is recorded in one commit with the run: none is created twice or left out, whatever the clock
    /// does.
    pub(super) fn schedule(&mut self, dag_id: &DagId, now: Now) {
        while let Some((dag, next)) = self.next_scheduled(dag_id, now) {
            let Some(entry) = self.dags.get_mut(dag_id) else { return };
            let before = entry.last_interval.replace(next.data_interval);
            let new = NewRun {
                run_id: RunId::of(RunType::Scheduled, next.logical_date, dag.attributes.dialect),
                run_type: RunType::Scheduled,
                logical_date: next.logical_date,
                data_interval: next.data_interval,
                conf: serde_json::Value::Object(serde_json::Map::new()),
                backfill: None,
                origin: RunOrigin::default(),
            };
            // The DAG's row comes first: where the run ends at once, the next one is created while this one is.
            let record = entry.record(dag_id);
            match self.create_recorded(dag_id, record, new, now) {
                Ok(()) | Err(Refusal::RunExists { .. }) => {}
                Err(_) => {
                    if let Some(entry) = self.dags.get_mut(dag_id) {
                        entry.last_interval = before;
                    }
                    return;
                }
            }
        }
    }

    /// Creates a run together with the change of its DAG's row that says why.
    pub(super) fn create_recorded(
        &mut self,
        dag_id: &DagId,
        record: crate::store::Record,
        new: NewRun,
        now: Now,
    ) -> Result<(), Refusal> {
        self.may_create(dag_id)?;
        self.ledger.record(dag_id.shard(self.ledger.settings.shards), record, None);
        self.create_run(dag_id.clone(), new, now).map(drop)
    }

    /// The run to create now; if there is none, the timer is set for the next one.
    fn next_scheduled(&mut self, dag_id: &DagId, now: Now) -> Option<(Arc<Dag>, NextRun)> {
        let settings = &self.ledger.settings;
        let entry = self.dags.get_mut(dag_id)?;
        entry.wakes_at = None;
        let dag = entry.dag.clone().filter(|_| entry.active && !entry.paused && entry.error.is_none())?;
        if !dag.timetable.can_be_scheduled() {
            return None;
        }
        let attributes = &dag.attributes;
        let own_limit = settings.active_runs(attributes);
        let limit = dag.timetable.active_runs_limit().map_or(own_limit, |limit| (limit as usize).min(own_limit));
        // Nothing is lost: it is looked at again when a run ends.
        if entry.unfinished >= limit {
            return None;
        }
        let restriction = Restriction {
            earliest: attributes.start_date,
            latest: attributes.end_date,
            catchup: settings.catches_up(attributes),
        };
        let next = dag.timetable.next_run(entry.last_interval.as_ref(), &restriction, now.wall)?;
        if next.is_due(now.wall) {
            return Some((dag, next));
        }
        entry.wakes_at = Some(next.run_after);
        self.ledger.timers.set_wall(next.run_after, WallTimer::Schedule(dag_id.clone()));
        None
    }

    /// A DAG's next run may be due.
    pub(super) fn schedule_due(&mut self, dag_id: &DagId, now: Now) {
        let wakes_at = self.dags.get(dag_id).and_then(|entry| entry.wakes_at);
        if wakes_at.is_some_and(|at| at <= now.wall) {
            self.schedule(dag_id, now);
        }
    }

    /// A run of a DAG is over: those that waited for room have it now.
    pub(super) fn make_room(&mut self, dag_id: &DagId, now: Now) {
        self.begin_queued(dag_id, now);
        self.schedule(dag_id, now);
        self.start_on_assets(dag_id, now);
    }

    /// The time has come before which a run was not to begin.
    pub(super) fn run_due(&mut self, key: RunKey, now: Now) {
        let Some(run) = self.runs.get(&key).filter(|run| !run.is_early(now)) else { return };
        let dag_id = run.info.dag.dag_id.clone();
        if let Some(entry) = self.dags.get_mut(&dag_id)
            && entry.early.remove(&key)
        {
            entry.unfinished += 1;
            entry.queued.insert(key);
            self.begin_queued(&dag_id, now);
        }
    }

    /// Begins runs that wait, oldest first, as far as there is room.
    pub(super) fn begin_queued(&mut self, dag_id: &DagId, now: Now) {
        while let Some(entry) = self.dags.get(dag_id)
            && !entry.paused
            && entry.has_room(self.ledger.settings.max_active_runs)
            && let Some(key) = entry.queued.first().copied()
        {
            self.begin_run(key, now);
        }
    }
}

impl DagEntry {
    /// Whether one more run may be running, by `max_active_runs` of the DAG, or `limit` where it sets none.
    pub(super) fn has_room(&self, limit: u32) -> bool {
        let own = self.dag.as_ref().and_then(|dag| dag.attributes.max_active_runs);
        self.unfinished - self.queued.len() < own.unwrap_or(limit) as usize
    }

    /// Whether a run that is created now, or goes on, begins at once.
    pub(super) fn begins(&self, backfill: Option<i64>, limit: u32) -> bool {
        !self.paused && (backfill.is_some() || self.has_room(limit))
    }

    /// Counts an unfinished run. The runs of backfills have a limit of their own.
    pub(super) fn add_run(&mut self, run: &Run, now: Now) {
        self.runs.insert(run.info.run_id.clone(), run.info.key);
        if run.state == RunState::Queued && run.is_early(now) {
            self.early.insert(run.info.key);
        } else if run.info.backfill.is_none() {
            self.unfinished += 1;
            if run.state == RunState::Queued {
                self.queued.insert(run.info.key);
            }
        }
    }

    /// Forgets a run that is over.
    pub(super) fn remove_run(&mut self, run: &Run) {
        let is_known = self.runs.remove(&run.info.run_id).is_some();
        if is_known && !self.early.remove(&run.info.key) && run.info.backfill.is_none() {
            self.unfinished -= 1;
            self.queued.remove(&run.info.key);
        }
    }
}
