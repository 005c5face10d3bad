//! `/dags`: which DAGs there are; pausing them.

use std::collections::{HashMap, HashSet};

use axum::extract::State;
use couture_core::DagId;
use couture_core::store::{DagRecord, Request};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json, Names, dag_id};
use super::page_of::PageOf;
use super::state::ApiState;
use crate::auth::{Permit, act, on};
use crate::dags::DagSource;

/// A DAG, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DagBody {
    #[schema(value_type = String)]
    dag_id: DagId,
    dag_display_name: String,
    is_paused: bool,
    /// Whether it is not defined anywhere any more.
    is_stale: bool,
    description: Option<String>,
    owners: Vec<String>,
    tags: Vec<TagBody>,
    /// Where it is defined: a path in the DAG folder, an example, or the program itself.
    relative_fileloc: Option<String>,
    has_import_errors: bool,
    version: String,
    /// Why its runs wait although it is not paused, if so.
    quarantined: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct TagBody {
    name: String,
    #[schema(value_type = String)]
    dag_id: DagId,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DagList {
    dags: Vec<DagBody>,
    total_entries: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaskList {
    tasks: Vec<TaskBody>,
    total_entries: usize,
}

/// A task of a DAG, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
struct TaskBody {
    task_id: String,
    task_display_name: String,
    operator_name: String,
    upstream_task_ids: Vec<String>,
    retries: u32,
    retry_delay_ms: u64,
    execution_timeout_ms: Option<u64>,
    #[schema(value_type = String)]
    trigger_rule: couture_core::TriggerRule,
    #[schema(value_type = String)]
    pool: couture_core::PoolName,
    pool_slots: u32,
    priority_weight: i32,
    doc_md: Option<String>,
    /// The group in which people see it.
    group: Option<String>,
    ui_color: Option<String>,
    ui_fgcolor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DagFilter {
    paused: Option<bool>,
    /// Inactive ones are left out unless this is false, as in Airflow.
    #[serde(default = "yes")]
    exclude_stale: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DagPatch {
    is_paused: bool,
}

#[utoipa::path(
    get,
    path = "/api/v2/dags",
    tag = "DAG",
    params(PageOf, DagFilter),
    responses((status = 200, description = "As asked", body = DagList)),
)]
pub(super) async fn list(
    permit: Permit<act::Read, on::Dags>,
    State(state): State<ApiState>,
    Args(page): Args<PageOf>,
    Args(filter): Args<DagFilter>,
) -> Result<Json<DagList>, ApiError> {
    page.fixed_order("dag_id")?;
    let limit = page.limit()?;
    let problems = Problems::now(&state);
    let mut total_entries = 0;
    let mut dags = Vec::new();
    let mut after: Option<DagId> = None;
    loop {
        let records = state.reader.dags(after.as_ref(), PageOf::MAX_LIMIT).await?;
        let last = records.len() < PageOf::MAX_LIMIT;
        after = records.last().map(|record| record.dag_id.clone());
        for record in records.into_iter().filter(|record| permit.dags().allows(&record.dag_id)) {
            if filter.paused.is_some_and(|paused| paused != record.paused) || (filter.exclude_stale && !record.active) {
                continue;
            }
            total_entries += 1;
            if total_entries > page.offset() && dags.len() < limit {
                dags.push(body(&state, &problems, record).await);
            }
        }
        if last {
            return Ok(Json(DagList { dags, total_entries }));
        }
    }
}

/// What is wrong with DAGs at the moment.
struct Problems {
    quarantined: HashMap<DagId, String>,
    sources: HashSet<String>,
}

impl Problems {
    fn now(state: &ApiState) -> Self {
        let errors = state.catalog.errors().into_iter().filter(|error| !error.is_warning);
        let sources = errors.map(|error| error.source).collect();
        Self { quarantined: state.engine.status().quarantined.into_iter().collect(), sources }
    }
}

/// A DAG whose version cannot be read is shown without what is in there.
async fn body(state: &ApiState, problems: &Problems, record: DagRecord) -> DagBody {
    let facts = state.catalog.facts(&record.dag_id);
    let source = facts.as_ref().map(|facts| facts.source.clone());
    let (display_name, description, owner, tags) = match facts {
        Some(facts) => (facts.display_name, facts.description, facts.owner, facts.tags),
        None => match state.shape(&record.version).await {
            Ok(shape) => {
                let display_name = shape.dag_display_name.clone();
                (display_name, shape.description.clone(), shape.owner.clone(), shape.tags.clone())
            }
            Err(_) => Default::default(),
        },
    };
    DagBody {
        dag_display_name: display_name.unwrap_or_else(|| record.dag_id.to_string()),
        is_paused: record.paused,
        is_stale: !record.active,
        description,
        owners: owner.into_iter().collect(),
        tags: tags.into_iter().map(|name| TagBody { name, dag_id: record.dag_id.clone() }).collect(),
        has_import_errors: source.as_ref().is_some_and(|source| problems.sources.contains(&source.to_string())),
        relative_fileloc: source.map(|source| match source {
            DagSource::File(path) => path.display().to_string(),
            other => other.to_string(),
        }),
        version: record.version,
        quarantined: problems.quarantined.get(&record.dag_id).cloned(),
        dag_id: record.dag_id,
    }
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}",
    tag = "DAG",
    params(("dag_id" = String, Path, description = "The DAG.")),
    responses((status = 200, description = "As asked", body = DagBody)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::Dags>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<Json<DagBody>, ApiError> {
    let record = state.dag(&dag_id(&name)?).await?;
    Ok(Json(body(&state, &Problems::now(&state), record).await))
}

#[utoipa::path(
    patch,
    path = "/api/v2/dags/{dag_id}",
    tag = "DAG",
    params(("dag_id" = String, Path, description = "The DAG.")),
    request_body = DagPatch,
    responses((status = 200, description = "As asked", body = DagBody)),
)]
pub(super) async fn patch(
    _: Permit<act::Edit, on::Dags>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Json(patch): Json<DagPatch>,
) -> Result<Json<DagBody>, ApiError> {
    let dag_id = dag_id(&name)?;
    state.ask(Request::SetPaused { dag_id: dag_id.clone(), paused: patch.is_paused }).await?;
    let record = state.dag(&dag_id).await?;
    Ok(Json(body(&state, &Problems::now(&state), record).await))
}

/// What is left of a DAG whose history was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Deleted {
    #[schema(value_type = String)]
    dag_id: DagId,
    /// Whether it is still defined somewhere, and so is still there.
    is_defined: bool,
}

