//! `/assets/events`: changes of assets.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::store::AssetEvent;
use couture_core::task::XComValue;
use couture_core::{AssetName, RunId, RunKey, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::asset::{named, number_of, waiting_dags};
use super::error::ApiError;
use super::extract::{Args, Json};
use super::page_of::PageOf;
use super::state::ApiState;
use crate::auth::{Action, Permit, Resource, act, on};

/// A change of an asset, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AssetEventBody {
    /// When it happened, in microseconds since 1970: no number is kept.
    id: u64,
    asset_id: u64,
    #[schema(value_type = String)]
    uri: AssetName,
    /// Always empty: assets are in no groups here.
    group: String,
    /// Always empty: runs do not tell which change they were made for.
    created_dagruns: Vec<Value>,
    #[schema(value_type = String)]
    name: AssetName,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    extra: Value,
    source_dag_id: Option<String>,
    source_task_id: Option<String>,
    /// Nothing where the run was deleted.
    #[schema(value_type = Option<String>)]
    source_run_id: Option<RunId>,
    /// -1 where it was said from outside, or the task is not mapped.
    source_map_index: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AssetEventList {
    asset_events: Vec<AssetEventBody>,
    total_entries: usize,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    name: Option<String>,
    asset_id: Option<u64>,
}

/// A change that is said from outside.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAssetEvent {
    /// Its name; or its number as `asset_id`.
    #[serde(default, alias = "uri")]
    name: Option<String>,
    #[serde(default)]
    asset_id: Option<u64>,
    #[serde(default)]
    extra: Value,
}

/// What stands for the number of a change.
pub(super) fn event_number(at: Timestamp) -> u64 {
    at.as_micros().unsigned_abs()
}

/// The asset of this name.
pub(super) fn asset_name(name: &str) -> Result<AssetName, ApiError> {
    AssetName::new(name).map_err(|error| ApiError::invalid(format!("this is no name of an asset: {error}")))
}

fn body(event: AssetEvent, runs: &HashMap<RunKey, Option<RunId>>) -> AssetEventBody {
    let source = event.source.as_ref();
    AssetEventBody {
        source_dag_id: source.map(|source| source.dag_id.to_string()),
        source_task_id: source.map(|source| source.task_id.to_string()),
        source_run_id: source.and_then(|source| runs.get(&source.token.run)?.clone()),
        source_map_index: source.map_or(-1, |source| source.token.map_index.0),
        id: event_number(event.at),
        asset_id: number_of(&event.asset),
        uri: event.asset.clone(),
        group: String::new(),
        created_dagruns: Vec::new(),
        name: event.asset,
        timestamp: event.at,
        extra: event.extra,
    }
}

/// The ids of the runs whose tasks made these changes.
async fn sources(state: &ApiState, events: &[AssetEvent]) -> Result<HashMap<RunKey, Option<RunId>>, ApiError> {
    let mut ids = HashMap::new();
    for key in events.iter().filter_map(|event| Some(event.source.as_ref()?.token.run)) {
        if let Entry::Vacant(entry) = ids.entry(key) {
            let found = state.reader.runs(None, Some(RunKey(key.0.saturating_add(1))), 1).await?;
            entry.insert(found.into_iter().find(|run| run.key == key).map(|run| run.run_id));
        }
    }
    Ok(ids)
}

/// Changes as the API shows them.
pub(super) async fn event_list(state: &ApiState, events: Vec<AssetEvent>) -> Result<AssetEventList, ApiError> {
    let runs = sources(state, &events).await?;
    let asset_events: Vec<_> = events.into_iter().map(|event| body(event, &runs)).collect();
    Ok(AssetEventList { total_entries: asset_events.len(), asset_events })
}

/// The newest first, unless `order_by` is `timestamp`.
#[utoipa::path(
    get,
    path = "/api/v2/assets/events",
    tag = "Asset",
    params(Which, PageOf),
    responses((status = 200, description = "As asked", body = AssetEventList)),
)]
pub(super) async fn list(
    permit: Permit<act::Read, on::Assets>,
    State(state): State<ApiState>,
    Args(which): Args<Which>,
    Args(page): Args<PageOf>,
) -> Result<Json<AssetEventList>, ApiError> {
    let name = match which.asset_id {
        Some(number) => Some(named(&state, number).await?),
        None => which.name.as_deref().map(asset_name).transpose()?,
    };
    let newest_first = page.order(&["timestamp"])?.is_none_or(|(_, is_descending)| is_descending);
    let events = state.reader.asset_events(name.as_ref(), newest_first, page.offset(), page.limit()?).await?;
    let runs = sources(&state, &events).await?;
    let shown = |event: AssetEvent| {
        let is_hidden = event.source.as_ref().is_some_and(|source| !permit.dags().allows(&source.dag_id));
        body(AssetEvent { source: event.source.filter(|_| !is_hidden), ..event }, &runs)
    };
    let asset_events: Vec<_> = events.into_iter().map(shown).collect();
    let total_entries = state.reader.count_asset_events(name.as_ref()).await?;
    Ok(Json(AssetEventList { asset_events, total_entries }))
}

/// A change that was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AcceptedEvent {
    #[schema(value_type = String)]
    name: AssetName,
    extra: Value,
}

/// Takes the change in; it is durable when this is answered, and recorded a moment later.
#[utoipa::path(
    post,
    path = "/api/v2/assets/events",
    tag = "Asset",
    request_body = NewAssetEvent,
    responses((status = 202, description = "As asked", body = AcceptedEvent)),
)]
pub(super) async fn create(
    permit: Permit<act::Create, on::Assets>,
    State(state): State<ApiState>,
    Json(new): Json<NewAssetEvent>,
) -> Result<(StatusCode, Json<AcceptedEvent>), ApiError> {
    let is_fit = new.extra.is_null() || new.extra.is_object();
    if !is_fit || new.extra.to_string().len() > XComValue::MAX_INLINE_BYTES {
        let most = XComValue::MAX_INLINE_BYTES;
        return Err(ApiError::invalid(format!("extra must be a JSON object of at most {most} bytes")));
    }
    let name = match (&new.name, new.asset_id) {
        (Some(name), None) => asset_name(name)?,
        (None, Some(number)) => named(&state, number).await?,
        _ => return Err(ApiError::invalid("the asset is named by one of name and asset_id")),
    };
    // The change may start runs of what waits for it.
    for dag_id in waiting_dags(&state, &name).await? {
        permit.principal().check_dag(Action::Create, Resource::DagRuns, &dag_id)?;
    }
    permit.note("asset", &name);
    state.carry_out(state.engine.change_asset(name.clone(), new.extra.clone())).await?;
    Ok((StatusCode::ACCEPTED, Json(AcceptedEvent { name, extra: new.extra })))
}
