//! `…/taskInstances/…`: what else there is to know of one: why it waits, one of its tries, and where it leads.

use std::collections::BTreeMap;

use axum::extract::State;
use couture_core::task::{XCom, XComValue};
use couture_core::{MapIndex, TaskState};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{OpenApi, ToSchema};

use super::dag_run::check_named;
use super::dag_task::{LINK, REPORT};
use super::error::ApiError;
use super::extract::{Args, Json, Names};
use super::instance_filter::all_of_runs;
use super::named_instance::{Instance, Named, just_before};
use super::page_of::PageOf;
use super::pairs::Pairs;
use super::routes::Routes;
use super::schema;
use super::state::ApiState;
use super::task_instance::TaskInstanceList;
use super::task_instance_body::{InstanceRun, TaskInstanceBody, known_reason};
use super::waiting;
use super::web_state::WebState;
use crate::auth::{Permit, act, on};

/// Which task instances a list of all DAGs' runs shows, in Airflow's shape. What is left out does not count.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = TaskInstancesBatchBody)]
#[expect(dead_code, reason = "it describes what is read by name")]
pub(super) struct InstancesBody {
    dag_ids: Option<Vec<String>>,
    dag_run_ids: Option<Vec<String>>,
    task_ids: Option<Vec<String>>,
    #[schema(value_type = Option<Vec<Option<schema::TaskStateName>>>)]
    state: Option<Vec<Option<String>>>,
    pool: Option<Vec<String>>,
    queue: Option<Vec<String>>,
    #[schema(minimum = 1, maximum = 1000)]
    page_limit: Option<u32>,
    page_offset: Option<u32>,
    #[schema(example = "-start_date")]
    order_by: Option<String>,
    logical_date_gte: Option<String>,
    logical_date_lte: Option<String>,
    run_after_gte: Option<String>,
    run_after_lte: Option<String>,
    start_date_gte: Option<String>,
    start_date_lte: Option<String>,
    end_date_gte: Option<String>,
    end_date_lte: Option<String>,
    duration_gte: Option<f64>,
    duration_lte: Option<f64>,
}

/// The task instances of several DAGs that something has happened to.
#[utoipa::path(
    post,
    path = "/api/v2/dags/~/dagRuns/~/taskInstances/list",
    tag = "Task Instance",
    request_body = InstancesBody,
    responses((status = 200, description = "The task instances", body = TaskInstanceList)),
)]
pub(super) async fn list_batch(
    permit: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Json(body): Json<Map<String, Value>>,
) -> Result<Json<TaskInstanceList>, ApiError> {
    let pairs = Pairs::of_body(&body)?;
    check_named(&permit, &pairs)?;
    let page = PageOf::of_body(&pairs)?;
    Ok(Json(all_of_runs(&state, permit.dags(), ["~", "~"], &page, &pairs).await?))
}

/// Something that a task instance waits for.
#[derive(Debug, Serialize, ToSchema)]
struct Dependency {
    #[schema(example = "Upstream Task")]
    name: String,
    #[schema(example = "extract is running")]
    reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DependencyList {
    dependencies: Vec<Dependency>,
}

/// What an instance that is not over waits for, as far as that is known.
async fn dependencies_of(state: &ApiState, named: &Named) -> Result<DependencyList, ApiError> {
    let mut dependencies = Vec::new();
    let mut add = |name: &str, reason: String| dependencies.push(Dependency { name: name.to_owned(), reason });
    let record = named.record(state).await?;
    if let Some(record) = record.as_ref().filter(|record| record.state != TaskState::Cleared) {
        if record.state == TaskState::UpForRetry
            && let Some(at) = record.retry_at
        {
            add("Not In Retry Period", format!("it is tried again at {at}"));
        }
        if record.state == TaskState::Deferred {
            add("Ready To Reschedule", known_reason(record).unwrap_or_else(|| "it looks again later".into()));
        }
        if record.state.is_finished() || record.state.is_live() {
            add("Task Instance State", format!("it is {}", record.state));
        }
        return Ok(DependencyList { dependencies });
    }
    if let Some(reason) = waiting::of_run(state, &named.run).await? {
        add("Dag Run", reason);
    } else if named.run.state.is_finished() {
        add("Dagrun Running", format!("the run is over: {}", named.run.state));
    }
    for name in named.task_shape().all_upstream() {
        let Some(index) = named.shape.find(name) else { continue };
        let rows = state.reader.tasks(named.run.key, just_before((index, MapIndex::NONE)), 1).await?;
        let row = rows.into_iter().find(|row| row.token.task == index);
        match row.map(|row| row.state) {
            Some(TaskState::Success) => {}
            Some(TaskState::Expanded) => add("Upstream Task", format!("instances of {name} are not all over")),
            Some(TaskState::Cleared) | None => add("Upstream Task", format!("{name} has not begun")),
            Some(other) => add("Upstream Task", format!("{name} is {other}")),
        }
    }
    if let Some(reason) = named.body(state).await?.reason() {
        add("Task Instance", reason.to_owned());
    }
    Ok(DependencyList { dependencies })
}

/// Why a task instance does not run.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/dependencies",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), Instance),
    responses((status = 200, description = "What it waits for", body = DependencyList)),
)]
pub(super) async fn dependencies(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
    Args(which): Args<Instance>,
) -> Result<Json<DependencyList>, ApiError> {
    let named = Named::instance(&state, [&dag, &run, &task], &which).await?;
    Ok(Json(dependencies_of(&state, &named).await?))
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/{map_index}/dependencies",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), ("map_index" = i32, Path, description = "Which instance of a mapped task.")),
    responses((status = 200, description = "What it waits for", body = DependencyList)),
)]
pub(super) async fn mapped_dependencies(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task, map_index)): Names<(String, String, String, String)>,
) -> Result<Json<DependencyList>, ApiError> {
    let named = Named::instance(&state, [&dag, &run, &task], &Instance::named(&map_index)?).await?;
    Ok(Json(dependencies_of(&state, &named).await?))
}

