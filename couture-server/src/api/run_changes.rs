//! `/dags/{dag_id}/changeDagRuns`: the same done to many runs, batch by batch.

use axum::extract::State;
use couture_core::store::{ClearOnly, MarkedRunState, Refusal, RunQuery, RunRecord};
use couture_core::{DagId, EngineError, RunId, RunKey, RunState, Scope, Timestamp};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::{Json, Names, dag_id};
use super::schema;
use super::state::ApiState;
use crate::auth::{Permit, act, on};

/// The most runs of one request; the next one goes on behind them.
const MAX_RUNS: usize = 1_000;
/// How many are changed at the same time.
const AT_A_TIME: usize = 64;

/// What is done to a run.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Action {
    /// It begins again.
    Clear,
    /// It counts as succeeded.
    Success,
    /// It counts as failed; its live attempts are ended.
    Failed,
}

/// Which runs, and what is done to them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeBody {
    action: Action,
    /// Those in these states.
    #[schema(value_type = Vec<schema::RunStateName>)]
    states: Vec<RunState>,
    /// Only those with a logical date before this one.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    logical_date_lt: Option<Timestamp>,
    /// Where the last answer ended.
    #[serde(default)]
    continuation_token: Option<String>,
    #[serde(default = "yes")]
    dry_run: bool,
}

fn yes() -> bool {
    true
}

/// What was, or would be, done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangedRuns {
    #[schema(value_type = Vec<String>)]
    dag_run_ids: Vec<RunId>,
    /// How many runs there are that the request is about, these among them.
    total_entries: usize,
    /// What to ask with for the next batch; absent after the last one.
    continuation_token: Option<String>,
}

/// Does it to the oldest of the runs, at most a thousand. Where it fails, those before may be changed.
#[utoipa::path(
    post,
    path = "/api/v2/dags/{dag_id}/changeDagRuns",
    tag = "DagRun",
    params(("dag_id" = String, Path, description = "The DAG.")),
    request_body = ChangeBody,
    responses((status = 200, description = "As asked", body = ChangedRuns)),
)]
pub(super) async fn change(
    _: Permit<act::Edit, on::DagRuns>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Json(body): Json<ChangeBody>,
) -> Result<Json<ChangedRuns>, ApiError> {
    let dag_id = dag_id(&name)?;
    state.dag(&dag_id).await?;
    if body.states.is_empty() {
        return Err(ApiError::invalid(
            "states is empty; name the states of the runs, such as [\"queued\", \"running\"]",
        ));
    }
    let wrong = |_| ApiError::invalid("continuation_token is not one of an answer; leave it out to begin");
    let after = body.continuation_token.as_deref().map(str::parse).transpose().map_err(wrong)?.map(RunKey);
    let (states, before) = (body.states, body.logical_date_lt);
    let query = RunQuery { states, before, after, ..RunQuery::of(dag_id.clone()) };
    let total_entries = state.reader.count_runs(&query).await?;
    let runs = state.reader.find_runs(&query, 0, MAX_RUNS).await?;
    if !body.dry_run {
        for some in runs.chunks(AT_A_TIME) {
            let changes = some.iter().map(|run| change_one(&state, &dag_id, run, body.action));
            join_all(changes).await.into_iter().collect::<Result<(), _>>()?;
        }
    }
    let last = runs.last().filter(|_| runs.len() == MAX_RUNS);
    let continuation_token = last.map(|run| run.key.0.to_string());
    let dag_run_ids = runs.into_iter().map(|run| run.run_id).collect();
    Ok(Json(ChangedRuns { dag_run_ids, total_entries, continuation_token }))
}

async fn change_one(state: &ApiState, dag_id: &DagId, run: &RunRecord, action: Action) -> Result<(), ApiError> {
    let engine = &state.engine;
    let mark = |as_what| async move { engine.mark_run(dag_id.clone(), run.key, as_what).await.map(drop) };
    let work = async {
        let result = match action {
            Action::Clear => engine.clear(&Scope::run(dag_id.clone(), run.key), ClearOnly::All, false).await.map(drop),
            Action::Success => mark(MarkedRunState::Success).await,
            Action::Failed => mark(MarkedRunState::Failed).await,
        };
        match result {
            // Deleted meanwhile: there is nothing left to change.
            Err(EngineError::Refused(Refusal::NoRun { .. })) => Ok(()),
            other => other,
        }
    };
    state.carry_out(work).await
}
