//! `/dags/{dag_id}/dagRuns`: starting, watching and ending runs.

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::store::{Answer, MarkedState, Request, RunOrder, RunQuery, RunRecord, Trigger};
use couture_core::{DagId, RunId, RunState, RunType, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json, Names, dag_id, run_id};
use super::page_of::PageOf;
use super::recent_runs::recent_runs;
use super::schema;
use super::state::ApiState;
use super::waiting;
use crate::auth::{Permit, act, on};

/// A DAG run, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DagRunBody {
    #[schema(value_type = String)]
    dag_run_id: RunId,
    #[schema(value_type = String)]
    dag_id: DagId,
    #[schema(value_type = String, format = DateTime)]
    logical_date: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    queued_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    start_date: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    end_date: Option<Timestamp>,
    /// Seconds from start to end.
    duration: Option<f64>,
    #[schema(value_type = schema::RunTypeName)]
    run_type: RunType,
    #[schema(value_type = schema::RunStateName)]
    state: RunState,
    /// Whether someone ended it.
    cancelled: bool,
    conf: Value,
    dag_version: String,
    /// Why it does not begin or go on, where its DAG is the reason; told of single runs only.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Seconds between two times, if both are known.
pub(super) fn seconds(start: Option<Timestamp>, end: Option<Timestamp>) -> Option<f64> {
    Some(end?.since(start?).as_secs_f64())
}

impl From<RunRecord> for DagRunBody {
    fn from(run: RunRecord) -> Self {
        Self {
            duration: seconds(run.started_at, run.ended_at),
            dag_run_id: run.run_id,
            dag_id: run.dag_id,
            logical_date: run.logical_date,
            queued_at: run.queued_at,
            start_date: run.started_at,
            end_date: run.ended_at,
            run_type: run.run_type,
            state: run.state,
            cancelled: run.cancelled,
            conf: run.conf,
            dag_version: run.version,
            reason: None,
        }
    }
}

/// A run as the API shows it.
pub(crate) fn run_body(run: RunRecord) -> Result<Value, ApiError> {
    serde_json::to_value(DagRunBody::from(run)).map_err(|error| ApiError::invalid(error.to_string()))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DagRunList {
    dag_runs: Vec<DagRunBody>,
    total_entries: usize,
}

/// What a run is started with; everything may be left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TriggerBody {
    #[serde(default)]
    dag_run_id: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    logical_date: Option<Timestamp>,
    #[serde(default)]
    conf: Value,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DagRunPatch {
    #[schema(value_type = schema::RunStateName)]
    state: RunState,
    /// Whether a run that is over stays what it is.
    #[serde(default)]
    only_unfinished: bool,
}

/// Which runs are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RunFilter {
    state: Option<String>,
    logical_date_lt: Option<String>,
}

/// How runs may be ordered. They are created in the order of their ids.
const ORDERS: &[&str] = &["id", "logical_date", "queued_at", "start_date", "end_date"];

fn query(of: Option<DagId>, page: &PageOf, filter: &RunFilter) -> Result<RunQuery, ApiError> {
    let (by, descending) = page.order(ORDERS)?.unwrap_or(("id", true));
    let order = match by {
        "logical_date" => RunOrder::LogicalDate,
        "start_date" => RunOrder::Started,
        "end_date" => RunOrder::Ended,
        _ => RunOrder::Created,
    };
    let states = filter.state.as_deref().map(|text| text.split(',').map(str::parse).collect::<Result<Vec<_>, _>>());
    let before = filter.logical_date_lt.as_deref().map(Timestamp::parse).transpose();
    Ok(RunQuery {
        dag_id: of,
        states: states.transpose().map_err(ApiError::invalid)?.unwrap_or_default(),
        before: before.map_err(|error| ApiError::invalid(format!("logical_date_lt: {error}")))?,
        after: None,
        order,
        descending,
    })
}

