//! Starting runs: `POST /dags/{dag_id}/dagRuns`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use couture_core::schedule::DataInterval;
use couture_core::store::{Answer, NotePlace, Request, RunOrigin, Trigger, TriggeredBy};
use couture_core::{DagId, RunId, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::dag_run_body::DagRunBody;
use super::error::ApiError;
use super::extract::{Json, Names, dag_id};
use super::note::NoteText;
use super::state::ApiState;
use crate::auth::{Action, Permit, Principal, Resource, Via, act, on};

/// What the command line calls itself in its requests.
pub(crate) const CLI_AGENT: &str = concat!("couture/", env!("CARGO_PKG_VERSION"));
/// As it begins in every version.
const ANY_CLI_AGENT: &str = "couture/";

/// What a run is started with; everything may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TriggerBody {
    #[serde(default)]
    #[schema(example = "manual__today")]
    dag_run_id: Option<String>,
    /// What the run is about: `run_after` where absent, and now where that is absent, too.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    logical_date: Option<Timestamp>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    conf: Value,
    /// What people are to know of it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    note: Option<NoteText>,
    /// The time whose data it is about begins here. Together with `data_interval_end`, or neither: then it follows from the schedule.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    data_interval_start: Option<Timestamp>,
    /// Not before `data_interval_start`.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    data_interval_end: Option<Timestamp>,
    /// The run is queued until then; it begins as soon as it can where this is absent or past.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    run_after: Option<Timestamp>,
    /// Always null.
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    partition_key: Value,
}

impl TriggerBody {
    fn data_interval(&self) -> Result<Option<DataInterval>, ApiError> {
        match (self.data_interval_start, self.data_interval_end) {
            (None, None) => Ok(None),
            (Some(start), Some(end)) if start <= end => Ok(Some(DataInterval::new(start, end))),
            (Some(_), Some(_)) => Err(ApiError::invalid("data_interval_start is after data_interval_end")),
            _ => Err(ApiError::invalid("give data_interval_start and data_interval_end, or neither of them")),
        }
    }
}

/// Who asks, as far as the request tells: the page has a session, and the command line says what it is.
pub(in crate::api) fn origin(principal: &Principal, headers: &HeaderMap) -> RunOrigin {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let triggered_by = match principal.via {
        _ if agent.is_some_and(|agent| agent.starts_with(ANY_CLI_AGENT)) => TriggeredBy::Cli,
        Via::Session(_) => TriggeredBy::Ui,
        _ => TriggeredBy::RestApi,
    };
    let user = principal.username().map(String::from);
    RunOrigin { triggered_by: Some(triggered_by), user, run_after: None }
}

#[utoipa::path(
    post,
    path = "/api/v2/dags/{dag_id}/dagRuns",
    tag = "DagRun",
    params(("dag_id" = String, Path, description = "The DAG.")),
    request_body = TriggerBody,
    responses((status = 200, description = "The run", body = DagRunBody)),
)]
pub(super) async fn trigger(
    permit: Permit<act::Create, on::DagRuns>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    headers: HeaderMap,
    Json(body): Json<TriggerBody>,
) -> Result<Json<DagRunBody>, ApiError> {
    if name == crate::eda::DAG_ID {
        // Its runs read what their configuration names.
        permit.principal().check(Action::Create, Resource::Eda, None)?;
    }
    let run = start(&state, dag_id(&name)?, body, origin(permit.principal(), &headers)).await?;
    permit.note("run_id", &run.0.dag_run_id);
    Ok(run)
}

impl ApiState {
    /// Asks for a run, and tells its id; that the request is on its way elsewhere is an error with the status 202.
    pub(in crate::api) async fn trigger(&self, trigger: Trigger) -> Result<RunId, ApiError> {
        match self.ask(Request::Trigger(trigger)).await? {
            Answer::Triggered { run_id, .. } => Ok(run_id),
            _ => {
                let detail = "the request is on its way to the scheduler that owns the dag; look for the run there";
                Err(ApiError::new(StatusCode::ACCEPTED, detail))
            }
        }
    }
}

/// Starts a run.
pub(super) async fn start(
    state: &ApiState,
    dag_id: DagId,
    body: TriggerBody,
    origin: RunOrigin,
) -> Result<Json<DagRunBody>, ApiError> {
    if !body.partition_key.is_null() {
        return Err(ApiError::invalid("partition_key cannot be chosen, as no dag has partitions: leave it out"));
    }
    let data_interval = body.data_interval()?;
    let invalid = |error: couture_core::IdError| ApiError::invalid(error.to_string());
    let run_id = body.dag_run_id.map(RunId::new).transpose().map_err(invalid)?;
    let (logical_date, author) = (body.logical_date, origin.user.clone());
    let origin = RunOrigin { run_after: body.run_after, ..origin };
    let trigger = Trigger { dag_id: dag_id.clone(), run_id, logical_date, data_interval, conf: body.conf, origin };
    let run_id = state.trigger(trigger).await?;
    let run = state.run(&dag_id, &run_id).await?;
    if let Some(note) = body.note {
        state.write_note(NotePlace { run: run.key, instance: None }, &note, author.as_deref()).await?;
    }
    Ok(Json(state.run_body(run).await?))
}
