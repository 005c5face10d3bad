//! Which address is answered by what.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;

use super::bulk::MAX_IMPORT_BYTES;
use super::error::ApiError;
use super::extract::MAX_BODY_BYTES;
use super::guard::{Guard, check};
use super::openapi::{ApiDocument, describe};
use super::routes::{Route, Routes};
use super::web_state::WebState;
use super::{
    accounts, asset, asset_event, backfill, bulk, clear, config, connection, dag, dag_file, dag_list, dag_run,
    dag_task, dag_version, dag_warning, eda, event_stream, files, import_error, instance_more, job, log, log_stream,
    login, mark, monitor, openapi, pool, prometheus, run_changes, run_more, sla_miss, task_instance, ui_views,
    variable, xcom,
};
use crate::page;

/// What the handlers of this file say of themselves.
#[derive(OpenApi)]
#[openapi(paths(
    monitor::version,
    monitor::health,
    import_error::list,
    import_error::get,
    dag_warning::list,
    clear::tasks,
    clear::run,
    run_changes::change,
    asset_event::list,
    asset_event::create,
    asset::list,
    asset::get,
    asset::materialize,
    backfill::list,
    backfill::create,
    backfill::dry_run,
    backfill::get,
    backfill::change,
    task_instance::list,
    task_instance::get,
    task_instance::tries,
    task_instance::list_mapped,
    task_instance::get_mapped,
    task_instance::mapped_tries,
    mark::mark,
    mark::dry_run,
    mark::run_alone,
    mark::mark_mapped,
    mark::mapped_dry_run,
    log::get,
    log::of_run,
    config::list,
    config::get,
    job::list,
    sla_miss::list,
    log_stream::get,
    event_stream::get,
    variable::list,
    variable::create,
    variable::bulk,
    variable::get,
    variable::patch,
    variable::delete,
    connection::list,
    connection::create,
    connection::bulk,
    connection::get,
    connection::patch,
    connection::delete,
    pool::list,
    pool::create,
    pool::get,
    pool::patch,
    pool::delete,
    bulk::rotate
))]
struct Doc;

/// Everything that the server answers.
#[derive(Debug)]
pub struct Served {
    /// What answers.
    pub router: Router,
    /// What is in it.
    pub routes: Vec<Route>,
}

/// Everything that the server answers.
pub fn router(state: WebState, guard: Guard) -> Served {
    let all = dags(&state)
        .merge(task_instances(&state))
        .merge(values(&state))
        .merge(dag_list::routes(&state))
        .merge(dag::routes(&state))
        .merge(dag_task::routes(&state))
        .merge(dag_version::routes(&state))
        .merge(dag_run::routes(&state))
        .merge(instance_more::routes(&state))
        .merge(run_more::routes(&state))
        .merge(dag_file::routes(&state))
        .merge(xcom::routes(&state))
        .merge(ui_views::routes(&state))
        .merge(login::routes(&state))
        .merge(accounts::routes(&state))
        .merge(files::routes(&state))
        .merge(eda::routes(&state))
        .open(Method::GET, "get_health", "/api/v2/monitor/health", monitor::health)
        .get("get_config", "/api/v2/config", config::list)
        .get("get_config_value", "/api/v2/config/section/{section}/option/{option}", config::get)
        .get("get_jobs", "/api/v2/jobs", job::list)
        .get("get_sla_misses", "/api/v2/slaMisses", sla_miss::list)
        .get("get_version", "/api/v2/version", monitor::version)
        .get("get_metrics", "/metrics", prometheus::get)
        .get("get_openapi", "/openapi.json", openapi::get);
    let (router, routes) = all.finish();
    let document = describe(&routes, documents());
    // Another router of the same state describes itself alike.
    let _ = state.document.set(ApiDocument::new(&document));
    let views = routes.iter().filter(|route| !route.changes()).map(|route| route.operation.to_owned());
    let _ = state.views.set(views.collect());
    let router = router
        .fallback(page_or_nothing)
        .method_not_allowed_fallback(unknown_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(guard, check))
        .with_state(state);
    Served { router, routes }
}

/// What the handlers say of themselves.
fn documents() -> Vec<utoipa::openapi::OpenApi> {
    let own = vec![
        Doc::openapi(),
        dag_list::doc(),
        dag::doc(),
        dag_task::doc(),
        dag_version::doc(),
        dag_run::doc(),
        instance_more::doc(),
        run_more::doc(),
        dag_file::doc(),
        xcom::doc(),
        ui_views::doc(),
        login::doc(),
    ];
    [own, accounts::documents(), files::docs(), eda::docs()].concat()
}

