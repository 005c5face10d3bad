//! `…/taskInstances/{task_id}/xcomEntries/{key}`: what a task gave to later ones.

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::task::XComValue;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::{Args, Json, Names};
use super::named_instance::{Instance, Named};
use super::state::ApiState;
use crate::auth::{Permit, act, on};

/// An XCom, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct XComBody {
    key: String,
    task_id: String,
    dag_id: String,
    run_id: String,
    map_index: i32,
    #[schema(value_type = Value)]
    value: Box<RawValue>,
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}",
    tag = "XCom",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), ("key" = String, Path, description = "The key."), Instance),
    responses((status = 200, description = "As asked", body = XComBody)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::TaskXComs>,
    State(state): State<ApiState>,
    Names((dag, run, task, key)): Names<(String, String, String, String)>,
    Args(which): Args<Instance>,
) -> Result<Json<XComBody>, ApiError> {
    let named = Named::instance(&state, [&dag, &run, &task], &which).await?;
    let value = state.store.xcom(named.run.key, named.index, named.map_index, &key).await?;
    let unknown = || ApiError::not_found(format!("task {task:?} of this run gave no value under the key {key:?}"));
    let broken = |error: String| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, error);
    let json = match value.ok_or_else(unknown)? {
        XComValue::Json(json) => json.into_string(),
        XComValue::Artifact(artifact) => {
            let content = state.artifacts.get(&artifact).await;
            let content = content.map_err(|error| broken(format!("the value's artifact cannot be read: {error}")))?;
            String::from_utf8(content).map_err(|_| broken("the value's artifact is not text".into()))?
        }
    };
    let value = RawValue::from_string(json).map_err(|error| broken(format!("the value is not JSON: {error}")))?;
    Ok(Json(XComBody { key, task_id: task, dag_id: dag, run_id: run, map_index: named.map_index.0, value }))
}
