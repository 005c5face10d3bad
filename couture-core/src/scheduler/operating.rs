//! Changes of a run that people ask for, once the run is in memory.

use super::bug::Bug;
use super::creation::MAX_UNFINISHED_RUNS;
use super::instance::TaskInstance;
use super::machine::Scheduler;
use super::slots::Slot;
use crate::ids::{DagId, RunKey};
use crate::state::{RunState, TaskState};
use crate::store::{Answer, ClearOnly, MarkedRunState, MarkedState, Operation, Refusal, TaskChoice, TaskSelection};
use crate::time::Now;

impl Scheduler {
    /// Does something to a run, which is in memory.
    pub(super) fn operate(&mut self, key: RunKey, operation: Operation, now: Now) -> Result<Answer, Refusal> {
        match operation {
            Operation::ClearTasks { tasks, only, newest } => {
                self.clear_tasks(key, &tasks, only, newest == Some(true), now)?;
            }
            Operation::MarkTasks { tasks, state } => self.mark_tasks(key, &tasks, state, now)?,
            Operation::MarkRun { state: MarkedRunState::Success } => self.mark_run_success(key, now)?,
            Operation::MarkRun { state: MarkedRunState::Failed } => {
                if let Some(run) = self.runs.get_mut(&key)
                    && !run.cancelled
                    && run.state != RunState::Failed
                {
                    run.cancel(&mut self.ledger, now);
                }
            }
            Operation::RunTask { task } => self.run_task(key, &task, now)?,
        }
        self.go_on(key, now);
        Ok(Answer::Done)
    }

    fn clear_tasks(
        &mut self,
        key: RunKey,
        tasks: &TaskSelection,
        only: ClearOnly,
        takes_new: bool,
        now: Now,
    ) -> Result<(), Refusal> {
        let Some(run) = self.runs.get(&key) else { return Ok(()) };
        let slots = run.clearable(run.select(tasks)?, only);
        // Instances that moved to another version of the DAG were cleared by that, and its new tasks have no state.
        let is_open = |instance: &TaskInstance| {
            instance.state == Some(TaskState::Cleared) || (takes_new && instance.state.is_none())
        };
        let is_moved = run.state.is_finished() && run.tasks.iter().any(is_open);
        if slots.is_empty() && !is_moved {
            return Ok(());
        }
        self.reopen(key, now)?;
        if let Some(run) = self.runs.get_mut(&key) {
            run.clear(&slots, &mut self.ledger, now);
        }
        Ok(())
    }

    fn mark_tasks(&mut self, key: RunKey, tasks: &TaskSelection, state: MarkedState, now: Now) -> Result<(), Refusal> {
        let Some(run) = self.runs.get(&key) else { return Ok(()) };
        let marked = run.markable(run.select(tasks)?, state);
        let cleared = run.clearable(run.failed_below(&marked), ClearOnly::All);
        self.change_tasks(key, &marked, state, &cleared, now)
    }

    fn mark_run_success(&mut self, key: RunKey, now: Now) -> Result<(), Refusal> {
        let Some(run) = self.runs.get(&key) else { return Ok(()) };
        let is_normal = |slot: &Slot| !run.task(*slot).options.role.is_teardown();
        let normal = run.slots.all().filter(is_normal).collect();
        let marked = run.markable(normal, MarkedState::Success);
        let needs_work = run.unfinished > 0 || run.cancelled;
        if needs_work || !marked.is_empty() {
            // Teardowns that have not run yet do so.
            self.reopen(key, now)?;
            self.change_tasks(key, &marked, MarkedState::Success, &[], now)?;
            self.begin_run(key, now);
        }
        Ok(())
    }

    fn change_tasks(
        &mut self,
        key: RunKey,
        marked: &[Slot],
        state: MarkedState,
        cleared: &[Slot],
        now: Now,
    ) -> Result<(), Refusal> {
        if !cleared.is_empty() {
            self.reopen(key, now)?;
        }
        if let Some(run) = self.runs.get_mut(&key) {
            run.clear(cleared, &mut self.ledger, now);
            run.mark(marked, state, &mut self.ledger, now);
        }
        Ok(())
    }

