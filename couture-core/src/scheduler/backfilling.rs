//! Getting backfills further: which date is next, and what is done about it.

use super::bug::Bug;
use std::time::Duration;

use super::backfills::ActiveBackfill;
use super::creation::{NewRun, checked_conf};
use super::event::Command;
use super::machine::Scheduler;
use super::recalling::Origin;
use super::timers::Timer;
use crate::dag::Dag;
use crate::ids::{DagId, RunId, RunKey};
use crate::schedule::NextRun;
use crate::state::{RunState, RunType};
use crate::store::{
    Answer, Backfill, BackfillChange, BackfillState, ClearOnly, MarkedRunState, NewBackfill, Operation, Refusal,
    RunOrigin, RunRecord, TaskSelection,
};
use crate::time::{Now, Timestamp};

/// The most dates that are looked up at a time.
const MAX_LOOK: usize = 128;
/// How long a backfill is left alone whose run could not be created.
const BLOCKED: Duration = Duration::from_secs(1);

impl Scheduler {
    pub(super) fn begin_backfill(&mut self, new: NewBackfill, now: Now) -> Result<Answer, Refusal> {
        let (entry, dag) = self.may_create(&new.dag_id)?;
        let shard = entry.shard;
        if let Some(other) = self.backfills.of(&new.dag_id).next() {
            let reason = format!("its backfill {} is not over; cancel it, or wait for its end", other.number);
            return Err(Refusal::Backfill { dag_id: new.dag_id.clone(), reason });
        }
        let conf = checked_conf(Some(&dag), new.conf.clone())?;
        if let Err(reason) = new.check(&dag, now.wall) {
            return Err(Refusal::Backfill { dag_id: new.dag_id, reason });
        }
        let number = RunKey::new(shard, self.ledger.next_sequence(shard)).0;
        self.backfills.insert(Backfill {
            number,
            dag_id: new.dag_id,
            from: new.from,
            to: new.to,
            max_active_runs: new.max_active_runs,
            reprocess: new.reprocess,
            reverse: new.reverse,
            conf,
            state: BackfillState::Running,
            reached: None,
            created_at: now.wall,
            ended_at: None,
        });
        self.record_backfill(number);
        Ok(Answer::BackfillBegun { number })
    }

    pub(super) fn set_backfill(
        &mut self,
        dag_id: DagId,
        number: i64,
        change: BackfillChange,
        now: Now,
    ) -> Result<Answer, Refusal> {
        let Some(backfill) = self.backfills.all.get_mut(&number).filter(|backfill| backfill.row.dag_id == dag_id)
        else {
            return Err(Refusal::UnknownBackfill { dag_id, number });
        };
        let state = match change {
            BackfillChange::Pause => BackfillState::Paused,
            BackfillChange::Unpause => BackfillState::Running,
            BackfillChange::Cancel => return Ok(self.cancel_backfill(number, now)),
        };
        if backfill.row.state != state {
            backfill.row.state = state;
            self.record_backfill(number);
            self.backfills.is_due(number);
        }
        Ok(Answer::Done)
    }

    fn cancel_backfill(&mut self, number: i64, now: Now) -> Answer {
        let runs = self.backfills.all.get(&number).map(|backfill| backfill.runs.clone()).unwrap_or_default();
        self.end_backfill(number, BackfillState::Cancelled, now);
        let is_its = |key: &RunKey| {
            self.runs.get(key).is_some_and(|run| run.state == RunState::Queued && run.info.backfill == Some(number))
        };
        for key in runs.into_iter().filter(is_its).collect::<Vec<_>>() {
            // The run is in memory, and a run that has not begun can always be ended.
            let _ = self.operate(key, Operation::MarkRun { state: MarkedRunState::Failed }, now);
        }
        Answer::Done
    }

    /// Asks for the runs of the next dates, if there is room for more; ends the backfill after the last one.
    pub(super) fn continue_backfill(&mut self, number: i64, now: Now) {
        let Some(backfill) = self.backfills.all.get_mut(&number) else { return };
        let Some(entry) = self.dags.get(&backfill.row.dag_id) else { return };
        let Some(dag) = entry.dag.as_ref().filter(|_| entry.active) else { return };
        if backfill.is_looking || backfill.row.state != BackfillState::Running {
            return;
        }
        if now.mono < backfill.blocked_until {
            return self.backfills.is_due(number);
        }
        backfill.replan(dag, &entry.version, now);
        let plan = backfill.plan.as_ref().map_or(&[][..], |(_, plan)| plan);
        if plan.is_empty() {
            if backfill.runs.is_empty() {
                self.end_backfill(number, BackfillState::Finished, now);
            }
            return;
        }
        let room = backfill.room();
        let asked = if room == 0 { 0 } else { room.max(backfill.stride).min(MAX_LOOK) };
        let id = |run: &NextRun| RunId::of(RunType::Backfill, run.logical_date, dag.attributes.dialect);
        let wanted: Vec<_> = plan.iter().rev().take(asked).map(|run| (run.logical_date, id(run))).collect();
        if !wanted.is_empty() {
            backfill.is_looking = true;
            backfill.asked = wanted.iter().map(|(date, _)| *date).collect();
            let dag_id = backfill.row.dag_id.clone();
            self.ledger.out.push(Command::FindRuns { backfill: number, dag_id, wanted });
        }
    }

