//! `/pools`.

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::PoolName;
use couture_core::values::{PoolError, PoolSettings};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::{Args, Json, Names, given};
use super::page_of::PageOf;
use super::state::ApiState;
use crate::auth::{Permit, act, on};

/// A pool, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PoolBody {
    #[schema(value_type = String)]
    name: PoolName,
    slots: u32,
    description: Option<String>,
    /// Tasks that wait for something outside hold no slot.
    include_deferred: bool,
    occupied_slots: i64,
    open_slots: i64,
    /// Held by attempts that are launched or run.
    running_slots: i64,
    /// Task instances that wait for a slot.
    queued_slots: i64,
    /// Always 0: who waits for a slot is queued.
    scheduled_slots: i64,
    /// Always 0: what is deferred holds no slot.
    deferred_slots: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PoolList {
    pools: Vec<PoolBody>,
    total_entries: usize,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPool {
    name: String,
    slots: i64,
    #[serde(default)]
    description: Option<String>,
    /// Only false: what is deferred holds no slot here.
    #[serde(default)]
    include_deferred: Option<bool>,
    /// Only null: there are no teams here.
    #[serde(default)]
    team_name: Option<String>,
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PoolPatch {
    #[serde(default, alias = "pool")]
    name: Option<String>,
    #[serde(default)]
    slots: Option<i64>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    /// Only false: what is deferred holds no slot here.
    #[serde(default)]
    include_deferred: Option<bool>,
    /// Only null: there are no teams here.
    #[serde(default)]
    team_name: Option<String>,
}

fn body(state: &ApiState, pool: PoolSettings) -> PoolBody {
    let waiting = state.engine.status().waiting_by_pool;
    let waiting = waiting.iter().find(|(name, _)| *name == pool.name).map_or(0, |(_, count)| *count);
    PoolBody {
        running_slots: pool.used,
        queued_slots: waiting as i64,
        scheduled_slots: 0,
        deferred_slots: 0,
        open_slots: i64::from(pool.slots) - pool.used,
        occupied_slots: pool.used,
        name: pool.name,
        slots: pool.slots,
        description: pool.description,
        include_deferred: false,
    }
}

/// Refuses what Airflow's pools have and these have not.
fn check_absent(include_deferred: Option<bool>, team_name: Option<&String>) -> Result<(), ApiError> {
    if include_deferred == Some(true) {
        return Err(ApiError::invalid("include_deferred cannot be true: what is deferred holds no slot"));
    }
    match team_name {
        Some(_) => Err(ApiError::invalid("team_name must be null: there are no teams")),
        None => Ok(()),
    }
}

/// The pool in an address.
async fn find(state: &ApiState, name: &str) -> Result<PoolSettings, ApiError> {
    let pools = state.kept.pools.list().await?;
    match pools.into_iter().find(|pool| pool.name.as_str() == name) {
        Some(pool) => Ok(pool),
        None => Err(ApiError::not_found(match PoolName::new(name) {
            Ok(name) => PoolError::Missing(name).to_string(),
            Err(error) => format!("there is no such pool: {error}"),
        })),
    }
}

#[utoipa::path(
    get,
    path = "/api/v2/pools",
    tag = "Pool",
    params(PageOf),
    responses((status = 200, description = "As asked", body = PoolList)),
)]
pub(super) async fn list(
    _: Permit<act::Read, on::Pools>,
    State(state): State<ApiState>,
    Args(page): Args<PageOf>,
) -> Result<Json<PoolList>, ApiError> {
    page.fixed_order("name")?;
    let pools = state.kept.pools.list().await?;
    let total_entries = pools.len();
    let pools = pools.into_iter().skip(page.offset()).take(page.limit()?).map(|pool| body(&state, pool)).collect();
    Ok(Json(PoolList { pools, total_entries }))
}

#[utoipa::path(
    get,
    path = "/api/v2/pools/{name}",
    tag = "Pool",
    params(("name" = String, Path, description = "The name.")),
    responses((status = 200, description = "As asked", body = PoolBody)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::Pools>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<Json<PoolBody>, ApiError> {
    Ok(Json(body(&state, find(&state, &name).await?)))
}

#[utoipa::path(
    post,
    path = "/api/v2/pools",
    tag = "Pool",
    request_body = NewPool,
    responses((status = 201, description = "As asked", body = PoolBody)),
)]
pub(super) async fn create(
    _: Permit<act::Create, on::Pools>,
    State(state): State<ApiState>,
    Json(new): Json<NewPool>,
) -> Result<(StatusCode, Json<PoolBody>), ApiError> {
    check_absent(new.include_deferred, new.team_name.as_ref())?;
    let name = PoolName::new(&new.name).map_err(|error| ApiError::invalid(error.to_string()))?;
    state.kept.pools.create(&name, new.slots, new.description.as_deref()).await?;
    state.engine.pools_changed().await?;
    Ok((StatusCode::CREATED, Json(body(&state, find(&state, &new.name).await?))))
}

#[utoipa::path(
    patch,
    path = "/api/v2/pools/{name}",
    tag = "Pool",
    params(("name" = String, Path, description = "The name.")),
    request_body = PoolPatch,
    responses((status = 200, description = "As asked", body = PoolBody)),
)]
pub(super) async fn patch(
    _: Permit<act::Edit, on::Pools>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Json(patch): Json<PoolPatch>,
) -> Result<Json<PoolBody>, ApiError> {
    check_absent(patch.include_deferred, patch.team_name.as_ref())?;
    if patch.name.is_some_and(|other| other != name) {
        return Err(ApiError::invalid(
            "the name in the body is another than that in the address; a name is not changed",
        ));
    }
    let pool = find(&state, &name).await?;
    let slots = patch.slots.unwrap_or(pool.slots.into());
    let description = patch.description.unwrap_or(pool.description);
    state.kept.pools.set(&pool.name, slots, description.as_deref()).await?;
    state.engine.pools_changed().await?;
    Ok(Json(body(&state, find(&state, &name).await?)))
}

#[utoipa::path(
    delete,
    path = "/api/v2/pools/{name}",
    tag = "Pool",
    params(("name" = String, Path, description = "The name.")),
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(
    _: Permit<act::Delete, on::Pools>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<StatusCode, ApiError> {
    let pool = find(&state, &name).await?;
    state.kept.pools.delete(&pool.name).await?;
    state.engine.pools_changed().await?;
    Ok(StatusCode::NO_CONTENT)
}
