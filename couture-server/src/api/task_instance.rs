//! `/dags/{dag_id}/dagRuns/{run_id}/taskInstances`: what became of each task.

use std::cmp::Ordering;
use std::collections::HashMap;

use axum::extract::State;
use couture_core::store::{RunRecord, TaskRecord};
use couture_core::{DagId, MapIndex, PoolName, RunId, TaskState, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::dag_run::seconds;
use super::error::ApiError;
use super::extract::{Args, Json, Names, dag_id, run_id};
use super::instance_places::{InstancePlaces, Place};
use super::named_instance::{Instance, Named, just_before};
use super::page_of::PageOf;
use super::schema;
use super::state::ApiState;
use super::version_shape::{TaskShape, VersionShape};
use super::waiting::Waiting;
use crate::auth::{Permit, act, on};

/// A task instance, in Airflow's shape. One that nothing has happened to has no state.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaskInstanceBody {
    task_id: String,
    #[schema(value_type = String)]
    dag_id: DagId,
    #[schema(value_type = String)]
    dag_run_id: RunId,
    map_index: i32,
    /// The map index as text; nothing where the task is not mapped.
    rendered_map_index: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    logical_date: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    queued_when: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    start_date: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    end_date: Option<Timestamp>,
    /// Seconds from start to end.
    duration: Option<f64>,
    #[schema(value_type = Option<schema::TaskStateName>)]
    state: Option<TaskState>,
    try_number: u32,
    max_tries: u32,
    /// When it is tried again, in state `up_for_retry`.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_retry_at: Option<Timestamp>,
    /// Who runs, or last ran, it.
    hostname: Option<String>,
    #[schema(value_type = String)]
    pool: PoolName,
    pool_slots: u32,
    priority_weight: i32,
    operator: String,
    /// Why it failed, was skipped or lost; or, where it waits, what for, as far as that is known.
    reason: Option<String>,
    /// How many attempts of this try were lost with their worker and launched again.
    lost: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaskInstanceList {
    task_instances: Vec<TaskInstanceBody>,
    total_entries: usize,
}

fn body(
    run: &RunRecord,
    shape: &TaskShape,
    map_index: MapIndex,
    record: Option<&TaskRecord>,
    reason: Option<String>,
) -> TaskInstanceBody {
    TaskInstanceBody {
        task_id: shape.task_id.to_string(),
        dag_id: run.dag_id.clone(),
        dag_run_id: run.run_id.clone(),
        map_index: map_index.0,
        rendered_map_index: (map_index != MapIndex::NONE).then(|| map_index.0.to_string()),
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

/// How lists of task instances may be ordered.
const ORDERS: &[&str] = &["task_id", "map_index", "state", "try_number", "start_date", "end_date", "duration"];
/// The most task instances that are put in another order than that of the tasks.
const MAX_ORDERED: usize = 100_000;

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), PageOf),
    responses((status = 200, description = "As asked", body = TaskInstanceList)),
)]
pub(super) async fn list(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run)): Names<(String, String)>,
    Args(page): Args<PageOf>,
) -> Result<Json<TaskInstanceList>, ApiError> {
    let limit = page.limit()?;
    let order = page.order(ORDERS)?;
    let run = state.run(&dag_id(&dag)?, &run_id(&run)?).await?;
    let shape = state.shape(&run.version).await?;
    let places = InstancePlaces::of(&state, &run, &shape).await?;
    let total_entries = places.total();
    let task_instances = match order {
        None => bodies(&state, &run, &shape, &places.page(page.offset(), limit)).await?,
        Some(_) if total_entries > MAX_ORDERED => {
            let detail =
                format!("a run with more than {MAX_ORDERED} task instances is listed in the order of its tasks only");
            return Err(ApiError::invalid(detail));
        }
        Some((by, is_descending)) => {
            let mut all = Vec::with_capacity(total_entries);
            for from in (0..total_entries).step_by(PageOf::MAX_LIMIT) {
                all.extend(bodies(&state, &run, &shape, &places.page(from, PageOf::MAX_LIMIT)).await?);
            }
            all.sort_by(|one, other| one.compare(other, by));
            if is_descending {
                all.reverse();
            }
            all.into_iter().skip(page.offset()).take(limit).collect()
        }
    };
    Ok(Json(TaskInstanceList { task_instances, total_entries }))
}

impl TaskInstanceBody {
    fn compare(&self, other: &Self, by: &str) -> Ordering {
        match by {
            "map_index" => self.map_index.cmp(&other.map_index),
            "state" => self.state.map(TaskState::as_str).cmp(&other.state.map(TaskState::as_str)),
            "try_number" => self.try_number.cmp(&other.try_number),
            "start_date" => self.start_date.cmp(&other.start_date),
            "end_date" => self.end_date.cmp(&other.end_date),
            "duration" => self.duration.unwrap_or(-1.0).total_cmp(&other.duration.unwrap_or(-1.0)),
            _ => self.task_id.cmp(&other.task_id),
        }
    }
}

