//! `/ui/dashboard`: the installation at a glance.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use couture_core::store::{RunQuery, Span};
use couture_core::{DagId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::cell::shown;
use crate::api::error::ApiError;
use crate::api::extract::Json;
use crate::api::page_of::PageOf;
use crate::api::state::ApiState;
use crate::auth::{Action, Permit, Resource, act, on};

/// How far back is counted, in microseconds.
const SPAN: i64 = 86_400_000_000;
/// The most task instances that are counted.
const MAX_TASKS: usize = 50_000;

#[derive(Debug, Default, Serialize, ToSchema)]
struct DagCounts {
    active: usize,
    paused: usize,
    /// Files that are wrong.
    import_errors: usize,
}

#[derive(Debug, Serialize, ToSchema)]
struct PoolUse {
    name: String,
    slots: u32,
    used: i64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `healthy` or `unhealthy`.
    scheduler: &'static str,
    /// What is wrong with the store, if something is.
    store_error: Option<String>,
    live_attempts: usize,
    waiting_for_slots: usize,
    unfinished_runs: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Dashboard {
    dags: DagCounts,
    /// How many runs that were created in the last 24 hours are in each state.
    runs: BTreeMap<&'static str, usize>,
    /// How many of their task instances, of the first 50,000, are in each state.
    tasks: BTreeMap<&'static str, usize>,
    pools: Vec<PoolUse>,
    health: Health,
}

/// The installation at a glance, as far as the sender may see it.
#[utoipa::path(
    get,
    path = "/api/v2/ui/dashboard",
    tag = "Views",
    responses((status = 200, description = "The dashboard", body = Dashboard)),
)]
pub(super) async fn get(
    permit: Permit<act::Read, on::Website>,
    State(state): State<ApiState>,
) -> Result<Json<Dashboard>, ApiError> {
    let mut dags = DagCounts::default();
    let mut after: Option<DagId> = None;
    loop {
        let page = state.reader.dags(after.as_ref(), PageOf::MAX_LIMIT).await?;
        for record in page.iter().filter(|record| record.active && permit.dags().allows(&record.dag_id)) {
            if record.paused {
                dags.paused += 1;
            } else {
                dags.active += 1;
            }
        }
        match page.last() {
            Some(last) if page.len() == PageOf::MAX_LIMIT => after = Some(last.dag_id.clone()),
            _ => break,
        }
    }
    let may = |resource| permit.principal().granted.may(Action::Read, resource);
    if may(Resource::ImportErrors) {
        dags.import_errors = state.catalog.errors().iter().filter(|error| !error.is_warning).count();
    }
    let since = state.clock.now().wall.as_micros().saturating_sub(SPAN);
    let ids = permit.dags().ids();
    let among: Option<BTreeSet<DagId>> =
        ids.map(|ids| ids.iter().filter_map(|id| DagId::new(id.as_str()).ok()).collect());
    let mut runs = BTreeMap::new();
    for of in state.reader.count_run_states(among.as_ref(), Some(Timestamp::from_micros(since))).await? {
        *runs.entry(of.state.as_str()).or_default() += of.count;
    }
    let query = RunQuery { among, queued: Span { from: Some(since), until: None }, ..RunQuery::default() };
    let mut tasks = BTreeMap::new();
    for (task_state, count) in state.reader.count_task_states(&query, MAX_TASKS).await? {
        *tasks.entry(shown(task_state).unwrap_or("none")).or_default() += count;
    }
    let pools = if may(Resource::Pools) { state.store.pools().await? } else { Vec::new() };
    let pools =
        pools.into_iter().map(|pool| PoolUse { name: pool.name.to_string(), slots: pool.slots, used: pool.used });
    let status = state.engine.status();
    let health = Health {
        scheduler: if status.store_error.is_none() { "healthy" } else { "unhealthy" },
        store_error: status.store_error,
        live_attempts: status.live_attempts,
        waiting_for_slots: status.waiting_for_slots,
        unfinished_runs: status.unfinished_runs,
    };
    Ok(Json(Dashboard { dags, runs, tasks, pools: pools.collect(), health }))
}
