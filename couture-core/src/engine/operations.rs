//! What people do to runs, as calls of the engine.

use futures_util::future::join_all;
use rustc_hash::FxHashMap;

use super::scope::{Affected, Part, Scope};
use super::{Engine, EngineError};
use crate::ids::{DagId, RunKey};
use crate::schedule::NextRun;
use crate::state::TaskState;
use crate::store::{
    Answer, BackfillChange, ClearOnly, MarkedRunState, MarkedState, NewBackfill, Operation, Refusal, Request,
    TaskChoice, TaskSelection,
};

/// How many runs are changed at the same time.
const AT_A_TIME: usize = 64;

/// A date of a backfill, and what is done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRun {
    /// The run that the schedule has.
    pub run: NextRun,
    /// What is done.
    pub step: PlannedStep,
}

/// What a backfill does about a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlannedStep {
    /// A run is created.
    Create,
    /// The run that there is begins again.
    Clear,
    /// The run that there is stays as it is.
    Leave,
}

impl Engine {
    /// Lets task instances begin again, and tells which. With `dry_run` nothing is done.
    ///
    /// The runs are changed one by one: where this fails, those before may be changed.
    pub async fn clear(&self, scope: &Scope, only: ClearOnly, dry_run: bool) -> Result<Vec<Affected>, EngineError> {
        self.clear_in(scope, only, None, dry_run).await
    }

    /// As [`clear`](Self::clear), where `newest` says whether the runs go on in the newest version of their DAG, whatever that says itself.
    pub async fn clear_in(
        &self,
        scope: &Scope,
        only: ClearOnly,
        newest: Option<bool>,
        dry_run: bool,
    ) -> Result<Vec<Affected>, EngineError> {
        let is_wanted = |state: Option<TaskState>| match (only, state) {
            (_, None | Some(TaskState::Cleared)) => false,
            (ClearOnly::All, Some(_)) => true,
            (ClearOnly::Failed, Some(state)) => matches!(state, TaskState::Failed | TaskState::UpstreamFailed),
            (ClearOnly::Running, Some(state)) => state.is_live(),
        };
        let parts = self.resolve_scope(scope, true, is_wanted).await?;
        self.carry_out(scope, parts, dry_run, |tasks| Operation::ClearTasks { tasks, only, newest }).await
    }

    /// Lets a run go on in the newest version of its DAG with the tasks that it has not had; what has a state stays as it is.
    pub async fn take_new_tasks(&self, dag_id: DagId, run: RunKey) -> Result<Answer, EngineError> {
        let tasks = TaskSelection::Chosen(Vec::new());
        let operation = Operation::ClearTasks { tasks, only: ClearOnly::All, newest: Some(true) };
        self.request(Request::Operate { dag_id, run, operation }).await
    }

    /// Gives task instances a state without running them, and tells which had another. With `dry_run` nothing is done.
    ///
    /// The runs are changed one by one: where this fails, those before may be changed.
    pub async fn mark(&self, scope: &Scope, state: MarkedState, dry_run: bool) -> Result<Vec<Affected>, EngineError> {
        let marked = state.task_state();
        let parts = self.resolve_scope(scope, false, |state| state != Some(marked)).await?;
        self.carry_out(scope, parts, dry_run, |tasks| Operation::MarkTasks { tasks, state }).await
    }

    /// Gives a run a state, and its tasks what follows from that.
    pub async fn mark_run(&self, dag_id: DagId, run: RunKey, state: MarkedRunState) -> Result<Answer, EngineError> {
        self.request(Request::Operate { dag_id, run, operation: Operation::MarkRun { state } }).await
    }

    /// Runs one task of a run, whatever its upstream tasks came to.
    pub async fn run_task(&self, dag_id: DagId, run: RunKey, task: TaskChoice) -> Result<Answer, EngineError> {
        self.request(Request::Operate { dag_id, run, operation: Operation::RunTask { task } }).await
    }

    /// Forgets the finished runs of a DAG, and the DAG where it is not defined any more.
    pub async fn delete_history(&self, dag_id: DagId) -> Result<Answer, EngineError> {
        self.request(Request::DeleteHistory { dag_id }).await
    }

    /// Forgets one run, which is over. Refused while it is not.
    pub async fn delete_run(&self, dag_id: DagId, run: RunKey) -> Result<Answer, EngineError> {
        self.request(Request::DeleteRun { dag_id, run }).await
    }

    /// Begins a backfill, and tells its number; `None` where the request is on its way to the scheduler that owns the DAG.
    pub async fn backfill(&self, new: NewBackfill) -> Result<Option<i64>, EngineError> {
        match self.request(Request::Backfill(new)).await? {
            Answer::BackfillBegun { number } => Ok(Some(number)),
            _ => Ok(None),
        }
    }

    /// Pauses, resumes or ends a backfill.
    pub async fn set_backfill(
        &self,
        dag_id: DagId,
        number: i64,
        change: BackfillChange,
    ) -> Result<Answer, EngineError> {
        self.request(Request::SetBackfill { dag_id, number, change }).await
    }

    /// What a backfill would do, as things are. `runs` are those that it would be about, as [`NewBackfill::runs`] tells them.
    pub async fn plan_backfill(&self, new: &NewBackfill, runs: &[NextRun]) -> Result<Vec<PlannedRun>, EngineError> {
        let existing = self.store.runs_between(&new.dag_id, new.from, new.to, NewBackfill::MAX_RUNS).await?;
        // The last one of a date counts.
        let states: FxHashMap<_, _> = existing.iter().map(|run| (run.logical_date, run.state)).collect();
        let step = |next: &NextRun| match states.get(&next.logical_date) {
            None => PlannedStep::Create,
            Some(state) if new.reprocess.wants(*state) => PlannedStep::Clear,
            Some(_) => PlannedStep::Leave,
        };
        Ok(runs.iter().map(|run| PlannedRun { run: *run, step: step(run) }).collect())
    }

    async fn carry_out(
        &self,
        scope: &Scope,
        parts: Vec<Part>,
        dry_run: bool,
        operation: impl Fn(TaskSelection) -> Operation,
    ) -> Result<Vec<Affected>, EngineError> {
        let mut affected = Vec::new();
        let mut requests = Vec::new();
        for part in parts {
            affected.extend(part.affected);
            let (dag_id, run) = (scope.dag_id.clone(), part.run);
            requests.push(Request::Operate { dag_id, run, operation: operation(part.selection) });
        }
        if dry_run {
            return Ok(affected);
        }
        let mut requests = requests.into_iter().peekable();
        while requests.peek().is_some() {
            let some: Vec<_> = requests.by_ref().take(AT_A_TIME).map(|request| self.request(request)).collect();
            for answer in join_all(some).await {
                match answer {
                    // Deleted meanwhile: there is nothing left to change.
                    Ok(_) | Err(EngineError::Refused(Refusal::NoRun { .. })) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(affected)
    }
}
