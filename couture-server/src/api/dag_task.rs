//! `/dags/{dag_id}/tasks`: the tasks of a DAG as it is now.

use std::collections::BTreeMap;

use axum::extract::State;
use couture_core::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json, Names, dag_id};
use super::page_of::PageOf;
use super::routes::Routes;
use super::state::ApiState;
use super::version_shape::{TaskShape, VersionShape};
use super::web_state::WebState;
use crate::auth::{Permit, act, on};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaskList {
    tasks: Vec<TaskBody>,
    total_entries: usize,
}

/// A length of time, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
struct TimeDelta {
    #[serde(rename = "__type")]
    kind: &'static str,
    days: u64,
    seconds: u64,
    microseconds: u64,
}

impl TimeDelta {
    fn of_ms(ms: u64) -> Self {
        let day = 86_400_000;
        Self { kind: "TimeDelta", days: ms / day, seconds: ms % day / 1_000, microseconds: ms % 1_000 * 1_000 }
    }
}

/// Which class an operator is of.
#[derive(Debug, Serialize, ToSchema)]
struct ClassRef {
    module_path: Option<String>,
    class_name: String,
}

/// A task of a DAG, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Task)]
pub(super) struct TaskBody {
    task_id: String,
    task_display_name: String,
    operator_name: String,
    class_ref: ClassRef,
    owner: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    start_date: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    end_date: Option<Timestamp>,
    #[schema(value_type = String, example = "all_success")]
    trigger_rule: couture_core::TriggerRule,
    depends_on_past: bool,
    wait_for_downstream: bool,
    retries: u32,
    queue: Option<String>,
    #[schema(value_type = String)]
    pool: couture_core::PoolName,
    pool_slots: u32,
    execution_timeout: Option<TimeDelta>,
    retry_delay: Option<TimeDelta>,
    /// The factor by which the delay grows with each try; 0 where it does not.
    retry_exponential_backoff: u32,
    priority_weight: i32,
    weight_rule: String,
    ui_color: Option<String>,
    ui_fgcolor: Option<String>,
    template_fields: Vec<String>,
    upstream_task_ids: Vec<String>,
    downstream_task_ids: Vec<String>,
    doc_md: Option<String>,
    extra_links: Vec<String>,
    is_mapped: bool,
    params: BTreeMap<String, Value>,
    retry_delay_ms: u64,
    execution_timeout_ms: Option<u64>,
    /// The group in which people see it.
    group: Option<String>,
    /// The DAG that it starts runs of.
    target_dag_id: Option<String>,
    /// Why it cannot be run here, where that is known: its operator's package is not installed.
    unavailable: Option<String>,
}

fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(String::from)).unwrap_or_default()
}

fn body(shape: &VersionShape, task: &TaskShape) -> TaskBody {
    let options = &task.options;
    let waits_for_it = |other: &&TaskShape| other.all_upstream().any(|name| *name == *task.task_id);
    TaskBody {
        task_id: task.task_id.to_string(),
        task_display_name: task.display_name().to_owned(),
        operator_name: task.operator().to_owned(),
        class_ref: ClassRef { module_path: None, class_name: task.operator().to_owned() },
        owner: options.owner.clone().or_else(|| shape.owner.clone()),
        start_date: shape.start_date,
        end_date: shape.end_date,
        trigger_rule: options.trigger_rule,
        depends_on_past: options.depends_on_past,
        wait_for_downstream: options.wait_for_downstream,
        retries: options.retries,
        queue: options.queue.clone(),
        pool: options.pool.clone(),
        pool_slots: options.pool_slots,
        execution_timeout: options.execution_timeout_ms.map(TimeDelta::of_ms),
        retry_delay: Some(TimeDelta::of_ms(options.retry_delay_ms)),
        retry_exponential_backoff: if options.retry_exponential_backoff { 2 } else { 0 },
        priority_weight: options.priority_weight,
        weight_rule: word(options.weight_rule),
        ui_color: options.ui_color.clone(),
        ui_fgcolor: options.ui_fgcolor.clone(),
        template_fields: task.template_fields().keys().cloned().collect(),
        upstream_task_ids: task.all_upstream().map(String::from).collect(),
        downstream_task_ids: shape.tasks.iter().filter(waits_for_it).map(|other| other.task_id.to_string()).collect(),
        doc_md: options.doc_md.clone(),
        extra_links: links_of(task).map(String::from).collect(),
        is_mapped: task.expand.is_some(),
        params: options.params.clone(),
        retry_delay_ms: options.retry_delay_ms,
        execution_timeout_ms: options.execution_timeout_ms,
        group: options.group.clone(),
        target_dag_id: task.target_dag_id().map(String::from),
        unavailable: task.unavailable().map(String::from),
    }
}

/// The link from a task that starts runs of another DAG, by Airflow's name.
pub(super) const LINK: &str = "Triggered DAG";
/// The name of the link to a report on data.
pub(super) const REPORT: &str = "Report";

/// The names of a task's links.
fn links_of(task: &TaskShape) -> impl Iterator<Item = &'static str> {
    [(task.target_dag_id().is_some(), LINK), (task.makes_reports(), REPORT)]
        .into_iter()
        .filter_map(|(is_there, name)| is_there.then_some(name))
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/tasks",
    tag = "Task",
    params(("dag_id" = String, Path, description = "The DAG."), PageOf),
    responses((status = 200, description = "Its tasks", body = TaskList)),
)]
pub(super) async fn list(
    _: Permit<act::Read, on::Dags>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Args(page): Args<PageOf>,
) -> Result<Json<TaskList>, ApiError> {
    let record = state.dag(&dag_id(&name)?).await?;
    let shape = state.shape(&record.version).await?;
    let mut tasks: Vec<&TaskShape> = shape.tasks.iter().collect();
    if let Some((by, is_descending)) = page.order(&["task_index", "task_id"])? {
        if by == "task_id" {
            tasks.sort_by(|one, other| one.task_id.cmp(&other.task_id));
        }
        if is_descending {
            tasks.reverse();
        }
    }
    let wanted = tasks.into_iter().skip(page.offset()).take(page.limit()?);
    Ok(Json(TaskList { tasks: wanted.map(|task| body(&shape, task)).collect(), total_entries: shape.tasks.len() }))
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/tasks/{task_id}",
    tag = "Task",
    params(("dag_id" = String, Path, description = "The DAG."), ("task_id" = String, Path, description = "The task.")),
    responses((status = 200, description = "The task", body = TaskBody)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::Dags>,
    State(state): State<ApiState>,
    Names((name, task)): Names<(String, String)>,
) -> Result<Json<TaskBody>, ApiError> {
    let record = state.dag(&dag_id(&name)?).await?;
    let shape = state.shape(&record.version).await?;
    let unknown = || ApiError::not_found(format!("dag {name:?} has no task {task:?}"));
    let index = shape.find(&task).ok_or_else(unknown)?;
    Ok(Json(body(&shape, &shape.tasks[index.at()])))
}

#[derive(OpenApi)]
#[openapi(paths(list, get))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state).get("get_tasks", "/api/v2/dags/{dag_id}/tasks", list).get(
        "get_task",
        "/api/v2/dags/{dag_id}/tasks/{task_id}",
        get,
    )
}