/// The instances at these places, which ascend.
async fn bodies(
    state: &ApiState,
    run: &RunRecord,
    shape: &VersionShape,
    places: &[Place],
) -> Result<Vec<TaskInstanceBody>, ApiError> {
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return Ok(Vec::new()) };
    let mut after = just_before(*first);
    let mut records = HashMap::new();
    loop {
        // The rows of expanded tasks themselves are among them, and not shown.
        let rows = state.reader.tasks(run.key, after, PageOf::MAX_LIMIT).await?;
        let is_last = rows.len() < PageOf::MAX_LIMIT;
        after = rows.last().map(|row| (row.token.task, row.token.map_index));
        records.extend(rows.into_iter().map(|row| ((row.token.task, row.token.map_index), row)));
        if is_last || after >= Some(*last) {
            break;
        }
    }
    let waiting = Waiting::of(state, run, shape).await?;
    for task in waiting.missing_upstream(shape, places, &records) {
        let rows = state.reader.tasks(run.key, just_before((task, MapIndex::NONE)), 1).await?;
        records.extend(rows.into_iter().map(|row| ((row.token.task, row.token.map_index), row)));
    }
    let body = |place: &Place| {
        let (task, record) = (&shape.tasks[place.0.at()], records.get(place));
        let waits = record.is_none_or(|record| record.state == TaskState::Cleared);
        let known = record.and_then(known_reason);
        let reason = known.or_else(|| waits.then(|| waiting.reason(shape, task, &records))?);
        body(run, task, place.1, record, reason)
    };
    Ok(places.iter().map(body).collect())
}

/// What the row of an instance says: why it failed, was skipped or lost, or what it waits for.
fn known_reason(record: &TaskRecord) -> Option<String> {
    let deferral =
        record.deferral.as_ref().map(|deferral| &*deferral.reason).filter(|reason: &&str| !reason.is_empty());
    record.error.as_deref().or(deferral).map(String::from)
}

/// All task instances of a run, as the API shows them.
pub(crate) async fn all_task_instances(state: &ApiState, run: &RunRecord) -> Result<Vec<serde_json::Value>, ApiError> {
    let shape = state.shape(&run.version).await?;
    let places = InstancePlaces::of(state, run, &shape).await?;
    let mut all = Vec::with_capacity(places.total());
    for from in (0..places.total()).step_by(PageOf::MAX_LIMIT) {
        for body in bodies(state, run, &shape, &places.page(from, PageOf::MAX_LIMIT)).await? {
            all.push(serde_json::to_value(body).map_err(|error| ApiError::invalid(error.to_string()))?);
        }
    }
    Ok(all)
}

impl Named {
    /// What it is, in the API's shape.
    pub(super) async fn body(&self, state: &ApiState) -> Result<TaskInstanceBody, ApiError> {
        let mut found = bodies(state, &self.run, &self.shape, &[(self.index, self.map_index)]).await?;
        found.pop().ok_or_else(|| ApiError::not_found("there is no such task instance"))
    }

    /// It and its earlier tries.
    async fn all_tries(&self, state: &ApiState) -> Result<Json<TaskInstanceList>, ApiError> {
        let mut records = state.reader.tries(self.run.key, self.index, self.map_index).await?;
        records.extend(self.record(state).await?);
        let body = |record: &TaskRecord| {
            body(&self.run, self.task_shape(), self.map_index, Some(record), known_reason(record))
        };
        let task_instances: Vec<_> = records.iter().map(body).collect();
        Ok(Json(TaskInstanceList { total_entries: task_instances.len(), task_instances }))
    }
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), Instance),
    responses((status = 200, description = "As asked", body = TaskInstanceBody)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
    Args(which): Args<Instance>,
) -> Result<Json<TaskInstanceBody>, ApiError> {
    let named = Named::instance(&state, [&dag, &run, &task], &which).await?;
    Ok(Json(named.body(&state).await?))
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/tries",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), Instance),
    responses((status = 200, description = "As asked", body = TaskInstanceList)),
)]
pub(super) async fn tries(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
    Args(which): Args<Instance>,
) -> Result<Json<TaskInstanceList>, ApiError> {
    Named::instance(&state, [&dag, &run, &task], &which).await?.all_tries(&state).await
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/{map_index}",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), ("map_index" = i32, Path, description = "Which instance of a mapped task.")),
    responses((status = 200, description = "As asked", body = TaskInstanceBody)),
)]
pub(super) async fn get_mapped(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task, map_index)): Names<(String, String, String, String)>,
) -> Result<Json<TaskInstanceBody>, ApiError> {
    let named = Named::instance(&state, [&dag, &run, &task], &Instance::named(&map_index)?).await?;
    Ok(Json(named.body(&state).await?))
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/{map_index}/tries",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), ("map_index" = i32, Path, description = "Which instance of a mapped task.")),
    responses((status = 200, description = "As asked", body = TaskInstanceList)),
)]
pub(super) async fn mapped_tries(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task, map_index)): Names<(String, String, String, String)>,
) -> Result<Json<TaskInstanceList>, ApiError> {
    Named::instance(&state, [&dag, &run, &task], &Instance::named(&map_index)?).await?.all_tries(&state).await
}

/// The instances of one mapped task; none while it is not expanded.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/listMapped",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), PageOf),
    responses((status = 200, description = "As asked", body = TaskInstanceList)),
)]
pub(super) async fn list_mapped(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
    Args(page): Args<PageOf>,
) -> Result<Json<TaskInstanceList>, ApiError> {
    let limit = page.limit()?;
    page.fixed_order("map_index")?;
    let named = Named::task(&state, &dag, &run, &task).await?;
    if named.task_shape().expand.is_none() {
        return Err(ApiError::not_found(format!("task {task:?} is not mapped")));
    }
    let places = InstancePlaces::of(&state, &named.run, &named.shape).await?;
    let count = places.count(named.index).unwrap_or(0);
    let instances = (0..count as i32).skip(page.offset()).take(limit).map(|at| (named.index, MapIndex(at)));
    let task_instances = bodies(&state, &named.run, &named.shape, &instances.collect::<Vec<_>>()).await?;
    Ok(Json(TaskInstanceList { task_instances, total_entries: count as usize }))
}