    /// Deals with the dates that were asked about.
    pub(super) fn runs_found(&mut self, number: i64, runs: &[RunRecord], taken: &[RunId], now: Now) {
        let Some(backfill) = self.backfills.all.get_mut(&number) else { return };
        backfill.is_looking = false;
        let asked = std::mem::take(&mut backfill.asked);
        let mut skipped = 0;
        let mut dealt_with = None;
        for date in &asked {
            match self.next_date(number, *date, runs, taken, now) {
                Step::Created(date) => dealt_with = Some(date),
                Step::Skipped(date) => {
                    dealt_with = Some(date);
                    skipped += 1;
                }
                Step::Stopped => break,
            }
        }
        if let Some(backfill) = self.backfills.all.get_mut(&number) {
            backfill.stride = if skipped == asked.len() { 4 * skipped } else { 0 };
            self.backfills.is_due(number);
        }
        if dealt_with.is_some() {
            self.record_backfill(number);
        }
    }

    /// Deals with `date`, if that is still the next one.
    fn next_date(&mut self, number: i64, date: Timestamp, runs: &[RunRecord], taken: &[RunId], now: Now) -> Step {
        let Some(backfill) = self.backfills.all.get_mut(&number) else { return Step::Stopped };
        let next = backfill.plan.as_ref().and_then(|(_, plan)| plan.last().copied());
        let dag = self.dags.get(&backfill.row.dag_id).and_then(|entry| entry.dag.as_ref());
        let (Some(next), Some(dag)) = (next, dag) else { return Step::Stopped };
        let is_next = next.logical_date == date && backfill.row.state == BackfillState::Running;
        let is_full = backfill.room() == 0 && !self.ledger.settings.planted.has(Bug::BackfillUnlimited);
        if !is_next || is_full {
            return Step::Stopped;
        }
        let run_id = RunId::of(RunType::Backfill, date, dag.attributes.dialect);
        if let Some(run) = runs.iter().rev().find(|run| run.logical_date == date) {
            let is_free = !self.runs.contains_key(&run.key);
            if is_free && backfill.row.reprocess.wants(run.state) {
                backfill.is_looking = true;
                let operation = Operation::ClearTasks { tasks: TaskSelection::All, only: ClearOnly::All, newest: None };
                let origin = Origin::Backfill(number);
                if self.operate_or_recall(run.dag_id.clone(), run.key, operation, origin, now).is_some() {
                    self.reprocessed(number, run.key);
                }
                return Step::Stopped;
            }
            self.advance(number, date);
            return Step::Skipped(date);
        }
        if taken.contains(&run_id) {
            self.advance(number, date);
            return Step::Skipped(date);
        }
        if self.create_backfill_run(number, next, run_id, now).is_err() {
            if let Some(backfill) = self.backfills.all.get_mut(&number) {
                backfill.blocked_until = now.mono + BLOCKED;
            }
            self.ledger.timers.set(now, BLOCKED, Timer::Rest);
            return Step::Stopped;
        }
        self.advance(number, date);
        Step::Created(date)
    }

    /// A date is dealt with.
    fn advance(&mut self, number: i64, date: Timestamp) {
        if let Some(backfill) = self.backfills.all.get_mut(&number) {
            backfill.row.reached = Some(date);
            backfill.plan.iter_mut().for_each(|(_, plan)| {
                plan.pop();
            });
        }
    }

    /// The run of a date has been cleared, or cannot be. That is durable before the date counts as dealt with.
    pub(super) fn reprocessed(&mut self, number: i64, run: RunKey) {
        let Some(backfill) = self.backfills.all.get_mut(&number) else { return };
        backfill.is_looking = false;
        let next = backfill.plan.as_ref().and_then(|(_, plan)| plan.last().copied());
        if let Some(next) = next {
            self.advance(number, next.logical_date);
        }
        self.adopt_unfinished(number, run);
        self.record_backfill(number);
        self.backfills.is_due(number);
    }

    fn create_backfill_run(&mut self, number: i64, next: NextRun, run_id: RunId, now: Now) -> Result<(), Refusal> {
        let Some(backfill) = self.backfills.all.get(&number) else { return Ok(()) };
        let new = NewRun {
            run_id,
            run_type: RunType::Backfill,
            logical_date: next.logical_date,
            data_interval: next.data_interval,
            conf: backfill.row.conf.clone(),
            backfill: Some(number),
            origin: RunOrigin::default(),
        };
        match self.create_run(backfill.row.dag_id.clone(), new, now) {
            Ok(key) => self.adopt_unfinished(number, key),
            Err(Refusal::RunExists { .. }) => {}
            Err(refusal) => return Err(refusal),
        }
        Ok(())
    }

    fn adopt_unfinished(&mut self, number: i64, key: RunKey) {
        if self.runs.contains_key(&key) {
            self.backfills.adopt(number, key);
        }
    }
}

/// What came of one date.
enum Step {
    /// It has a run now.
    Created(Timestamp),
    /// It had one.
    Skipped(Timestamp),
    /// It has to wait, and so do those after it.
    Stopped,
}

impl ActiveBackfill {
    /// Makes the list of what is still to be dealt with, where it is not there or is of another version of the DAG. The next date is its
    /// last element.
    fn replan(&mut self, dag: &Dag, version: &str, now: Now) {
        if self.plan.as_ref().is_some_and(|(of, _)| of == version) {
            return;
        }
        let row = &self.row;
        let mut plan = NewBackfill::dates(dag, row.from, row.to, now.wall);
        plan.truncate(NewBackfill::MAX_RUNS);
        plan.retain(|run| self.is_ahead(run.logical_date));
        if !self.row.reverse {
            plan.reverse();
        }
        self.plan = Some((version.to_owned(), plan));
    }
}
