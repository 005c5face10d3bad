//! Which address is answered by what.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, patch, post, put};

use super::bulk::MAX_IMPORT_BYTES;
use super::error::ApiError;
use super::extract::MAX_BODY_BYTES;
use super::guard::{Guard, check};
use super::state::ApiState;
use super::{
    asset, asset_event, backfill, bulk, clear, connection, dag, dag_run, dag_warning, import_error, log, mark, monitor,
    pool, run_changes, task_instance, variable, xcom,
};
use crate::page;

/// Everything that the server answers.
pub fn router(state: ApiState, guard: Guard) -> Router {
    let runs = "/api/v2/dags/{dag_id}/dagRuns";
    let run = "/api/v2/dags/{dag_id}/dagRuns/{run_id}";
    let instances = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances";
    let instance = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}";
    Router::new()
        .route("/", get(page::get))
        .route("/api/v2/monitor/health", get(monitor::health))
        .route("/api/v2/version", get(monitor::version))
        .route("/api/v2/importErrors", get(import_error::list))
        .route("/api/v2/assets/events", get(asset_event::list).post(asset_event::create))
        .route("/api/v2/assets", get(asset::list))
        .route("/api/v2/assets/{name}", get(asset::get))
        .route("/api/v2/assets/{name}/materialize", post(asset::materialize))
        .route("/api/v2/dagWarnings", get(dag_warning::list))
        .route("/api/v2/dags", get(dag::list))
        .route("/api/v2/dags/{dag_id}", get(dag::get).patch(dag::patch).delete(dag::delete))
        .route("/api/v2/dags/{dag_id}/clearTaskInstances", post(clear::tasks))
        .route("/api/v2/dags/{dag_id}/changeDagRuns", post(run_changes::change))
        .route("/api/v2/dags/{dag_id}/tasks", get(dag::tasks))
        .route(runs, get(dag_run::list).post(dag_run::trigger))
        .route(run, get(dag_run::get).patch(dag_run::patch))
        .route(&format!("{run}/clear"), post(clear::run))
        .route(&format!("{run}/log"), get(log::of_run))
        .route(instances, get(task_instance::list))
        .route(instance, get(task_instance::get).patch(mark::mark))
        .route(&format!("{instance}/dry_run"), patch(mark::dry_run))
        .route(&format!("{instance}/run"), post(mark::run_alone))
        .route(&format!("{instance}/tries"), get(task_instance::tries))
        .route(&format!("{instance}/listMapped"), get(task_instance::list_mapped))
        .route(&format!("{instance}/{{map_index}}"), get(task_instance::get_mapped).patch(mark::mark_mapped))
        .route(&format!("{instance}/{{map_index}}/dry_run"), patch(mark::mapped_dry_run))
        .route(&format!("{instance}/{{map_index}}/tries"), get(task_instance::mapped_tries))
        .route(&format!("{instance}/logs/{{try_number}}"), get(log::get))
        .route(&format!("{instance}/xcomEntries/{{key}}"), get(xcom::get))
        .route("/api/v2/backfills", get(backfill::list).post(backfill::create))
        .route("/api/v2/backfills/dry_run", post(backfill::dry_run))
        .route("/api/v2/backfills/{backfill_id}", get(backfill::get))
        .route("/api/v2/backfills/{backfill_id}/{change}", put(backfill::change))
        .merge(values())
        .fallback(unknown_address)
        .method_not_allowed_fallback(unknown_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(guard, check))
        .with_state(state)
}

/// Variables, connections and pools. What is imported at once may be bigger than other bodies.
fn values() -> Router<ApiState> {
    let variables = get(variable::list).post(variable::create).patch(variable::bulk);
    let variable = get(variable::get).patch(variable::patch).delete(variable::delete);
    let connections = get(connection::list).post(connection::create).patch(connection::bulk);
    let connection = get(connection::get).patch(connection::patch).delete(connection::delete);
    let pool = get(pool::get).patch(pool::patch).delete(pool::delete);
    Router::new()
        .route("/api/v2/variables", variables)
        .route("/api/v2/variables/{key}", variable)
        .route("/api/v2/connections", connections)
        .route("/api/v2/connections/{conn_id}", connection)
        .route("/api/v2/pools", get(pool::list).post(pool::create))
        .route("/api/v2/pools/{name}", pool)
        .route("/api/v2/fernetKey/rotate", post(bulk::rotate))
        .layer(DefaultBodyLimit::max(MAX_IMPORT_BYTES))
}

async fn unknown_address(uri: Uri) -> ApiError {
    ApiError::not_found(format!("there is nothing at {}; the page at / tells what there is", uri.path()))
}

async fn unknown_method(method: Method, uri: Uri) -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, format!("{method} is not possible at {}", uri.path()))
}
