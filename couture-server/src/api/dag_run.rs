//! `/dags/{dag_id}/dagRuns`: starting, watching and ending runs.

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::store::{ClearOnly, MarkedRunState, NotePlace, RunOrder, RunQuery, RunRecord};
use couture_core::{DagId, RunState, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{OpenApi, ToSchema};

use super::dag_run_body::DagRunBody;
use super::error::ApiError;
use super::extract::{Args, Json, Names, dag_id, run_id};
use super::note::NoteText;
use super::page_of::PageOf;
use super::pairs::Pairs;
use super::recent_runs::recent_runs;
use super::routes::Routes;
use super::run_filter::{RunParams, run_order, run_query};
use super::schema;
use super::state::ApiState;
use super::trigger;
use super::waiting;
use super::web_state::WebState;
use crate::auth::{self, Permit, act, on};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DagRunList {
    pub(super) dag_runs: Vec<DagRunBody>,
    pub(super) total_entries: usize,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DagRunPatch {
    /// `queued` begins it anew; `success` and `failed` end it.
    #[serde(default)]
    #[schema(value_type = Option<schema::RunStateName>)]
    state: Option<RunState>,
    /// What people are to know of it; an empty text removes the note.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    note: Option<NoteText>,
    /// Whether a run that is over stays what it is.
    #[serde(default)]
    only_unfinished: bool,
}

impl ApiState {
    /// The runs that `query` is about, from `offset` on, with how many there are.
    async fn run_list(&self, query: &RunQuery, offset: usize, limit: usize) -> Result<DagRunList, ApiError> {
        let newest = RunQuery { descending: true, ..RunQuery::default() };
        let runs = if *query == newest && offset <= PageOf::MAX_WALK {
            recent_runs(&*self.reader, offset, limit).await?
        } else {
            self.reader.find_runs(query, offset, limit).await?
        };
        let total_entries = self.reader.count_runs(query).await?;
        Ok(DagRunList { dag_runs: self.run_bodies(runs).await?, total_entries })
    }
}

/// The newest first, unless another order is asked for; of all DAGs that the sender may see where `dag_id` is `~`.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns",
    tag = "DagRun",
    params(("dag_id" = String, Path, description = "The DAG; `~` for all."), PageOf, RunParams),
    responses((status = 200, description = "The runs", body = DagRunList)),
)]
pub(super) async fn list(
    permit: Permit<act::Read, on::DagRuns>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Args(page): Args<PageOf>,
    Args(pairs): Args<Pairs>,
) -> Result<Json<DagRunList>, ApiError> {
    let of = if name == "~" { None } else { Some(dag_id(&name)?) };
    let limit = page.limit()?;
    let (order, descending) = run_order(&page)?;
    let query = run_query(&state, of, permit.dags(), &pairs, "state").await?;
    if let Some(of) = &query.dag_id {
        state.dag(of).await?;
    }
    Ok(Json(state.run_list(&RunQuery { order, descending, ..query }, page.offset(), limit).await?))
}

/// Which runs a list of all DAGs' runs shows, in Airflow's shape. What is left out does not count.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DagRunsBatchBody)]
#[expect(dead_code, reason = "it describes what is read by name")]
pub(super) struct RunsBody {
    dag_ids: Option<Vec<String>>,
    #[schema(value_type = Option<Vec<Option<schema::RunStateName>>>)]
    states: Option<Vec<Option<String>>>,
    #[schema(minimum = 1, maximum = 1000)]
    page_limit: Option<u32>,
    page_offset: Option<u32>,
    #[schema(example = "-start_date")]
    order_by: Option<String>,
    logical_date_gte: Option<String>,
    logical_date_gt: Option<String>,
    logical_date_lte: Option<String>,
    logical_date_lt: Option<String>,
    run_after_gte: Option<String>,
    run_after_lte: Option<String>,
    start_date_gte: Option<String>,
    start_date_gt: Option<String>,
    start_date_lte: Option<String>,
    start_date_lt: Option<String>,
    end_date_gte: Option<String>,
    end_date_lte: Option<String>,
    duration_gte: Option<f64>,
    duration_lte: Option<f64>,
}

/// The runs of several DAGs, the oldest first unless another order is asked for.
#[utoipa::path(
    post,
    path = "/api/v2/dags/~/dagRuns/list",
    tag = "DagRun",
    request_body = RunsBody,
    responses((status = 200, description = "The runs", body = DagRunList)),
)]
pub(super) async fn list_batch(
    permit: Permit<act::Read, on::DagRuns>,
    State(state): State<ApiState>,
    Json(body): Json<Map<String, Value>>,
) -> Result<Json<DagRunList>, ApiError> {
    let pairs = Pairs::of_body(&body)?;
    check_named(&permit, &pairs)?;
    let page = PageOf::of_body(&pairs)?;
    let (order, descending) = run_order(&page)?;
    let query = run_query(&state, None, permit.dags(), &pairs, "states").await?;
    let (order, descending) =
        if pairs.one("order_by").is_none() { (RunOrder::Created, false) } else { (order, descending) };
    Ok(Json(state.run_list(&RunQuery { order, descending, ..query }, page.offset(), page.limit()?).await?))
}

