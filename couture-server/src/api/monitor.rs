//! `/monitor/health` and `/version`.

use axum::extract::State;
use serde_json::{Value, json};

use super::extract::Json;
use super::state::ApiState;
use crate::auth::{Permit, act, on};
use crate::free_space::{free_bytes, full_disk};

/// Whether the server works. The status of the answer is always 200, as in Airflow.
#[utoipa::path(
    get,
    path = "/api/v2/monitor/health",
    tag = "Monitor",
    responses((status = 200, description = "As asked", body = Value)),
)]
pub(super) async fn health(State(state): State<ApiState>) -> Json<Value> {
    let status = state.engine.status();
    let healthy = |problem: bool| if problem { "unhealthy" } else { "healthy" };
    let full_disk = full_disk(&state.data);
    let now = state.clock.now().wall;
    Json(json!({
        "metadatabase": {"status": healthy(status.store_error.is_some()), "error": status.store_error},
        "scheduler": {
            "status": healthy(status.shards == 0),
            "latest_scheduler_heartbeat": now,
            "live_attempts": status.live_attempts,
            "waiting_for_slots": status.waiting_for_slots,
            "unfinished_runs": status.unfinished_runs,
            "shards": status.shards,
            "quarantined_dags": status.quarantined.len(),
        },
        // What waits is in the scheduler's own timers.
        "triggerer": {"status": healthy(status.shards == 0), "latest_triggerer_heartbeat": now},
        "dag_processor": {"status": "healthy", "import_errors": state.catalog.errors().iter().filter(|error| !error.is_warning).count()},
        "data_folder": {
            "status": healthy(full_disk.is_some()),
            "error": full_disk,
            "free_bytes": free_bytes(&state.data),
        },
        "up_since": state.started_at,
    }))
}

#[utoipa::path(
    get,
    path = "/api/v2/version",
    tag = "Monitor",
    responses((status = 200, description = "As asked", body = Value)),
)]
pub(super) async fn version(_: Permit<act::Read, on::Version>) -> Json<Value> {
    Json(json!({"version": env!("CARGO_PKG_VERSION"), "git_version": null}))
}