#[utoipa::path(
    delete,
    path = "/api/v2/dags/{dag_id}",
    tag = "DAG",
    params(("dag_id" = String, Path, description = "The DAG.")),
    responses((status = 200, description = "As asked", body = Deleted)),
)]
pub(super) async fn delete(
    _: Permit<act::Delete, on::Dags>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<Json<Deleted>, ApiError> {
    let dag_id = dag_id(&name)?;
    let is_defined = state.dag(&dag_id).await?.active;
    state.carry_out(state.engine.delete_history(dag_id.clone())).await?;
    Ok(Json(Deleted { dag_id, is_defined }))
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/tasks",
    tag = "DAG",
    params(("dag_id" = String, Path, description = "The DAG."), PageOf),
    responses((status = 200, description = "As asked", body = TaskList)),
)]
pub(super) async fn tasks(
    _: Permit<act::Read, on::Dags>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Args(page): Args<PageOf>,
) -> Result<Json<TaskList>, ApiError> {
    page.fixed_order("task_index")?;
    let record = state.dag(&dag_id(&name)?).await?;
    let shape = state.shape(&record.version).await?;
    let wanted = shape.tasks.iter().skip(page.offset()).take(page.limit()?);
    let tasks = wanted.map(|task| TaskBody {
        task_id: task.task_id.to_string(),
        task_display_name: task.options.task_display_name.clone().unwrap_or_else(|| task.task_id.to_string()),
        operator_name: task.operator().to_owned(),
        upstream_task_ids: task.all_upstream().map(String::from).collect(),
        retries: task.options.retries,
        retry_delay_ms: task.options.retry_delay_ms,
        execution_timeout_ms: task.options.execution_timeout_ms,
        trigger_rule: task.options.trigger_rule,
        pool: task.options.pool.clone(),
        pool_slots: task.options.pool_slots,
        priority_weight: task.options.priority_weight,
        doc_md: task.options.doc_md.clone(),
        group: task.options.group.clone(),
        ui_color: task.options.ui_color.clone(),
        ui_fgcolor: task.options.ui_fgcolor.clone(),
    });
    Ok(Json(TaskList { tasks: tasks.collect(), total_entries: shape.tasks.len() }))
}
