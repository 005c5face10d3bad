//! Declaring task instances to be what they are not: `PATCH …/taskInstances/{task_id}`; and running one by itself:
//! `POST …/taskInstances/{task_id}/run`.

use axum::extract::State;
use couture_core::store::{MarkedState, NotePlace, TaskChoice};
use couture_core::{MapIndex, Scope};
use serde::Deserialize;
use utoipa::ToSchema;

use super::affected::AffectedList;
use super::error::ApiError;
use super::extract::{Args, Json, Names, dag_id, run_id, task_id};
use super::named_instance::{Instance, Named};
use super::note::NoteText;
use super::schema;
use super::state::ApiState;
use super::task_instance_body::TaskInstanceBody;
use crate::auth::{Permit, act, on};

/// What a task instance is declared to be, in Airflow's words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MarkBody {
    #[serde(default)]
    #[schema(value_type = Option<schema::MarkedStateName>)]
    new_state: Option<MarkedState>,
    /// What people are to know of it; an empty text removes the note.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    note: Option<NoteText>,
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
    permit: Permit<act::Edit, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
    Args(instance): Args<Instance>,
    Json(body): Json<MarkBody>,
) -> Result<Json<AffectedList>, ApiError> {
    let author = permit.principal().username();
    change(author, &state, [&dag, &run, &task], &instance, body, false).await
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
    permit: Permit<act::Edit, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
    Args(instance): Args<Instance>,
    Json(body): Json<MarkBody>,
) -> Result<Json<AffectedList>, ApiError> {
    let author = permit.principal().username();
    change(author, &state, [&dag, &run, &task], &instance, body, true).await
}

/// Declares, and writes the note, where one is given, to all instances that are meant.
async fn change(
    author: Option<&str>,
    state: &ApiState,
    [dag, run, task]: [&str; 3],
    instance: &Instance,
    body: MarkBody,
    dry_run: bool,
) -> Result<Json<AffectedList>, ApiError> {
    let dag_id = dag_id(dag)?;
    let key = state.run(&dag_id, &run_id(run)?).await?.key;
    let scope = Scope {
        upstream: body.include_upstream,
        downstream: body.include_downstream,
        past: body.include_past,
        future: body.include_future,
        ..Scope::tasks(dag_id, key, [choice(task, instance)?])
    };
    let place = |named: &Named| NotePlace { run: key, instance: Some((named.index, named.map_index)) };
    let Some(wanted) = body.new_state else {
        let named = Named::instance(state, [dag, run, task], instance).await?;
        if let Some(note) = body.note.filter(|_| !dry_run) {
            state.write_note(place(&named), &note, author).await?;
        }
        return Ok(Json(AffectedList::of(named.body(state).await?)));
    };
    let mut affected = state.carry_out(state.engine.mark(&scope, wanted, dry_run)).await?;
    if let Some(note) = body.note.filter(|_| !dry_run) {
        state.write_notes(&affected, &note, author).await?;
        // Where all were so already, it is still told why the named one is.
        if affected.is_empty()
            && let Ok(named) = Named::instance(state, [dag, run, task], instance).await
        {
            state.write_note(place(&named), &note, author).await?;
        }
    }
    if !dry_run {
        // Told as they are now.
        affected.iter_mut().for_each(|one| one.state = Some(wanted.task_state()));
    }
    Ok(Json(AffectedList::new(state, affected).await?))
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
    permit: Permit<act::Edit, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task, map_index)): Names<(String, String, String, String)>,
    Json(body): Json<MarkBody>,
) -> Result<Json<AffectedList>, ApiError> {
    let (author, instance) = (permit.principal().username(), Instance::named(&map_index)?);
    change(author, &state, [&dag, &run, &task], &instance, body, false).await
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
    permit: Permit<act::Edit, on::TaskInstances>,
    State(state): State<ApiState>,
    Names((dag, run, task, map_index)): Names<(String, String, String, String)>,
    Json(body): Json<MarkBody>,
) -> Result<Json<AffectedList>, ApiError> {
    let (author, instance) = (permit.principal().username(), Instance::named(&map_index)?);
    change(author, &state, [&dag, &run, &task], &instance, body, true).await
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
