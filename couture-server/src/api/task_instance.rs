//! `/dags/{dag_id}/dagRuns/{run_id}/taskInstances`: what became of each task.

use axum::extract::State;
use couture_core::store::{Pool, RunRecord, TaskRecord};
use couture_core::{DagId, MapIndex, PoolName, RunId, TaskIndex, TaskState, Timestamp};
use serde::Serialize;

use super::dag_run::seconds;
use super::error::ApiError;
use super::extract::{Args, Json, Names, dag_id, run_id, task_id};
use super::page_of::PageOf;
use super::shortage::shortage;
use super::state::ApiState;
use super::version_shape::{TaskShape, VersionShape};

/// A task instance, in Airflow's shape. One that nothing has happened to has no state.
#[derive(Debug, Serialize)]
pub(super) struct TaskInstanceBody {
    task_id: String,
    dag_id: DagId,
    dag_run_id: RunId,
    map_index: i32,
    logical_date: Timestamp,
    queued_when: Option<Timestamp>,
    start_date: Option<Timestamp>,
    end_date: Option<Timestamp>,
    /// Seconds from start to end.
    duration: Option<f64>,
    state: Option<TaskState>,
    try_number: u32,
    max_tries: u32,
    /// When it is tried again, in state `up_for_retry`.
    next_retry_at: Option<Timestamp>,
    /// Who runs, or last ran, it.
    hostname: Option<String>,
    pool: PoolName,
    pool_slots: u32,
    priority_weight: i32,
    operator: String,
    /// Why it failed, was skipped or lost; or, before it was started, why it cannot be.
    reason: Option<String>,
    /// How many attempts of this try were lost with their worker and launched again.
    lost: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct TaskInstanceList {
    task_instances: Vec<TaskInstanceBody>,
    total_entries: usize,
}

/// The pools, as far as they may matter to a run's tasks.
async fn pools(state: &ApiState, run: &RunRecord) -> Result<Vec<Pool>, ApiError> {
    if run.state.is_finished() { Ok(Vec::new()) } else { Ok(state.store.pools().await?) }
}

fn body(run: &RunRecord, shape: &TaskShape, record: Option<&TaskRecord>, pools: &[Pool]) -> TaskInstanceBody {
    let reason = match record {
        Some(record) => record.error.as_deref().map(String::from),
        None if run.state.is_finished() => None,
        None => shortage(pools, &shape.options),
    };
    TaskInstanceBody {
        task_id: shape.task_id.to_string(),
        dag_id: run.dag_id.clone(),
        dag_run_id: run.run_id.clone(),
        map_index: record.map_or(MapIndex::NONE, |record| record.token.map_index).0,
        logical_date: run.logical_date,
        queued_when: record.and_then(|record| record.queued_at),
        start_date: record.and_then(|record| record.started_at),
        end_date: record.and_then(|record| record.ended_at),
        duration: record.and_then(|record| seconds(record.started_at, record.ended_at)),
        state: record.map(|record| record.state),
        try_number: record.map_or(0, |record| record.token.try_number),
        max_tries: shape.options.retries,
        next_retry_at: record.and_then(|record| record.retry_at),
        hostname: record.and_then(|record| record.worker.as_ref()).map(ToString::to_string),
        pool: shape.options.pool.clone(),
        pool_slots: shape.options.pool_slots,
        priority_weight: shape.options.priority_weight,
        operator: shape.operator().to_owned(),
        reason,
        lost: record.map_or(0, |record| record.lost),
    }
}

/// A task instance that an address names.
pub(super) struct Named {
    pub(super) run: RunRecord,
    pub(super) shape: std::sync::Arc<VersionShape>,
    pub(super) index: TaskIndex,
}

impl Named {
    /// Looks it up.
    pub(super) async fn find(state: &ApiState, dag: &str, run: &str, task: &str) -> Result<Self, ApiError> {
        let run = state.run(&dag_id(dag)?, &run_id(run)?).await?;
        let shape = state.shape(&run.version).await?;
        let task_id = task_id(task)?;
        let unknown = || {
            let detail = format!("run {:?} of dag {:?} has no task {task:?}", run.run_id.as_str(), run.dag_id.as_str());
            ApiError::not_found(detail)
        };
        let index = shape.find(task_id.as_str()).ok_or_else(unknown)?;
        Ok(Self { run, shape, index })
    }

