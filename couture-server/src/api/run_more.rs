//! `…/dagRuns/{run_id}/wait` and `…/upstreamAssetEvents`: waiting for a run, and what it was made for.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use couture_core::dag::AssetCondition;
use couture_core::store::{RunQuery, RunRecord};
use couture_core::task::XComValue;
use couture_core::{AssetName, MapIndex, RunState, RunType};
use futures_util::stream::unfold;
use serde_json::{Map, Value, json};
use utoipa::{OpenApi, ToSchema};

use super::asset_event::{AssetEventList, event_list};
use super::error::ApiError;
use super::extract::{Args, Json, Names, dag_id, run_id};
use super::pairs::Pairs;
use super::routes::Routes;
use super::state::ApiState;
use super::web_state::{WebState, wished};
use crate::auth::{Permit, act, on};

/// The longest time between two looks, in seconds.
const MAX_INTERVAL: f64 = 60.0;
/// The longest time that one call waits; who waits on calls again.
const LONGEST: Duration = Duration::from_secs(6 * 3_600);

/// A line of the answer: the state of the run, and when it is over what tasks gave.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(super) struct WaitLine {
    #[schema(value_type = super::schema::RunStateName)]
    state: RunState,
    #[schema(value_type = Option<Object>)]
    results: Option<Value>,
}

/// Waits until a run is over: a line of JSON now and then, the last one when it is.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/wait",
    tag = "DagRun",
    params(
        ("dag_id" = String, Path, description = "The DAG."),
        ("run_id" = String, Path, description = "The run."),
        ("interval" = f64, Query, description = "Seconds between two looks.", example = 1.0),
        ("result" = Option<Vec<String>>, Query, description = "Tasks whose return values are told at the end."),
    ),
    responses((status = 200, description = "Lines of JSON", body = WaitLine, content_type = "application/x-ndjson")),
)]
pub(super) async fn wait(
    permit: Permit<act::Read, on::DagRuns>,
    State(state): State<WebState>,
    Names((dag, run)): Names<(String, String)>,
    Args(pairs): Args<Pairs>,
) -> Result<Response, ApiError> {
    let interval = pairs.parsed::<f64>("interval")?.unwrap_or(1.0);
    if !(interval > 0.0 && interval <= MAX_INTERVAL) {
        return Err(ApiError::invalid(format!("interval is {interval}; it may be up to {MAX_INTERVAL} seconds")));
    }
    let (dag_id, run_id) = (dag_id(&dag)?, run_id(&run)?);
    state.api.run(&dag_id, &run_id).await?;
    let results: Vec<String> = pairs.all("result").map(String::from).collect();
    let begun = state.api.clock.now().mono;
    let place = state.streams.enter(&permit)?;
    let step = move |next: Option<Duration>| {
        // It goes with the lines.
        let _ = &place;
        let (state, dag_id, run_id, results) = (state.clone(), dag_id.clone(), run_id.clone(), results.clone());
        async move {
            let pause = next?;
            let mut stopping = state.stopping.clone();
            tokio::select! {
                () = state.api.clock.sleep(pause) => {}
                () = wished(&mut stopping) => return None,
            }
            let run = state.api.reader.run(&dag_id, &run_id).await.ok()??;
            let is_over = run.state.is_finished();
            let mut line = json!({ "state": run.state });
            if is_over && !results.is_empty() {
                line["results"] = results_of(&state.api, &run, &results).await;
            }
            let waited = state.api.clock.now().mono.saturating_sub(begun);
            let goes_on = !is_over && waited < LONGEST;
            let line = Ok::<_, Infallible>(format!("{line}\n"));
            Some((line, goes_on.then(|| Duration::from_secs_f64(interval))))
        }
    };
    let lines = unfold(Some(Duration::ZERO), step);
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((kind, Body::from_stream(lines)).into_response())
}

/// What the tasks returned: of mapped ones a list.
async fn results_of(state: &ApiState, run: &RunRecord, tasks: &[String]) -> Value {
    let mut results = Map::new();
    let Ok(shape) = state.shape(&run.version).await else { return Value::Object(results) };
    for task in tasks {
        let Some(index) = shape.find(task) else { continue };
        let values = state.store.xcoms(run.key, index, "return_value").await.unwrap_or_default();
        let read = |value: &XComValue| match value {
            XComValue::Json(text) => serde_json::from_str(text).unwrap_or(Value::Null),
            XComValue::Artifact(_) => Value::Null,
        };
        let value = match &values[..] {
            [(MapIndex::NONE, value)] => read(value),
            several => several.iter().map(|(_, value)| read(value)).collect(),
        };
        results.insert(task.clone(), value);
    }
    Value::Object(results)
}

fn assets_of(condition: &AssetCondition, found: &mut BTreeSet<AssetName>) {
    match condition {
        AssetCondition::Asset(name) => drop(found.insert(name.clone())),
        AssetCondition::All(parts) | AssetCondition::Any(parts) => {
            parts.iter().for_each(|part| assets_of(part, found));
        }
    }
}

/// The most changes of one asset that are looked through, and that are told.
const MAX_EVENTS: usize = 1_000;

/// The changes of assets that a run was made for: those of its DAG's assets since the run before that was made so.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/upstreamAssetEvents",
    tag = "DagRun",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run.")),
    responses((status = 200, description = "The changes", body = AssetEventList)),
)]
pub(super) async fn upstream_asset_events(
    _: Permit<act::Read, on::DagRuns>,
    State(state): State<ApiState>,
    Names((dag, run)): Names<(String, String)>,
) -> Result<Json<AssetEventList>, ApiError> {
    let run = state.run(&dag_id(&dag)?, &run_id(&run)?).await?;
    let mut events = Vec::new();
    if run.run_type == RunType::AssetTriggered {
        let query =
            RunQuery { run_types: vec![RunType::AssetTriggered], descending: true, ..RunQuery::of(run.dag_id.clone()) };
        let query = RunQuery {
            queued: couture_core::store::Span { from: None, until: Some(run.queued_at.as_micros() - 1) },
            ..query
        };
        let before = state.reader.find_runs(&query, 0, 1).await?.pop().map(|before| before.queued_at);
        let shape = state.shape(&run.version).await?;
        let mut assets = BTreeSet::new();
        shape.assets.iter().for_each(|condition| assets_of(condition, &mut assets));
        for asset in assets {
            let found = state.reader.asset_events(Some(&asset), true, 0, MAX_EVENTS).await?;
            let is_meant = |at| at <= run.queued_at && before.is_none_or(|before| at > before);
            events.extend(found.into_iter().filter(|event| is_meant(event.at)));
        }
    }
    events.sort_by_key(|event| event.at);
    events.truncate(MAX_EVENTS);
    Ok(Json(event_list(&state, events).await?))
}

#[derive(OpenApi)]
#[openapi(paths(wait, upstream_asset_events))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    let run = "/api/v2/dags/{dag_id}/dagRuns/{run_id}";
    Routes::new(state).get("wait_dag_run_until_finished", &format!("{run}/wait"), wait).get(
        "get_upstream_asset_events",
        &format!("{run}/upstreamAssetEvents"),
        upstream_asset_events,
    )
}
