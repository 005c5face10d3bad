//! `/dags/{dag_id}`: one DAG; pausing and deleting it.

use std::collections::BTreeMap;

use axum::extract::State;
use couture_core::store::Request;
use couture_core::{DagId, Dialect, RunKey};
use couture_store::LogStore;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};

use super::dag_body::{DagBody, Problems, body};
use super::dag_list::active_runs;
use super::dag_version::DagVersionBody;
use super::error::ApiError;
use super::extract::{Json, Names, dag_id};
use super::page_of::PageOf;
use super::routes::Routes;
use super::state::ApiState;
use super::version_shape::VersionShape;
use super::web_state::WebState;
use crate::auth::{Permit, act, on};
use couture_core::Timestamp;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DagPatch {
    is_paused: bool,
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}",
    tag = "DAG",
    params(("dag_id" = String, Path, description = "The DAG.")),
    responses((status = 200, description = "The DAG", body = DagBody)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::Dags>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<Json<DagBody>, ApiError> {
    let record = state.dag(&dag_id(&name)?).await?;
    Ok(Json(body(&state, &Problems::now(&state), record).await))
}

#[utoipa::path(
    patch,
    path = "/api/v2/dags/{dag_id}",
    tag = "DAG",
    params(("dag_id" = String, Path, description = "The DAG.")),
    request_body = DagPatch,
    responses((status = 200, description = "The DAG as it is now", body = DagBody)),
)]
pub(super) async fn patch(
    permit: Permit<act::Edit, on::Dags>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Json(patch): Json<DagPatch>,
) -> Result<Json<DagBody>, ApiError> {
    let dag_id = dag_id(&name)?;
    permit.note("is_paused", patch.is_paused);
    state.ask(Request::SetPaused { dag_id: dag_id.clone(), paused: patch.is_paused }).await?;
    let record = state.dag(&dag_id).await?;
    Ok(Json(body(&state, &Problems::now(&state), record).await))
}

/// What is left of a DAG whose history was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Deleted {
    #[schema(value_type = String)]
    dag_id: DagId,
    /// Whether it is still defined somewhere, and so is still there.
    is_defined: bool,
}

#[utoipa::path(
    delete,
    path = "/api/v2/dags/{dag_id}",
    tag = "DAG",
    params(("dag_id" = String, Path, description = "The DAG.")),
    responses((status = 200, description = "Its history is deleted", body = Deleted)),
)]
pub(super) async fn delete(
    _: Permit<act::Delete, on::Dags>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<Json<Deleted>, ApiError> {
    let dag_id = dag_id(&name)?;
    let is_defined = state.dag(&dag_id).await?.active;
    let runs = run_keys(&state, &dag_id).await?;
    state.carry_out(state.engine.delete_history(dag_id.clone())).await?;
    tokio::spawn(delete_logs(state.logs.clone(), runs));
    state.past_versions.forget(&dag_id);
    Ok(Json(Deleted { dag_id, is_defined }))
}

/// The most runs whose logs go with a DAG.
const MAX_LOGS: usize = 200_000;

async fn run_keys(state: &ApiState, dag_id: &DagId) -> Result<Vec<RunKey>, ApiError> {
    let mut keys: Vec<RunKey> = Vec::new();
    while keys.len() < MAX_LOGS {
        let page = state.reader.runs(Some(dag_id), keys.last().copied(), PageOf::MAX_LIMIT).await?;
        keys.extend(page.iter().map(|run| run.key));
        if page.len() < PageOf::MAX_LIMIT {
            break;
        }
    }
    Ok(keys)
}

/// There may be many, so nobody waits for it. What is left where the server stops before does no harm but its size.
async fn delete_logs(logs: LogStore, runs: Vec<RunKey>) {
    for run in runs {
        if let Err(error) = logs.delete_run(run).await {
            return tracing::warn!("the logs of a deleted DAG were not removed: {error}");
        }
    }
}

/// A parameter of a DAG's runs, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
struct ParamBody {
    /// Its default; null where it has none.
    value: Value,
    description: Option<String>,
    /// A JSON schema.
    schema: serde_json::Map<String, Value>,
    /// Whether each run must be given a value.
    required: bool,
}

/// All of a DAG, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DagDetails {
    #[serde(flatten)]
    dag: DagBody,
    active_runs_count: usize,
    asset_expression: Option<Value>,
    catchup: bool,
    /// The same as `max_active_tasks`.
    concurrency: u32,
    /// As ISO 8601 writes durations.
    #[schema(example = "PT3600S")]
    dag_run_timeout: Option<String>,
    doc_md: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    start_date: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    end_date: Option<Timestamp>,
    is_favorite: bool,
    is_paused_upon_creation: Option<bool>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_parsed: Option<Timestamp>,
    latest_dag_version: Option<DagVersionBody>,
    owner_links: BTreeMap<String, String>,
    /// The parameters of its runs, by name.
    params: BTreeMap<String, ParamBody>,
    /// Their names in the order in which people are asked for them.
    param_order: Vec<String>,
    /// Which version of Airflow's rules it follows, where they differ: `1.10` or `2`.
    #[schema(value_type = String, example = "2")]
    dialect: Dialect,
    render_template_as_native_obj: bool,
    rerun_with_latest_version: bool,
    template_search_path: Option<Vec<String>>,
    timezone: String,
}

