//! `/dags/{dag_id}/dagRuns/{run_id}/taskInstances`: what became of each task.

use std::collections::HashMap;

use axum::extract::State;
use couture_core::store::{RunRecord, TaskRecord};
use couture_core::{MapIndex, TaskState};
use couture_operators::JinjaTemplates;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::{Args, Json, Names, dag_id, run_id};
use super::instance_filter::{InstanceParams, all_of_runs, fits};
use super::instance_places::{InstancePlaces, Place};
use super::named_instance::{Instance, Named, just_before};
use super::page_of::PageOf;
use super::pairs::Pairs;
use super::state::ApiState;
use super::task_instance_body::{InstanceRun, TaskInstanceBody, known_reason};
use super::waiting::Waiting;
use crate::auth::{Permit, act, on};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaskInstanceList {
    pub(super) task_instances: Vec<TaskInstanceBody>,
    /// How many there are. Those of one run are all counted; of many runs at most 100,000 are, and there may be more.
    pub(super) total_entries: usize,
}

/// How lists of task instances may be ordered.
pub(super) const ORDERS: &[&str] = &[
    "task_id",
    "task_display_name",
    "id",
    "map_index",
    "rendered_map_index",
    "state",
    "try_number",
    "start_date",
    "end_date",
    "duration",
    "dag_id",
    "run_id",
    "logical_date",
    "run_after",
];
/// The most task instances that are put in another order than that of the tasks, or filtered.
const MAX_ORDERED: usize = 100_000;

/// The task instances of a run; with `~` in the place of the DAG or the run, those of all runs that the sender may see, where only those
/// are listed that something has happened to.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG; `~` for all."), ("run_id" = String, Path, description = "The run; `~` for all."), PageOf, InstanceParams),
    responses((status = 200, description = "The task instances", body = TaskInstanceList)),
)]
pub(super) async fn list(
    permit: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run)): Names<(String, String)>,
    Args(page): Args<PageOf>,
    Args(pairs): Args<Pairs>,
) -> Result<Json<TaskInstanceList>, ApiError> {
    if dag == "~" || run == "~" {
        return Ok(Json(all_of_runs(&state, permit.dags(), [&dag, &run], &page, &pairs).await?));
    }
    let run = InstanceRun::of(&state, &state.run(&dag_id(&dag)?, &run_id(&run)?).await?).await?;
    let places = InstancePlaces::of(&state, &run.run, &run.shape).await?;
    let total = places.total();
    Ok(Json(listed(&state, &run, total, |from, most| places.page(from, most), &page, &pairs).await?))
}

/// A page of the instances at these places, filtered and ordered as is asked for.
async fn listed(
    state: &ApiState,
    run: &InstanceRun,
    total: usize,
    places: impl Fn(usize, usize) -> Vec<Place>,
    page: &PageOf,
    pairs: &Pairs,
) -> Result<TaskInstanceList, ApiError> {
    let limit = page.limit()?;
    let order = page.order(ORDERS)?;
    let is_filtered = super::instance_filter::is_filtered(pairs);
    if order.is_none() && !is_filtered {
        let task_instances = bodies(state, run, &places(page.offset(), limit)).await?;
        return Ok(TaskInstanceList { task_instances, total_entries: total });
    }
    if total > MAX_ORDERED {
        let detail =
            format!("more than {MAX_ORDERED} task instances are listed in the order of their tasks, and all of them");
        return Err(ApiError::invalid(detail));
    }
    let mut all = Vec::with_capacity(total);
    for from in (0..total).step_by(PageOf::MAX_LIMIT) {
        all.extend(bodies(state, run, &places(from, PageOf::MAX_LIMIT)).await?);
    }
    let filter = super::instance_filter::InstanceFilter::read(pairs)?;
    all.retain(|body| fits(&filter, body));
    if let Some((by, is_descending)) = order {
        all.sort_by(|one, other| one.compare(other, by, is_descending));
    }
    let total_entries = all.len();
    let task_instances = all.into_iter().skip(page.offset()).take(limit).collect();
    Ok(TaskInstanceList { task_instances, total_entries })
}