/// Refuses bodies that name a DAG which the sender may not see.
pub(super) fn check_named<A: auth::ActionKind, R: auth::ResourceKind>(
    permit: &Permit<A, R>,
    pairs: &Pairs,
) -> Result<(), ApiError> {
    for name in pairs.all("dag_ids").filter(|name| *name != "~") {
        if let Ok(dag_id) = DagId::new(name) {
            permit.principal().check_dag(A::ACTION, R::RESOURCE, &dag_id)?;
        }
    }
    Ok(())
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}",
    tag = "DagRun",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run.")),
    responses((status = 200, description = "The run", body = DagRunBody)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::DagRuns>,
    State(state): State<ApiState>,
    Names((dag, run)): Names<(String, String)>,
) -> Result<Json<DagRunBody>, ApiError> {
    let run = state.run(&dag_id(&dag)?, &run_id(&run)?).await?;
    let reason = waiting::of_run(&state, &run).await?;
    let mut body = state.run_body(run).await?;
    body.reason = reason;
    Ok(Json(body))
}

#[utoipa::path(
    patch,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}",
    tag = "DagRun",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run.")),
    request_body = DagRunPatch,
    responses((status = 200, description = "The run as it is now", body = DagRunBody)),
)]
pub(super) async fn patch(
    permit: Permit<act::Edit, on::DagRuns>,
    State(state): State<ApiState>,
    Names((dag, run)): Names<(String, String)>,
    Json(patch): Json<DagRunPatch>,
) -> Result<Json<DagRunBody>, ApiError> {
    let (dag_id, run_id) = (dag_id(&dag)?, run_id(&run)?);
    let run = state.run(&dag_id, &run_id).await?;
    if patch.only_unfinished && run.state.is_finished() {
        let detail = format!("run {:?} is over already: {}", run_id.as_str(), run.state);
        return Err(ApiError::new(StatusCode::CONFLICT, detail));
    }
    if let Some(note) = &patch.note {
        state.write_note(NotePlace { run: run.key, instance: None }, note, permit.principal().username()).await?;
    }
    if let Some(wanted) = patch.state {
        permit.note("state", wanted);
        set_state(&state, &run, wanted).await?;
    }
    let run = state.run(&dag_id, &run_id).await?;
    Ok(Json(state.run_body(run).await?))
}

async fn set_state(state: &ApiState, run: &RunRecord, wanted: RunState) -> Result<(), ApiError> {
    let marked = match wanted {
        RunState::Success => MarkedRunState::Success,
        RunState::Failed => MarkedRunState::Failed,
        RunState::Queued => {
            let scope = Scope::run(run.dag_id.clone(), run.key);
            state.carry_out(state.engine.clear(&scope, ClearOnly::All, false)).await?;
            return Ok(());
        }
        RunState::Running => {
            return Err(ApiError::invalid("state can be set to \"queued\", \"success\" or \"failed\""));
        }
    };
    state.carry_out(state.engine.mark_run(run.dag_id.clone(), run.key, marked)).await.map(drop)
}

/// Forgets a run, which is over, with all that belongs to it.
#[utoipa::path(
    delete,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}",
    tag = "DagRun",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run.")),
    responses((status = 204, description = "It is gone")),
)]
pub(super) async fn delete(
    _: Permit<act::Delete, on::DagRuns>,
    State(state): State<ApiState>,
    Names((dag, run)): Names<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let dag_id = dag_id(&dag)?;
    let run = state.run(&dag_id, &run_id(&run)?).await?;
    state.carry_out(state.engine.delete_run(dag_id, run.key)).await?;
    if let Err(error) = state.logs.delete_run(run.key).await {
        tracing::warn!(run_id = %run.run_id, "the logs of a deleted run were not removed: {error}");
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(OpenApi)]
#[openapi(paths(list, list_batch, trigger::trigger, get, patch, delete))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    let runs = "/api/v2/dags/{dag_id}/dagRuns";
    let run = "/api/v2/dags/{dag_id}/dagRuns/{run_id}";
    Routes::new(state)
        .get("get_dag_runs", runs, list)
        .post("trigger_dag_run", runs, trigger::trigger)
        .post("get_list_dag_runs_batch", "/api/v2/dags/~/dagRuns/list", list_batch)
        .get("get_dag_run", run, get)
        .patch("patch_dag_run", run, patch)
        .delete("delete_dag_run", run, delete)
}