/// DAGs, their runs, and what starts them.
fn dags(state: &WebState) -> Routes {
    let dag = "/api/v2/dags/{dag_id}";
    let run = "/api/v2/dags/{dag_id}/dagRuns/{run_id}";
    Routes::new(state)
        .get("get_import_errors", "/api/v2/importErrors", import_error::list)
        .get("get_import_error", "/api/v2/importErrors/{import_error_id}", import_error::get)
        .get("list_dag_warnings", "/api/v2/dagWarnings", dag_warning::list)
        .post("post_clear_task_instances", &format!("{dag}/clearTaskInstances"), clear::tasks)
        .post("change_dag_runs", &format!("{dag}/changeDagRuns"), run_changes::change)
        .get("get_run_log", &format!("{run}/log"), log::of_run)
        .post("clear_dag_run", &format!("{run}/clear"), clear::run)
        .get("get_asset_events", "/api/v2/assets/events", asset_event::list)
        .post("create_asset_event", "/api/v2/assets/events", asset_event::create)
        .get("get_events", "/api/v2/events", event_stream::get)
        .get("get_assets", "/api/v2/assets", asset::list)
        .get("get_asset", "/api/v2/assets/{name}", asset::get)
        .post("materialize_asset", "/api/v2/assets/{name}/materialize", asset::materialize)
        .get("list_backfills", "/api/v2/backfills", backfill::list)
        .post("create_backfill", "/api/v2/backfills", backfill::create)
        .post("create_backfill_dry_run", "/api/v2/backfills/dry_run", backfill::dry_run)
        .get("get_backfill", "/api/v2/backfills/{backfill_id}", backfill::get)
        .put("change_backfill", "/api/v2/backfills/{backfill_id}/{change}", backfill::change)
}

/// Task instances, their logs and XComs.
fn task_instances(state: &WebState) -> Routes {
    let instances = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances";
    let instance = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}";
    let mapped = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/{map_index}";
    Routes::new(state)
        .get("get_task_instances", instances, task_instance::list)
        .get("get_task_instance", instance, task_instance::get)
        .patch("patch_task_instance", instance, mark::mark)
        .patch("patch_task_instance_dry_run", &format!("{instance}/dry_run"), mark::dry_run)
        .post("run_task_instance", &format!("{instance}/run"), mark::run_alone)
        .get("get_task_instance_tries", &format!("{instance}/tries"), task_instance::tries)
        .get("get_mapped_task_instances", &format!("{instance}/listMapped"), task_instance::list_mapped)
        .get("get_mapped_task_instance", mapped, task_instance::get_mapped)
        .patch("patch_mapped_task_instance", mapped, mark::mark_mapped)
        .patch("patch_mapped_task_instance_dry_run", &format!("{mapped}/dry_run"), mark::mapped_dry_run)
        .get("get_mapped_task_instance_tries", &format!("{mapped}/tries"), task_instance::mapped_tries)
        .get("get_log", &format!("{instance}/logs/{{try_number}}"), log::get)
        .get("get_log_stream", &format!("{instance}/logs/{{try_number}}/stream"), log_stream::get)
}

/// Variables, connections and pools. What is imported at once may be bigger than other bodies.
fn values(state: &WebState) -> Routes {
    let variable = "/api/v2/variables/{key}";
    let connection = "/api/v2/connections/{conn_id}";
    let pool = "/api/v2/pools/{name}";
    Routes::new(state)
        .get("get_variables", "/api/v2/variables", variable::list)
        .post("post_variable", "/api/v2/variables", variable::create)
        .patch("bulk_variables", "/api/v2/variables", variable::bulk)
        .get("get_variable", variable, variable::get)
        .patch("patch_variable", variable, variable::patch)
        .delete("delete_variable", variable, variable::delete)
        .get("get_connections", "/api/v2/connections", connection::list)
        .post("post_connection", "/api/v2/connections", connection::create)
        .patch("bulk_connections", "/api/v2/connections", connection::bulk)
        .get("get_connection", connection, connection::get)
        .patch("patch_connection", connection, connection::patch)
        .delete("delete_connection", connection, connection::delete)
        .get("get_pools", "/api/v2/pools", pool::list)
        .post("post_pool", "/api/v2/pools", pool::create)
        .get("get_pool", pool, pool::get)
        .patch("patch_pool", pool, pool::patch)
        .delete("delete_pool", pool, pool::delete)
        .post("rotate_fernet_key", "/api/v2/fernetKey/rotate", bulk::rotate)
        .map(|router| router.layer(DefaultBodyLimit::max(MAX_IMPORT_BYTES)))
}

/// What is not the API's is the web page's.
async fn page_or_nothing(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    page::answer(&method, uri.path(), &headers).unwrap_or_else(|| unknown_address(&uri).into_response())
}

fn unknown_address(uri: &Uri) -> ApiError {
    if uri.path().starts_with("/api/v1/") {
        let detail = "Airflow's API v1 is not served here; use /api/v2, which /openapi.json describes";
        return ApiError::not_found(detail);
    }
    ApiError::not_found(format!(
        "there is nothing at {}; the page at / tells what there is, and /openapi.json what the API has",
        uri.path()
    ))
}

async fn unknown_method(method: Method, uri: Uri) -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, format!("{method} is not possible at {}", uri.path()))
}
