//! `/dags/{dag_id}/clearTaskInstances` and `/dags/{dag_id}/dagRuns/{run_id}/clear`: task instances begin again.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use couture_core::store::{ClearOnly, NotePlace, RunRecord, TaskChoice};
use couture_core::{DagId, MapIndex, RunScope, Scope, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::affected::AffectedList;
use super::error::ApiError;
use super::extract::{Json, Names, dag_id, run_id};
use super::note::NoteText;
use super::state::ApiState;
use super::version_shape::TaskShape;
use crate::auth::{Permit, act, on};

/// What is cleared, in Airflow's words and with its defaults.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClearBody {
    #[serde(default = "yes")]
    dry_run: bool,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    start_date: Option<Timestamp>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    end_date: Option<Timestamp>,
    #[serde(default = "yes")]
    only_failed: bool,
    #[serde(default)]
    only_running: bool,
    #[serde(default = "yes")]
    reset_dag_runs: bool,
    #[serde(default)]
    #[schema(value_type = Option<Vec<Value>>)]
    task_ids: Option<Vec<NamedTask>>,
    #[serde(default)]
    dag_run_id: Option<String>,
    #[serde(default)]
    include_upstream: bool,
    #[serde(default)]
    include_downstream: bool,
    #[serde(default)]
    include_future: bool,
    #[serde(default)]
    include_past: bool,
    /// Whether the runs go on in the newest version of the DAG; as the DAG says where null. Refused with `true` where a run cannot.
    #[serde(default)]
    run_on_latest_version: Option<bool>,
    /// Whether the call is refused where a task is running: null or false.
    #[serde(default)]
    prevent_running_task: Option<bool>,
    /// What people are to know of the task instances.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    note: Option<NoteText>,
}

fn yes() -> bool {
    true
}

/// A task, or one instance of a mapped task as `[task_id, map_index]`.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a task is a text, or a list of a text and a map index")]
enum NamedTask {
    Task(TaskId),
    Instance(TaskId, i32),
}

impl From<NamedTask> for TaskChoice {
    fn from(named: NamedTask) -> Self {
        match named {
            NamedTask::Task(task_id) => task_id.into(),
            NamedTask::Instance(task_id, map_index) => {
                let map_index = Some(MapIndex(map_index)).filter(|index| *index != MapIndex::NONE);
                Self { task_id, map_index }
            }
        }
    }
}

impl ClearBody {
    async fn scope(&mut self, state: &ApiState, dag_id: DagId) -> Result<Scope, ApiError> {
        if !self.reset_dag_runs {
            return Err(ApiError::invalid("reset_dag_runs is false, but a run that goes on is running: leave it out"));
        }
        if self.prevent_running_task == Some(true) {
            return Err(ApiError::invalid(
                "prevent_running_task is true, but a running task is cleared too: leave it out",
            ));
        }
        if self.dag_run_id.is_some() && (self.start_date.is_some() || self.end_date.is_some()) {
            return Err(ApiError::invalid("give dag_run_id, or start_date and end_date, but not both"));
        }
        let runs = match &self.dag_run_id {
            Some(id) => RunScope::Run(state.run(&dag_id, &run_id(id)?).await?.key),
            None if self.include_past || self.include_future => {
                return Err(ApiError::invalid("include_past and include_future need a dag_run_id to count from"));
            }
            None => {
                state.dag(&dag_id).await?;
                let first = self.start_date.unwrap_or(Timestamp::from_micros(i64::MIN));
                RunScope::Between(first, self.end_date.unwrap_or(Timestamp::from_micros(i64::MAX)))
            }
        };
        Ok(Scope {
            dag_id,
            runs,
            tasks: self.task_ids.take().unwrap_or_default().into_iter().map(Into::into).collect(),
            upstream: self.include_upstream,
            downstream: self.include_downstream,
            past: self.include_past,
            future: self.include_future,
        })
    }

    fn only(&self) -> Result<ClearOnly, ApiError> {
        match (self.only_failed, self.only_running) {
            (true, true) => Err(ApiError::invalid("only_failed and only_running are both true; set one to false")),
            (true, false) => Ok(ClearOnly::Failed),
            (false, true) => Ok(ClearOnly::Running),
            (false, false) => Ok(ClearOnly::All),
        }
    }
}

