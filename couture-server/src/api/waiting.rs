//! Why a run, or a task of it, does not begin: what is not seen from its state.

use std::collections::HashMap;

use couture_core::store::{Pool, RunQuery, RunRecord, TaskRecord};
use couture_core::{MapIndex, RunKey, RunState, TaskIndex, TaskState};

use super::error::ApiError;
use super::instance_places::Place;
use super::shortage::shortage;
use super::state::ApiState;
use super::version_shape::{TaskShape, VersionShape};

/// Of bigger runs only the pools are looked at.
const MAX_TASKS: usize = 2_000;
/// The most upstream tasks that are looked up.
const MAX_LOOKED_UP: usize = 200;
/// The most rows of the run before that are looked at.
const MAX_ROWS: usize = 10_000;

/// Why a run that is not over does not begin or go on, if that is because of its DAG.
pub(super) async fn of_run(state: &ApiState, run: &RunRecord) -> Result<Option<String>, ApiError> {
    if run.state.is_finished() {
        return Ok(None);
    }
    if let Some((_, error)) = state.engine.status().quarantined.iter().find(|(dag_id, _)| *dag_id == run.dag_id) {
        return Ok(Some(format!("the dag cannot be read, and its runs wait until it can: {error}")));
    }
    if state.dag(&run.dag_id).await?.paused {
        return Ok(Some("the dag is paused".to_owned()));
    }
    if run.state != RunState::Queued {
        return Ok(None);
    }
    if let Some(at) = run.origin.run_after.filter(|at| *at > state.clock.now().wall) {
        return Ok(Some(format!("it was asked for after {at}")));
    }
    if let Some(number) = run.backfill {
        return Ok(Some(format!("backfill {number} has as many runs running as its max_active_runs allows")));
    }
    let shape = state.shape(&run.version).await?;
    let limit = shape.max_active_runs.unwrap_or(state.engine.settings().max_active_runs);
    let query = RunQuery { states: vec![RunState::Running], ..RunQuery::of(run.dag_id.clone()) };
    let running = state.reader.count_runs(&query).await?;
    Ok((running >= limit as usize)
        .then(|| format!("{running} runs of the dag are running; max_active_runs is {limit}")))
}

/// What tasks of a run may wait for.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pools: Vec<Pool>,
    /// Whether the upstream tasks are looked at.
    is_small: bool,
    /// What tasks came to in the run before, by their ids, where that matters.
    past: Option<Past>,
}

#[derive(Debug)]
struct Past {
    run_id: String,
    /// The worst state of each task; nothing where the task has none.
    states: HashMap<String, Option<TaskState>>,
}

impl Waiting {
    /// For a run as it is. Nothing is waited for in one that is over.
    pub(super) async fn of(state: &ApiState, run: &RunRecord, shape: &VersionShape) -> Result<Self, ApiError> {
        if run.state.is_finished() {
            return Ok(Self::default());
        }
        let is_small = shape.tasks.len() <= MAX_TASKS;
        let looks_back = |task: &TaskShape| task.options.depends_on_past || task.options.wait_for_downstream;
        let past =
            if is_small && shape.tasks.iter().any(looks_back) { Past::of(state, run, shape).await? } else { None };
        Ok(Self { pools: state.store.pools().await?, is_small, past })
    }

    /// Why a task without a live attempt waits, given the rows of its run as far as they are known.
    pub(super) fn reason(
        &self,
        shape: &VersionShape,
        task: &TaskShape,
        records: &HashMap<Place, TaskRecord>,
    ) -> Option<String> {
        if let Some(reason) = shortage(&self.pools, &task.options) {
            return Some(reason);
        }
        let is_next = self.is_small && task.all_upstream().all(|name| is_over(shape, name, records));
        if !is_next {
            return None;
        }
        if let Some(reason) = self.past.as_ref().and_then(|past| past.reason(task)) {
            return Some(reason);
        }
        let pool = self.pools.iter().find(|pool| pool.name == task.options.pool)?;
        let free = i64::from(pool.slots) - pool.used;
        let (name, needed) = (pool.name.as_str(), task.options.pool_slots);
        (free < i64::from(needed))
            .then(|| format!("needs {needed} slots of pool {name:?}, of which {} are free", free.max(0)))
    }

    /// The upstream tasks of those without a row whose own rows are not known yet.
    pub(super) fn missing_upstream(
        &self,
        shape: &VersionShape,
        places: &[Place],
        records: &HashMap<Place, TaskRecord>,
    ) -> Vec<TaskIndex> {
        let waiting =
            places.iter().filter(|place| self.is_small && !records.contains_key(place)).map(|(task, _)| *task);
        let upstream =
            waiting.flat_map(|task| shape.tasks[task.at()].all_upstream().filter_map(|name| shape.find(name)));
        let mut missing: Vec<_> = upstream.filter(|task| !records.contains_key(&(*task, MapIndex::NONE))).collect();
        missing.sort_unstable();
        missing.dedup();
        missing.truncate(MAX_LOOKED_UP);
        missing
    }
}

/// Whether an upstream task is over, as far as its row tells.
fn is_over(shape: &VersionShape, name: &str, records: &HashMap<Place, TaskRecord>) -> bool {
    let record = shape.find(name).and_then(|task| records.get(&(task, MapIndex::NONE)));
    record.is_some_and(|record| record.state.is_finished())
}

impl Past {
    /// The run before, as `depends_on_past` counts.
    async fn of(state: &ApiState, run: &RunRecord, shape: &VersionShape) -> Result<Option<Self>, ApiError> {
        let scheduled_only = shape.catchup.unwrap_or(state.engine.settings().catchup);
        let before = state.store.previous_run(&run.dag_id, run.logical_date, scheduled_only).await?;
        let Some(key) = before else { return Ok(None) };
        let found = state.reader.runs(None, Some(RunKey(key.0.saturating_add(1))), 1).await?;
        let Some(before) = found.into_iter().find(|run| run.key == key) else { return Ok(None) };
        let shape = state.shape(&before.version).await?;
        let mut states: HashMap<String, Option<TaskState>> =
            shape.tasks.iter().map(|task| (task.task_id.to_string(), None)).collect();
        for row in state.reader.tasks(key, None, MAX_ROWS).await? {
            let Some(task) = shape.tasks.get(row.token.task.at()) else { continue };
            let known = states.entry(task.task_id.to_string()).or_default();
            let lets_run = |state: TaskState| matches!(state, TaskState::Success | TaskState::Skipped);
            if !known.is_some_and(|known| !lets_run(known) && known != TaskState::Expanded) {
                *known = Some(row.state);
            }
        }
        Ok(Some(Self { run_id: before.run_id.to_string(), states }))
    }

    fn reason(&self, task: &TaskShape) -> Option<String> {
        let options = &task.options;
        if !options.depends_on_past && !options.wait_for_downstream {
            return None;
        }
        let state = self.states.get(&*task.task_id)?;
        let run_id = &self.run_id;
        match state {
            Some(TaskState::Success | TaskState::Skipped) if options.wait_for_downstream => {
                Some(format!("wait_for_downstream: tasks below it are not done in the run before, {run_id:?}"))
            }
            Some(TaskState::Success | TaskState::Skipped) => None,
            Some(state) => Some(format!("depends_on_past: it is {state} in the run before, {run_id:?}")),
            None => Some(format!("depends_on_past: it has not begun in the run before, {run_id:?}")),
        }
    }
}