async fn try_of(state: &ApiState, named: &Named, number: u32) -> Result<Json<TaskInstanceBody>, ApiError> {
    let record = super::log::find_try(state, named, number).await?;
    let run = InstanceRun::of(state, &named.run).await?;
    let body = run.body((named.index, named.map_index), Some(&record), known_reason(&record));
    body.map(Json).ok_or_else(|| ApiError::not_found("there is no such try"))
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/tries/{try_number}",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), ("try_number" = u32, Path, description = "Which try; the first is 1."), Instance),
    responses((status = 200, description = "The try", body = TaskInstanceBody)),
)]
pub(super) async fn one_try(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task, number)): Names<(String, String, String, u32)>,
    Args(which): Args<Instance>,
) -> Result<Json<TaskInstanceBody>, ApiError> {
    let named = Named::instance(&state, [&dag, &run, &task], &which).await?;
    try_of(&state, &named, number).await
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/{map_index}/tries/{try_number}",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), ("map_index" = i32, Path, description = "Which instance of a mapped task."), ("try_number" = u32, Path, description = "Which try; the first is 1.")),
    responses((status = 200, description = "The try", body = TaskInstanceBody)),
)]
pub(super) async fn one_mapped_try(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task, map_index, number)): Names<(String, String, String, String, u32)>,
) -> Result<Json<TaskInstanceBody>, ApiError> {
    let named = Named::instance(&state, [&dag, &run, &task], &Instance::named(&map_index)?).await?;
    try_of(&state, &named, number).await
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LinkList {
    /// Addresses in the page, by their names.
    extra_links: BTreeMap<String, Option<String>>,
    total_entries: usize,
}

/// Where a task instance leads.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/links",
    tag = "Extra Links",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), Instance),
    responses((status = 200, description = "The links", body = LinkList)),
)]
pub(super) async fn links(
    _: Permit<act::Read, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
    Args(which): Args<Instance>,
) -> Result<Json<LinkList>, ApiError> {
    let named = Named::task(&state, &dag, &run, &task).await?;
    let named = Named { map_index: which.map_index.map_or(MapIndex::NONE, MapIndex), ..named };
    let address =
        |dag_id: &str| format!("/dags/{}", dag_id.replace('%', "%25").replace('/', "%2F").replace(' ', "%20"));
    let target = named.task_shape().target_dag_id().map(|target| (LINK.to_owned(), Some(address(target))));
    let mut extra_links: BTreeMap<_, _> = target.into_iter().collect();
    if named.task_shape().makes_reports() {
        extra_links.insert(REPORT.to_owned(), report(&state, &named).await?);
    }
    Ok(Json(LinkList { total_entries: extra_links.len(), extra_links }))
}

/// The address of the report that an instance has made, if any.
async fn report(state: &ApiState, named: &Named) -> Result<Option<String>, ApiError> {
    let given = state.store.xcom(named.run.key, named.index, named.map_index, XCom::RETURN_VALUE).await?;
    let Some(XComValue::Json(json)) = given else { return Ok(None) };
    let path = serde_json::from_str::<String>(&json).ok();
    Ok(path.map(|path| format!("/api/v2/eda/outputs/file?path={}", utf8_percent_encode(&path, NON_ALPHANUMERIC))))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExternalLog {
    url: String,
}

/// Logs are kept here: there is never an address elsewhere.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/externalLogUrl/{try_number}",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), ("try_number" = u32, Path, description = "Which try."), Instance),
    responses((status = 200, description = "Never", body = ExternalLog)),
)]
pub(super) async fn external_log(
    _: Permit<act::Read, on::TaskLogs>,
    State(state): State<ApiState>,
    Names((dag, run, task, _number)): Names<(String, String, String, u32)>,
    Args(_which): Args<Instance>,
) -> Result<Json<ExternalLog>, ApiError> {
    Named::task(&state, &dag, &run, &task).await?;
    Err(ApiError::not_found("logs are kept here, and nowhere else"))
}

#[derive(OpenApi)]
#[openapi(paths(list_batch, dependencies, mapped_dependencies, one_try, one_mapped_try, links, external_log))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    let instances = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances";
    let of = |rest: &str| format!("{instances}/{{task_id}}/{rest}");
    Routes::new(state)
        .post("get_task_instances_batch", "/api/v2/dags/~/dagRuns/~/taskInstances/list", list_batch)
        .get("get_task_instance_dependencies", &of("dependencies"), dependencies)
        .get("get_mapped_task_instance_dependencies", &of("{map_index}/dependencies"), mapped_dependencies)
        .get("get_task_instance_try_details", &of("tries/{try_number}"), one_try)
        .get("get_mapped_task_instance_try_details", &of("{map_index}/tries/{try_number}"), one_mapped_try)
        .get("get_extra_links", &of("links"), links)
        .get("get_external_log_url", &of("externalLogUrl/{try_number}"), external_log)
}