/// The instances at these places, which ascend.
pub(super) async fn bodies(
    state: &ApiState,
    run: &InstanceRun,
    places: &[Place],
) -> Result<Vec<TaskInstanceBody>, ApiError> {
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return Ok(Vec::new()) };
    let (key, shape) = (run.run.key, &*run.shape);
    let mut after = just_before(*first);
    let mut records = HashMap::new();
    loop {
        // The rows of expanded tasks themselves are among them, and not shown.
        let rows = state.reader.tasks(key, after, PageOf::MAX_LIMIT).await?;
        let is_last = rows.len() < PageOf::MAX_LIMIT;
        after = rows.last().map(|row| (row.token.task, row.token.map_index));
        records.extend(rows.into_iter().map(|row| ((row.token.task, row.token.map_index), row)));
        if is_last || after >= Some(*last) {
            break;
        }
    }
    let waiting = Waiting::of(state, &run.run, shape).await?;
    for task in waiting.missing_upstream(shape, places, &records) {
        let rows = state.reader.tasks(key, just_before((task, MapIndex::NONE)), 1).await?;
        records.extend(rows.into_iter().map(|row| ((row.token.task, row.token.map_index), row)));
    }
    let body = |place: &Place| {
        let (task, record) = (&shape.tasks[place.0.at()], records.get(place));
        let waits = record.is_none_or(|record: &TaskRecord| record.state == TaskState::Cleared);
        let known = record.and_then(known_reason);
        let reason = known.or_else(|| waits.then(|| waiting.reason(shape, task, &records))?);
        run.body(*place, record, reason)
    };
    Ok(places.iter().filter_map(body).collect())
}

/// All task instances of a run, as the API shows them.
pub(crate) async fn all_task_instances(state: &ApiState, run: &RunRecord) -> Result<Vec<serde_json::Value>, ApiError> {
    let run = InstanceRun::of(state, run).await?;
    let places = InstancePlaces::of(state, &run.run, &run.shape).await?;
    let mut all = Vec::with_capacity(places.total());
    for from in (0..places.total()).step_by(PageOf::MAX_LIMIT) {
        for body in bodies(state, &run, &places.page(from, PageOf::MAX_LIMIT)).await? {
            all.push(serde_json::to_value(body).map_err(|error| ApiError::invalid(error.to_string()))?);
        }
    }
    Ok(all)
}

/// The template fields as the attempt has rendered them; none where it had nothing to render.
async fn rendered(state: &ApiState, record: &TaskRecord) -> Option<Map<String, Value>> {
    let kept = state.artifacts.get(&JinjaTemplates::artifact(record.token)).await.ok()?;
    serde_json::from_slice(&kept).ok()
}

impl Named {
    /// What it is, in the API's shape.
    pub(super) async fn body(&self, state: &ApiState) -> Result<TaskInstanceBody, ApiError> {
        let run = InstanceRun::of(state, &self.run).await?;
        let mut found = bodies(state, &run, &[(self.index, self.map_index)]).await?;
        let body = found.pop().ok_or_else(|| ApiError::not_found("there is no such task instance"))?;
        Ok(match self.record(state).await? {
            Some(record) => body.with_rendered(rendered(state, &record).await),
            None => body,
        })
    }

    /// It and its earlier tries.
    pub(super) async fn all_tries(&self, state: &ApiState) -> Result<Json<TaskInstanceList>, ApiError> {
        let mut records = state.reader.tries(self.run.key, self.index, self.map_index).await?;
        records.extend(self.record(state).await?);
        let run = InstanceRun::of(state, &self.run).await?;
        let place = (self.index, self.map_index);
        let body = |record: &TaskRecord| run.body(place, Some(record), known_reason(record));
        let task_instances: Vec<_> =
            records.iter().filter(|record| record.token.try_number > 0).filter_map(body).collect();
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
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), PageOf, InstanceParams),
    responses((status = 200, description = "As asked", body = TaskInstanceList)),
)]
pub(super) async fn list_mapped(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
    Args(page): Args<PageOf>,
    Args(pairs): Args<Pairs>,
) -> Result<Json<TaskInstanceList>, ApiError> {
    let named = Named::task(&state, &dag, &run, &task).await?;
    if named.task_shape().expand.is_none() {
        return Err(ApiError::not_found(format!("task {task:?} is not mapped")));
    }
    let places = InstancePlaces::of(&state, &named.run, &named.shape).await?;
    let count = places.count(named.index).unwrap_or(0) as usize;
    let run = InstanceRun::of(&state, &named.run).await?;
    let index = named.index;
    let instances = |from: usize, most: usize| {
        (0..count as i32).skip(from).take(most).map(|at| (index, MapIndex(at))).collect::<Vec<_>>()
    };
    Ok(Json(listed(&state, &run, count, instances, &page, &pairs).await?))
}