fn params(shape: &VersionShape) -> (BTreeMap<String, ParamBody>, Vec<String>) {
    let mut params = BTreeMap::new();
    for (name, value) in &shape.params {
        let plain = ParamBody { value: value.clone(), description: None, schema: Default::default(), required: false };
        params.insert(name.clone(), plain);
    }
    for spec in &shape.param_specs {
        let body = ParamBody {
            value: shape.params.get(&spec.name).cloned().unwrap_or(Value::Null),
            description: spec.description.clone(),
            schema: spec.schema.clone(),
            required: spec.required,
        };
        params.insert(spec.name.clone(), body);
    }
    let mut order: Vec<String> = shape.param_specs.iter().map(|spec| spec.name.clone()).collect();
    order.extend(shape.params.keys().filter(|name| !shape.param_specs.iter().any(|spec| spec.name == **name)).cloned());
    (params, order)
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/details",
    tag = "DAG",
    params(("dag_id" = String, Path, description = "The DAG.")),
    responses((status = 200, description = "All of the DAG", body = DagDetails)),
)]
pub(super) async fn details(
    _: Permit<act::Read, on::Dags>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<Json<DagDetails>, ApiError> {
    let record = state.dag(&dag_id(&name)?).await?;
    let shape = state.shape(&record.version).await?;
    let past = state.past_versions.of(&*state.annals, &record.dag_id, &record.version).await?;
    let active_runs_count = active_runs(&state, &record.dag_id).await?;
    let dag = body(&state, &Problems::now(&state), record).await;
    let latest = past.map(|past| DagVersionBody::new(&dag.dag_id, &dag.dag_display_name, &past));
    let (params, param_order) = params(&shape);
    let settings = state.engine.settings();
    Ok(Json(DagDetails {
        active_runs_count,
        asset_expression: shape.assets.as_ref().and_then(|assets| serde_json::to_value(assets).ok()),
        catchup: shape.catchup.unwrap_or(settings.catchup),
        concurrency: shape.max_active_tasks.or(settings.max_active_tasks).unwrap_or(0),
        dag_run_timeout: shape.dagrun_timeout_ms.map(|ms| format!("PT{}S", ms as f64 / 1e3)),
        doc_md: shape.doc_md.clone(),
        start_date: shape.start_date,
        end_date: shape.end_date,
        is_favorite: false,
        is_paused_upon_creation: shape.is_paused_upon_creation,
        last_parsed: dag.last_parsed_time,
        latest_dag_version: latest,
        owner_links: BTreeMap::new(),
        params,
        param_order,
        dialect: shape.dialect,
        render_template_as_native_obj: false,
        rerun_with_latest_version: shape.newest_version_on_clear,
        template_search_path: Some(shape.template_searchpath.clone()).filter(|folders| !folders.is_empty()),
        timezone: shape.timezone.to_string(),
        dag,
    }))
}

#[derive(OpenApi)]
#[openapi(paths(get, patch, delete, details))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    let dag = "/api/v2/dags/{dag_id}";
    Routes::new(state).get("get_dag", dag, get).patch("patch_dag", dag, patch).delete("delete_dag", dag, delete).get(
        "get_dag_details",
        "/api/v2/dags/{dag_id}/details",
        details,
    )
}
