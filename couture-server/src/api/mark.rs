//! Declaring task instances to be what they are not: `PATCH …/taskInstances/{task_id}`; and running one by itself:
//! `POST …/taskInstances/{task_id}/run`.

use axum::extract::State;
use couture_core::store::{MarkedState, TaskChoice};
use couture_core::{MapIndex, Scope};
use serde::Deserialize;
use utoipa::ToSchema;

use super::affected::AffectedList;
use super::error::ApiError;
use super::extract::{Args, Json, Names, dag_id, run_id, task_id};
use super::named_instance::{Instance, Named};
use super::schema;
use super::state::ApiState;
use super::task_instance::TaskInstanceBody;
use crate::auth::{Permit, act, on};

/// What a task instance is declared to be, in Airflow's words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MarkBody {
    #[schema(value_type = schema::MarkedStateName)]
    new_state: MarkedState,
    #[serde(default)]
    include_upstream: bool,
    #[serde(default)]
    include_downstream: bool,
    #[serde(default)]
    include_future: bool,
    #[serde(default)]
    include_past: bool,
}

/// The instances that are meant: one of a mapped task; all where none is named.
fn choice(task: &str, which: &Instance) -> Result<TaskChoice, ApiError> {
    let map_index = which.map_index.map(MapIndex).filter(|index| *index != MapIndex::NONE);
    Ok(TaskChoice { map_index, ..task_id(task)?.into() })
}

#[utoipa::path(
    patch,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), Instance),
    request_body = MarkBody,
    responses((status = 200, description = "As asked", body = AffectedList)),
)]
pub(super) async fn mark(
    _: Permit<act::Edit, on::TaskInstances>,
    state: State<ApiState>,
    names: Names<(String, String, String)>,
    instance: Args<Instance>,
    body: Json<MarkBody>,
) -> Result<Json<AffectedList>, ApiError> {
    change(state, names, instance, body, false).await
}

#[utoipa::path(
    patch,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/dry_run",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), Instance),
    request_body = MarkBody,
    responses((status = 200, description = "As asked", body = AffectedList)),
)]
pub(super) async fn dry_run(
    _: Permit<act::Edit, on::TaskInstances>,
    state: State<ApiState>,
    names: Names<(String, String, String)>,
    instance: Args<Instance>,
    body: Json<MarkBody>,
) -> Result<Json<AffectedList>, ApiError> {
    change(state, names, instance, body, true).await
}

async fn change(
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
    Args(instance): Args<Instance>,
    Json(body): Json<MarkBody>,
    dry_run: bool,
) -> Result<Json<AffectedList>, ApiError> {
    let dag_id = dag_id(&dag)?;
    let key = state.run(&dag_id, &run_id(&run)?).await?.key;
    let scope = Scope {
        upstream: body.include_upstream,
        downstream: body.include_downstream,
        past: body.include_past,
        future: body.include_future,
        ..Scope::tasks(dag_id.clone(), key, [choice(&task, &instance)?])
    };
    let affected = state.carry_out(state.engine.mark(&scope, body.new_state, dry_run)).await?;
    Ok(Json(AffectedList::new(&dag_id, affected)))
}

#[utoipa::path(
    patch,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/{map_index}",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), ("map_index" = i32, Path, description = "Which instance of a mapped task.")),
    request_body = MarkBody,
    responses((status = 200, description = "As asked", body = AffectedList)),
)]
pub(super) async fn mark_mapped(
    _: Permit<act::Edit, on::TaskInstances>,
    state: State<ApiState>,
    Names((dag, run, task, map_index)): Names<(String, String, String, String)>,
    body: Json<MarkBody>,
) -> Result<Json<AffectedList>, ApiError> {
    change(state, Names((dag, run, task)), Args(Instance::named(&map_index)?), body, false).await
}

#[utoipa::path(
    patch,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/{map_index}/dry_run",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), ("map_index" = i32, Path, description = "Which instance of a mapped task.")),
    request_body = MarkBody,
    responses((status = 200, description = "As asked", body = AffectedList)),
)]
pub(super) async fn mapped_dry_run(
    _: Permit<act::Edit, on::TaskInstances>,
    state: State<ApiState>,
    Names((dag, run, task, map_index)): Names<(String, String, String, String)>,
    body: Json<MarkBody>,
) -> Result<Json<AffectedList>, ApiError> {
    change(state, Names((dag, run, task)), Args(Instance::named(&map_index)?), body, true).await
}

#[utoipa::path(
    post,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/run",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), Instance),
    responses((status = 200, description = "As asked", body = TaskInstanceBody)),
)]
pub(super) async fn run_alone(
    _: Permit<act::Edit, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
    Args(instance): Args<Instance>,
) -> Result<Json<TaskInstanceBody>, ApiError> {
    let named = Named::task(&state, &dag, &run, &task).await?;
    let (dag_id, key) = (named.run.dag_id.clone(), named.run.key);
    state.carry_out(state.engine.run_task(dag_id, key, choice(&task, &instance)?)).await?;
    let map_index = instance.map_index.map_or(MapIndex::NONE, MapIndex);
    Ok(Json(Named { map_index, ..named }.body(&state).await?))
}
