//! `/assets`: which assets DAGs name, who writes and who waits for them; running what writes one.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use couture_core::dag::Asset;
use couture_core::{AssetName, DagId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::asset_event::{asset_name, event_number};
use super::dag_run_body::DagRunBody;
use super::error::ApiError;
use super::extract::{Args, Json, Names};
use super::page_of::PageOf;
use super::state::ApiState;
use super::trigger::{TriggerBody, origin, start};
use crate::auth::{Action, DagFilter, Permit, Resource, act, on};

/// An asset, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AssetBody {
    /// A number that follows from the name.
    id: u64,
    /// Always empty: assets are in no groups here.
    group: String,
    /// Always empty.
    aliases: Vec<Value>,
    /// Always empty.
    watchers: Vec<Value>,
    /// Since when this server knows it: that of its start.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last; when this server was started, where it never was.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    #[schema(value_type = String)]
    name: AssetName,
    uri: String,
    extra: Value,
    /// The DAGs that wait for it.
    scheduled_dags: Vec<DagRef>,
    /// The tasks that change it.
    producing_tasks: Vec<TaskRef>,
    /// The tasks that read it.
    consuming_tasks: Vec<TaskRef>,
    /// Absent where it never changed.
    last_asset_event: Option<LastEvent>,
}

#[derive(Debug, Serialize, ToSchema)]
struct DagRef {
    #[schema(value_type = String)]
    dag_id: DagId,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
struct TaskRef {
    #[schema(value_type = String)]
    dag_id: DagId,
    task_id: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
struct LastEvent {
    id: u64,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AssetList {
    assets: Vec<AssetBody>,
    total_entries: usize,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// A part of the name; `%` may stand at its ends.
    name_pattern: Option<String>,
    /// A part of the URI; `%` may stand at its ends.
    uri_pattern: Option<String>,
}

/// Who has to do with an asset.
#[derive(Debug, Default)]
struct Users {
    uri: Option<String>,
    extra: Value,
    scheduled: Vec<DagId>,
    producing: Vec<(DagId, String)>,
    consuming: Vec<(DagId, String)>,
}

impl Users {
    /// Without DAGs that may not be shown.
    fn only(mut self, shown: &DagFilter) -> Self {
        self.scheduled.retain(|dag_id| shown.allows(dag_id));
        self.producing.retain(|(dag_id, _)| shown.allows(dag_id));
        self.consuming.retain(|(dag_id, _)| shown.allows(dag_id));
        self
    }