    fn run_task(&mut self, key: RunKey, choice: &TaskChoice, now: Now) -> Result<(), Refusal> {
        let Some(run) = self.runs.get(&key) else { return Ok(()) };
        let task = run.named(choice)?;
        let slots = run.select(&TaskSelection::Chosen(vec![choice.clone()]))?;
        if slots.iter().any(|slot| run.tasks[slot.at()].is_live() || run.tasks[slot.at()].is_deferred()) {
            return Err(Refusal::LiveTask(choice.task_id.clone()));
        }
        self.reopen(key, now)?;
        let Some(run) = self.runs.get_mut(&key) else { return Ok(()) };
        for slot in &slots {
            run.tasks[slot.at()].is_alone = true;
            run.begin_again(*slot, &mut self.ledger);
        }
        run.recount();
        if run.state == RunState::Running {
            run.evaluate(task, &mut self.ledger, now);
            run.enqueue_alone(&mut self.ledger);
        }
        Ok(())
    }

    /// A run that is over goes on, and one that somebody ended is not ended any more.
    fn reopen(&mut self, key: RunKey, now: Now) -> Result<(), Refusal> {
        let Some(run) = self.runs.get_mut(&key) else { return Ok(()) };
        let dag_id = run.info.dag.dag_id.clone();
        if run.state.is_finished() {
            let Some(entry) = self.dags.get_mut(&dag_id) else { return Err(Refusal::UnknownDag(dag_id)) };
            if entry.runs.len() >= MAX_UNFINISHED_RUNS {
                return Err(Refusal::TooManyRuns { dag_id, limit: MAX_UNFINISHED_RUNS });
            }
            let begins = !run.is_early(now) && entry.begins(run.info.backfill, self.ledger.settings.max_active_runs);
            run.state = if begins { RunState::Running } else { RunState::Queued };
            entry.add_run(run, now);
            run.arm_beginning(&mut self.ledger);
            run.started_at = (run.state == RunState::Running).then_some(now.wall);
            run.cancelled = false;
            run.record_change(None, &mut self.ledger);
            if run.state == RunState::Running {
                run.arm_timeout(&mut self.ledger, now);
            }
            self.look_at_past(key, now);
        } else if run.cancelled {
            run.cancelled = false;
            run.record_change(None, &mut self.ledger);
        }
        Ok(())
    }

    /// Looks at what follows from a change of a run; forgets the run where it is over.
    fn go_on(&mut self, key: RunKey, now: Now) {
        let Some(run) = self.runs.get_mut(&key) else { return };
        if run.state == RunState::Running {
            run.witness = Slot::default();
            if !self.ledger.settings.planted.has(Bug::QueueNotReconsidered) {
                run.reconsider();
            }
            run.evaluate_all(&mut self.ledger, now);
        }
        run.news.clear();
        self.rejoin_followers(key, now);
        let Some(run) = self.runs.get_mut(&key) else { return };
        let verdict = run.verdict(&self.ledger);
        match verdict {
            Some(state) if state != run.state => self.end_if_over(key, now),
            // Nothing of a finished run was reopened: it goes out of memory as it came.
            _ if run.state.is_finished() => {
                self.runs.remove(&key);
                self.followers.remove(&key);
            }
            _ => {}
        }
    }

    /// The DAG of a run, where it is in memory.
    pub(super) fn dag_of(&self, key: RunKey) -> Option<&DagId> {
        self.runs.get(&key).map(|run| &run.info.dag.dag_id)
    }

    /// Whether a run has nothing left that could change by itself.
    pub(super) fn is_at_rest(&self, key: RunKey) -> bool {
        self.runs.get(&key).is_some_and(|run| {
            run.slots.all().all(|slot| {
                let instance = &run.tasks[slot.at()];
                !instance.is_live() && instance.state != Some(TaskState::Deferred)
            })
        })
    }
}
