//! `/monitor/health` and `/version`.

use axum::extract::State;
use couture_core::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::Json;
use super::state::ApiState;
use crate::auth::{Permit, act, on};
use crate::free_space::{free_bytes, full_disk};

/// How the server is, part by part. Each is `healthy` or `unhealthy`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HealthInfo)]
pub(super) struct HealthBody {
    metadatabase: Database,
    scheduler: Scheduler,
    triggerer: Triggerer,
    dag_processor: DagProcessor,
    data_folder: DataFolder,
    #[schema(value_type = String, format = DateTime)]
    up_since: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseHealth)]
struct Database {
    #[schema(example = "healthy")]
    status: &'static str,
    /// What it answered instead, if it does not work.
    error: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SchedulerHealth)]
struct Scheduler {
    #[schema(example = "healthy")]
    status: &'static str,
    #[schema(value_type = String, format = DateTime)]
    latest_scheduler_heartbeat: Timestamp,
    live_attempts: usize,
    waiting_for_slots: usize,
    unfinished_runs: usize,
    /// How many shards of the DAGs it has.
    shards: usize,
    /// How many DAGs wait because they cannot be read.
    quarantined_dags: usize,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TriggererHealth)]
struct Triggerer {
    #[schema(example = "healthy")]
    status: &'static str,
    #[schema(value_type = String, format = DateTime)]
    latest_triggerer_heartbeat: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DagProcessorHealth)]
struct DagProcessor {
    #[schema(example = "healthy")]
    status: &'static str,
    /// How many files cannot be read.
    import_errors: usize,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DataFolderHealth)]
struct DataFolder {
    #[schema(example = "healthy")]
    status: &'static str,
    error: Option<String>,
    /// Space left; unknown on some systems.
    free_bytes: Option<u64>,
}

/// Whether the server works. The status of the answer is always 200, as in Airflow.
#[utoipa::path(
    get,
    path = "/api/v2/monitor/health",
    tag = "Monitor",
    responses((status = 200, description = "As asked", body = HealthBody)),
)]
pub(super) async fn health(State(state): State<ApiState>) -> Json<HealthBody> {
    let status = state.engine.status();
    let healthy = |problem: bool| if problem { "unhealthy" } else { "healthy" };
    let full_disk = full_disk(&state.data);
    let now = state.clock.now().wall;
    Json(HealthBody {
        metadatabase: Database { status: healthy(status.store_error.is_some()), error: status.store_error },
        scheduler: Scheduler {
            status: healthy(status.shards == 0),
            latest_scheduler_heartbeat: now,
            live_attempts: status.live_attempts,
            waiting_for_slots: status.waiting_for_slots,
            unfinished_runs: status.unfinished_runs,
            shards: status.shards,
            quarantined_dags: status.quarantined.len(),
        },
        // What waits is in the scheduler's own timers.
        triggerer: Triggerer { status: healthy(status.shards == 0), latest_triggerer_heartbeat: now },
        dag_processor: DagProcessor {
            status: "healthy",
            import_errors: state.catalog.errors().iter().filter(|error| !error.is_warning).count(),
        },
        data_folder: DataFolder {
            status: healthy(full_disk.is_some()),
            error: full_disk,
            free_bytes: free_bytes(&state.data),
        },
        up_since: state.started_at,
    })
}

/// Which version runs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VersionInfo)]
pub(super) struct VersionBody {
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// As in Airflow; a build does not know it.
    git_version: Option<&'static str>,
}

#[utoipa::path(
    get,
    path = "/api/v2/version",
    tag = "Monitor",
    responses((status = 200, description = "As asked", body = VersionBody)),
)]
pub(super) async fn version(_: Permit<act::Read, on::Version>) -> Json<VersionBody> {
    Json(VersionBody { version: env!("CARGO_PKG_VERSION"), git_version: None })
}