    /// Its row, if anything has happened to it.
    pub(super) async fn record(&self, state: &ApiState) -> Result<Option<TaskRecord>, ApiError> {
        let rows = state.reader.tasks(self.run.key, before(self.index), 1).await?;
        Ok(rows.into_iter().find(|row| row.token.task == self.index))
    }

    /// What it is, in the API's shape.
    pub(super) async fn body(&self, state: &ApiState) -> Result<TaskInstanceBody, ApiError> {
        let record = self.record(state).await?;
        let pools = pools(state, &self.run).await?;
        Ok(body(&self.run, &self.shape.tasks[self.index.at()], record.as_ref(), &pools))
    }
}

/// The position just before all instances of a task.
fn before(task: TaskIndex) -> Option<(TaskIndex, MapIndex)> {
    task.0.checked_sub(1).map(|previous| (TaskIndex(previous), MapIndex(i32::MAX)))
}

pub(super) async fn list(
    State(state): State<ApiState>,
    Names((dag, run)): Names<(String, String)>,
    Args(page): Args<PageOf>,
) -> Result<Json<TaskInstanceList>, ApiError> {
    let limit = page.limit()?;
    let run = state.run(&dag_id(&dag)?, &run_id(&run)?).await?;
    let shape = state.shape(&run.version).await?;
    let total_entries = shape.tasks.len();
    let task_instances = self::page(&state, &run, &shape, page.offset().min(total_entries), limit).await?;
    Ok(Json(TaskInstanceList { task_instances, total_entries }))
}

/// At most `limit` task instances from the task number `from`.
async fn page(
    state: &ApiState,
    run: &RunRecord,
    shape: &VersionShape,
    from: usize,
    limit: usize,
) -> Result<Vec<TaskInstanceBody>, ApiError> {
    let records = state.reader.tasks(run.key, before(TaskIndex(from as u32)), limit).await?;
    let mut records = records.iter().peekable();
    let pools = pools(state, run).await?;
    let mut bodies = Vec::new();
    for (at, task) in shape.tasks.iter().enumerate().skip(from).take(limit) {
        let record = records.next_if(|record| record.token.task.at() == at);
        bodies.push(body(run, task, record, &pools));
    }
    Ok(bodies)
}

/// All task instances of a run, as the API shows them.
pub(crate) async fn all_task_instances(state: &ApiState, run: &RunRecord) -> Result<Vec<serde_json::Value>, ApiError> {
    let shape = state.shape(&run.version).await?;
    let mut bodies = Vec::with_capacity(shape.tasks.len());
    while bodies.len() < shape.tasks.len() {
        let from = bodies.len();
        let page = page(state, run, &shape, from, PageOf::MAX_LIMIT).await?;
        for body in page {
            bodies.push(serde_json::to_value(body).map_err(|error| ApiError::invalid(error.to_string()))?);
        }
    }
    Ok(bodies)
}

pub(super) async fn get(
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
) -> Result<Json<TaskInstanceBody>, ApiError> {
    let named = Named::find(&state, &dag, &run, &task).await?;
    Ok(Json(named.body(&state).await?))
}

pub(super) async fn tries(
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
) -> Result<Json<TaskInstanceList>, ApiError> {
    let named = Named::find(&state, &dag, &run, &task).await?;
    let mut records = state.reader.tries(named.run.key, named.index, MapIndex::NONE).await?;
    records.extend(named.record(&state).await?);
    let shape = &named.shape.tasks[named.index.at()];
    let task_instances: Vec<_> = records.iter().map(|record| body(&named.run, shape, Some(record), &[])).collect();
    Ok(Json(TaskInstanceList { total_entries: task_instances.len(), task_instances }))
}
