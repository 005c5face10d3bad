//! `/assets/events`: changes of assets.

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::store::AssetEvent;
use couture_core::task::XComValue;
use couture_core::{AssetName, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::ApiError;
use super::extract::{Args, Json};
use super::page_of::PageOf;
use super::state::ApiState;

/// A change of an asset, in Airflow's shape. Assets have names and no numbers, so `name` stands where Airflow has `asset_id`.
#[derive(Debug, Serialize)]
pub(super) struct AssetEventBody {
    name: AssetName,
    timestamp: Timestamp,
    extra: Value,
    source_dag_id: Option<String>,
    source_task_id: Option<String>,
    source_map_index: Option<i32>,
}

#[derive(Debug, Serialize)]
pub(super) struct AssetEventList {
    asset_events: Vec<AssetEventBody>,
    total_entries: usize,
}

#[derive(Debug, Deserialize)]
pub(super) struct Which {
    name: Option<String>,
}

/// A change that is said from outside.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAssetEvent {
    #[serde(alias = "uri")]
    name: String,
    #[serde(default)]
    extra: Value,
}

fn asset(name: &str) -> Result<AssetName, ApiError> {
    AssetName::new(name).map_err(|error| ApiError::invalid(format!("this is no name of an asset: {error}")))
}

fn body(event: AssetEvent) -> AssetEventBody {
    let source = event.source.as_ref();
    AssetEventBody {
        source_dag_id: source.map(|source| source.dag_id.to_string()),
        source_task_id: source.map(|source| source.task_id.to_string()),
        source_map_index: source.map(|source| source.token.map_index.0),
        name: event.asset,
        timestamp: event.at,
        extra: event.extra,
    }
}

/// The newest first. `total_entries` counts those of the answer: the list has no cheap count.
pub(super) async fn list(
    State(state): State<ApiState>,
    Args(which): Args<Which>,
    Args(page): Args<PageOf>,
) -> Result<Json<AssetEventList>, ApiError> {
    let name = which.name.as_deref().map(asset).transpose()?;
    let events = state.reader.asset_events(name.as_ref(), page.limit()?).await?;
    let asset_events: Vec<_> = events.into_iter().map(body).collect();
    Ok(Json(AssetEventList { total_entries: asset_events.len(), asset_events }))
}

/// Takes the change in; it is durable when this is answered, and recorded a moment later.
pub(super) async fn create(
    State(state): State<ApiState>,
    Json(new): Json<NewAssetEvent>,
) -> Result<StatusCode, ApiError> {
    let is_fit = new.extra.is_null() || new.extra.is_object();
    if !is_fit || new.extra.to_string().len() > XComValue::MAX_INLINE_BYTES {
        let most = XComValue::MAX_INLINE_BYTES;
        return Err(ApiError::invalid(format!("extra must be a JSON object of at most {most} bytes")));
    }
    state.engine.change_asset(asset(&new.name)?, new.extra).await?;
    Ok(StatusCode::ACCEPTED)
}