    fn describe(&mut self, asset: &Asset) {
        if self.uri.is_none() {
            self.uri.clone_from(&asset.uri);
        }
        if self.extra.is_null() {
            self.extra = asset.extra.clone();
        }
    }
}

/// The assets that DAGs which are defined somewhere name. It reads all of these.
async fn known(state: &ApiState) -> Result<BTreeMap<AssetName, Users>, ApiError> {
    let mut assets = BTreeMap::<AssetName, Users>::new();
    let mut after: Option<DagId> = None;
    loop {
        let dags = state.reader.dags(after.as_ref(), PageOf::MAX_LIMIT).await?;
        for dag in dags.iter().filter(|dag| dag.active) {
            // One that cannot be read is quarantined, and told of as that.
            let Ok(shape) = state.shape(&dag.version).await else { continue };
            for name in shape.assets.iter().flat_map(|condition| condition.names()) {
                let scheduled = &mut assets.entry(name.clone()).or_default().scheduled;
                if scheduled.last() != Some(&dag.dag_id) {
                    scheduled.push(dag.dag_id.clone());
                }
            }
            for task in &shape.tasks {
                let place = || (dag.dag_id.clone(), task.task_id.to_string());
                for asset in &task.options.outlets {
                    let users = assets.entry(asset.name.clone()).or_default();
                    users.describe(asset);
                    users.producing.push(place());
                }
                for asset in &task.options.inlets {
                    let users = assets.entry(asset.name.clone()).or_default();
                    users.describe(asset);
                    users.consuming.push(place());
                }
            }
        }
        match dags.last() {
            Some(last) if dags.len() == PageOf::MAX_LIMIT => after = Some(last.dag_id.clone()),
            _ => return Ok(assets),
        }
    }
}

/// The asset with those of its users that may be shown.
async fn body(state: &ApiState, shown: &DagFilter, name: AssetName, users: Users) -> Result<AssetBody, ApiError> {
    let users = users.only(shown);
    let last = state.reader.asset_events(Some(&name), true, 0, 1).await?.pop();
    let since = state.started_at;
    let tasks = |places: Vec<(DagId, String)>| {
        places
            .into_iter()
            .map(|(dag_id, task_id)| TaskRef { dag_id, task_id, created_at: since, updated_at: since })
            .collect()
    };
    Ok(AssetBody {
        id: number_of(&name),
        group: String::new(),
        aliases: Vec::new(),
        watchers: Vec::new(),
        created_at: since,
        updated_at: last.as_ref().map_or(since, |event| event.at),
        uri: users.uri.unwrap_or_else(|| name.to_string()),
        name,
        extra: users.extra,
        scheduled_dags: users
            .scheduled
            .into_iter()
            .map(|dag_id| DagRef { dag_id, created_at: since, updated_at: since })
            .collect(),
        producing_tasks: tasks(users.producing),
        consuming_tasks: tasks(users.consuming),
        last_asset_event: last.map(|event| LastEvent { id: event_number(event.at), timestamp: event.at }),
    })
}

/// The number of an asset of this name: 48 bits of its SHA-256, so that it is the same in every answer.
pub(super) fn number_of(name: &AssetName) -> u64 {
    let digest = Sha256::digest(name.as_str());
    digest[..6].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The asset of this number, or else of this name.
async fn find(state: &ApiState, text: &str) -> Result<(AssetName, Users), ApiError> {
    let mut assets = known(state).await?;
    let numbered = text.parse::<u64>().ok();
    let numbered = numbered.and_then(|number| assets.keys().find(|name| number_of(name) == number).cloned());
    let name = numbered.map_or_else(|| asset_name(text), Ok)?;
    let users = assets.remove(&name).ok_or_else(|| unknown(&name))?;
    Ok((name, users))
}

/// The DAGs that wait for the asset.
pub(super) async fn waiting_dags(state: &ApiState, name: &AssetName) -> Result<Vec<DagId>, ApiError> {
    Ok(known(state).await?.remove(name).unwrap_or_default().scheduled)
}

/// The name of the asset of this number.
pub(super) async fn named(state: &ApiState, number: u64) -> Result<AssetName, ApiError> {
    Ok(find(state, &number.to_string()).await?.0)
}

fn unknown(name: &AssetName) -> ApiError {
    ApiError::not_found(format!("no dag names an asset {:?}", name.as_str()))
}

#[utoipa::path(
    get,
    path = "/api/v2/assets",
    tag = "Asset",
    params(PageOf, Which),
    responses((status = 200, description = "As asked", body = AssetList)),
)]
pub(super) async fn list(
    permit: Permit<act::Read, on::Assets>,
    State(state): State<ApiState>,
    Args(page): Args<PageOf>,
    Args(which): Args<Which>,
) -> Result<Json<AssetList>, ApiError> {
    page.fixed_order("name")?;
    let limit = page.limit()?;
    let mut assets = known(&state).await?;
    if let Some(part) = &which.name_pattern {
        assets.retain(|name, _| name.as_str().contains(part.trim_matches('%')));
    }
    if let Some(part) = &which.uri_pattern {
        let part = part.trim_matches('%');
        assets.retain(|name, users| users.uri.as_deref().unwrap_or(name.as_str()).contains(part));
    }
    let total_entries = assets.len();
    let mut bodies = Vec::new();
    for (name, users) in assets.into_iter().skip(page.offset()).take(limit) {
        bodies.push(body(&state, permit.dags(), name, users).await?);
    }
    Ok(Json(AssetList { assets: bodies, total_entries }))
}

#[utoipa::path(
    get,
    path = "/api/v2/assets/{name}",
    tag = "Asset",
    params(("name" = String, Path, description = "The name.")),
    responses((status = 200, description = "As asked", body = AssetBody)),
)]
pub(super) async fn get(
    permit: Permit<act::Read, on::Assets>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<Json<AssetBody>, ApiError> {
    let (name, users) = find(&state, &name).await?;
    Ok(Json(body(&state, permit.dags(), name, users).await?))
}

/// Starts a run of the one DAG that has a task which changes the asset.
#[utoipa::path(
    post,
    path = "/api/v2/assets/{name}/materialize",
    tag = "Asset",
    params(("name" = String, Path, description = "The name.")),
    request_body = TriggerBody,
    responses((status = 200, description = "As asked", body = DagRunBody)),
)]
pub(super) async fn materialize(
    permit: Permit<act::Create, on::DagRuns>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    headers: HeaderMap,
    Json(trigger): Json<TriggerBody>,
) -> Result<Json<DagRunBody>, ApiError> {
    let (name, users) = find(&state, &name).await?;
    let mut dags: Vec<DagId> = users.producing.into_iter().map(|(dag_id, _)| dag_id).collect();
    dags.dedup();
    match &dags[..] {
        [dag_id] => {
            permit.principal().check_dag(Action::Create, Resource::DagRuns, dag_id)?;
            permit.note("dag_id", dag_id);
            let run = start(&state, dag_id.clone(), trigger, origin(permit.principal(), &headers)).await?;
            permit.note("run_id", &run.0.dag_run_id);
            Ok(run)
        }
        [] => Err(ApiError::not_found(format!("no task changes the asset {:?}", name.as_str()))),
        several => {
            let several: Vec<_> = several.iter().take(MAX_NAMED).map(DagId::as_str).collect();
            let several = several.join(", ");
            let detail = format!("several dags change the asset {:?}: {several}; trigger one of them", name.as_str());
            Err(ApiError::new(StatusCode::BAD_REQUEST, detail))
        }
    }
}

/// The most DAGs named in an error.
const MAX_NAMED: usize = 20;