/// The newest first, unless another order is asked for.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns",
    tag = "DagRun",
    params(("dag_id" = String, Path, description = "The DAG."), PageOf, RunFilter),
    responses((status = 200, description = "As asked", body = DagRunList)),
)]
pub(super) async fn list(
    _: Permit<act::Read, on::DagRuns>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Args(page): Args<PageOf>,
    Args(filter): Args<RunFilter>,
) -> Result<Json<DagRunList>, ApiError> {
    // Airflow's name for all DAGs.
    let of = if name == "~" { None } else { Some(dag_id(&name)?) };
    let limit = page.limit()?;
    let query = query(of, &page, &filter)?;
    if let Some(of) = &query.dag_id {
        state.dag(of).await?;
    }
    let newest = RunQuery { descending: true, ..RunQuery::default() };
    let runs = if query == newest && page.offset() <= PageOf::MAX_WALK {
        recent_runs(&*state.reader, page.offset(), limit).await?
    } else {
        state.reader.find_runs(&query, page.offset(), limit).await?
    };
    let total_entries = state.reader.count_runs(&query).await?;
    Ok(Json(DagRunList { dag_runs: runs.into_iter().map(Into::into).collect(), total_entries }))
}

#[utoipa::path(
    post,
    path = "/api/v2/dags/{dag_id}/dagRuns",
    tag = "DagRun",
    params(("dag_id" = String, Path, description = "The DAG.")),
    request_body = TriggerBody,
    responses((status = 200, description = "As asked", body = DagRunBody)),
)]
pub(super) async fn trigger(
    _: Permit<act::Create, on::DagRuns>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Json(body): Json<TriggerBody>,
) -> Result<Json<DagRunBody>, ApiError> {
    start(&state, dag_id(&name)?, body).await
}

/// Starts a run.
pub(super) async fn start(state: &ApiState, dag_id: DagId, body: TriggerBody) -> Result<Json<DagRunBody>, ApiError> {
    let invalid = |error: couture_core::IdError| ApiError::invalid(error.to_string());
    let run_id = body.dag_run_id.map(RunId::new).transpose().map_err(invalid)?;
    let logical_date = body.logical_date;
    let trigger = Trigger { dag_id: dag_id.clone(), run_id: run_id.clone(), logical_date, conf: body.conf };
    let run_id = match state.ask(Request::Trigger(trigger)).await? {
        Answer::Triggered { run_id, .. } => run_id,
        _ => {
            let detail = "the request is on its way to the scheduler that owns the dag; look for the run there";
            return Err(ApiError::new(StatusCode::ACCEPTED, detail));
        }
    };
    Ok(Json(state.run(&dag_id, &run_id).await?.into()))
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}",
    tag = "DagRun",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run.")),
    responses((status = 200, description = "As asked", body = DagRunBody)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::DagRuns>,
    State(state): State<ApiState>,
    Names((dag, run)): Names<(String, String)>,
) -> Result<Json<DagRunBody>, ApiError> {
    let run = state.run(&dag_id(&dag)?, &run_id(&run)?).await?;
    let reason = waiting::of_run(&state, &run).await?;
    Ok(Json(DagRunBody { reason, ..run.into() }))
}

#[utoipa::path(
    patch,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}",
    tag = "DagRun",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run.")),
    request_body = DagRunPatch,
    responses((status = 200, description = "As asked", body = DagRunBody)),
)]
pub(super) async fn patch(
    _: Permit<act::Edit, on::DagRuns>,
    State(state): State<ApiState>,
    Names((dag, run)): Names<(String, String)>,
    Json(patch): Json<DagRunPatch>,
) -> Result<Json<DagRunBody>, ApiError> {
    let marked = match patch.state {
        RunState::Success => MarkedState::Success,
        RunState::Failed => MarkedState::Failed,
        RunState::Queued | RunState::Running => {
            return Err(ApiError::invalid("state can be set to \"success\" or \"failed\"; to run it again, clear it"));
        }
    };
    let (dag_id, run_id) = (dag_id(&dag)?, run_id(&run)?);
    let run = state.run(&dag_id, &run_id).await?;
    if patch.only_unfinished && run.state.is_finished() {
        let detail = format!("run {:?} is over already: {}", run_id.as_str(), run.state);
        return Err(ApiError::new(StatusCode::CONFLICT, detail));
    }
    state.carry_out(state.engine.mark_run(dag_id.clone(), run.key, marked)).await?;
    Ok(Json(state.run(&dag_id, &run_id).await?.into()))
}