#[utoipa::path(
    post,
    path = "/api/v2/dags/{dag_id}/clearTaskInstances",
    tag = "TaskInstance",
    params(("dag_id" = String, Path, description = "The DAG.")),
    request_body = ClearBody,
    responses((status = 200, description = "As asked", body = AffectedList)),
)]
pub(super) async fn tasks(
    permit: Permit<act::Edit, on::TaskInstances>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Json(mut body): Json<ClearBody>,
) -> Result<Json<AffectedList>, ApiError> {
    let dag_id = dag_id(&name)?;
    let only = body.only()?;
    let scope = body.scope(&state, dag_id.clone()).await?;
    let newest = body.run_on_latest_version;
    let affected = state.carry_out(state.engine.clear_in(&scope, only, newest, body.dry_run)).await?;
    permit.note("dry_run", body.dry_run);
    if let Some(note) = body.note.filter(|_| !body.dry_run) {
        state.write_notes(&affected, &note, permit.principal().username()).await?;
    }
    Ok(Json(AffectedList::new(&state, affected).await?))
}

/// How a run is cleared, with Airflow's defaults.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClearRunBody {
    #[serde(default = "yes")]
    dry_run: bool,
    #[serde(default)]
    only_failed: bool,
    /// Whether only tasks that are new in the newest version of the DAG run, in that version; then `only_failed` is false.
    #[serde(default)]
    only_new: Option<bool>,
    /// Whether the run goes on in the newest version of the DAG; as the DAG says where null. Refused with `true` where it cannot.
    #[serde(default)]
    run_on_latest_version: Option<bool>,
    /// What people are to know of the run.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    note: Option<NoteText>,
}

/// A task that a run has not had, in Airflow's shape.
#[derive(Debug, Serialize)]
struct NewTask {
    task_id: String,
    task_display_name: String,
}

/// The tasks that the newest version of a run's DAG has besides its own.
#[derive(Debug, Serialize)]
struct NewTasks {
    task_instances: Vec<NewTask>,
    total_entries: usize,
}

impl NewTasks {
    async fn of(state: &ApiState, run: &RunRecord) -> Result<Self, ApiError> {
        let newest = state.dag(&run.dag_id).await?.version;
        let (newest, own) = (state.shape(&newest).await?, state.shape(&run.version).await?);
        let new = newest.tasks.iter().filter(|task| own.find(&task.task_id).is_none());
        let task = |task: &TaskShape| NewTask {
            task_id: task.task_id.to_string(),
            task_display_name: task.display_name().to_owned(),
        };
        let task_instances: Vec<_> = new.map(task).collect();
        Ok(Self { total_entries: task_instances.len(), task_instances })
    }
}

#[utoipa::path(
    post,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/clear",
    tag = "TaskInstance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run.")),
    request_body = ClearRunBody,
    responses((status = 200, description = "As asked", body = Value)),
)]
pub(super) async fn run(
    permit: Permit<act::Edit, on::DagRuns>,
    State(state): State<ApiState>,
    Names((dag, run)): Names<(String, String)>,
    Json(body): Json<ClearRunBody>,
) -> Result<Response, ApiError> {
    let (dag_id, run_id) = (dag_id(&dag)?, run_id(&run)?);
    let takes_new = body.only_new == Some(true);
    let newest = body.run_on_latest_version;
    if takes_new && (body.only_failed || newest == Some(false)) {
        let detail =
            "only_new is true, so only_failed and run_on_latest_version cannot say something else: leave them out";
        return Err(ApiError::invalid(detail));
    }
    let before = state.run(&dag_id, &run_id).await?;
    let key = before.key;
    if takes_new && body.dry_run {
        return Ok(Json(NewTasks::of(&state, &before).await?).into_response());
    }
    let only = if body.only_failed { ClearOnly::Failed } else { ClearOnly::All };
    let scope = Scope::run(dag_id.clone(), key);
    let affected = match takes_new {
        true => Vec::new(),
        false => state.carry_out(state.engine.clear_in(&scope, only, newest, body.dry_run)).await?,
    };
    // Where nothing is cleared, nobody has moved the run yet.
    if !body.dry_run && affected.is_empty() && (takes_new || newest == Some(true)) {
        state.carry_out(state.engine.take_new_tasks(dag_id.clone(), key)).await?;
    }
    if let Some(note) = body.note.as_ref().filter(|_| !body.dry_run) {
        let place = NotePlace { run: key, instance: None };
        state.write_note(place, note, permit.principal().username()).await?;
    }
    if body.dry_run {
        return Ok(Json(AffectedList::new(&state, affected).await?).into_response());
    }
    Ok(Json(state.run_body(state.run(&dag_id, &run_id).await?).await?).into_response())
}
