//! `…/taskInstances/{task_id}/xcomEntries`: what tasks gave to later ones.

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::store::{GivenXCom, XComFilter};
use couture_core::task::XComValue;
use couture_core::{DagId, MapIndex, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json, Names, dag_id, run_id};
use super::named_instance::{Instance, Named};
use super::page_of::PageOf;
use super::routes::Routes;
use super::state::ApiState;
use super::web_state::WebState;
use crate::auth::{Permit, act, on};

/// An XCom without its value, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = XCom)]
pub(super) struct XComEntry {
    #[schema(example = "return_value")]
    key: String,
    /// When the instance ended; where it has not, when its run was due.
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    logical_date: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    run_after: Timestamp,
    map_index: i32,
    task_id: String,
    task_display_name: String,
    #[schema(value_type = String)]
    dag_id: DagId,
    dag_display_name: String,
    #[schema(value_type = String)]
    run_id: RunId,
    /// The length of its JSON text; nothing where that is kept elsewhere.
    bytes: Option<u64>,
}

/// An XCom, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = XComWithValue)]
pub(super) struct XComBody {
    #[serde(flatten)]
    entry: XComEntry,
    #[schema(value_type = Value)]
    value: Box<RawValue>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct XComList {
    xcom_entries: Vec<XComEntry>,
    total_entries: usize,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only those under this key.
    xcom_key: Option<String>,
    /// Only those of this instance of mapped tasks.
    map_index: Option<i32>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Shown {
    map_index: Option<i32>,
    /// Whether the value is told as a text that holds its JSON.
    #[serde(default)]
    #[param(required = false)]
    stringify: bool,
    /// Values are JSON: there is nothing to make of them.
    #[serde(default)]
    #[param(required = false)]
    #[expect(dead_code, reason = "clients may send it")]
    deserialize: bool,
}

/// The tasks of a run and their names.
async fn entry(state: &ApiState, given: GivenXCom) -> Result<XComEntry, ApiError> {
    let shape = state.shape(&given.version).await?;
    let task = shape.tasks.get(given.task.at());
    let run = state.reader.runs_of(&[given.run]).await?.pop();
    let run_after = run.map_or(given.logical_date, |run| run.run_after());
    Ok(XComEntry {
        key: given.key.into(),
        timestamp: given.at.unwrap_or(run_after),
        logical_date: given.logical_date,
        run_after,
        map_index: given.map_index.0,
        task_id: task.map(|task| task.task_id.to_string()).unwrap_or_default(),
        task_display_name: task.map(|task| task.display_name().to_owned()).unwrap_or_default(),
        dag_display_name: shape.dag_display_name.clone().unwrap_or_else(|| given.dag_id.to_string()),
        dag_id: given.dag_id,
        run_id: given.run_id,
        bytes: given.bytes,
    })
}

/// What one task instance gave, or with `~` in the place of the run or the task, what all of them gave that the sender may see.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries",
    tag = "XCom",
    params(("dag_id" = String, Path, description = "The DAG; `~` for all."), ("run_id" = String, Path, description = "The run; `~` for all."), ("task_id" = String, Path, description = "The task; `~` for all."), PageOf, Which),
    responses((status = 200, description = "The XComs", body = XComList)),
)]
pub(super) async fn list(
    permit: Permit<act::Read, on::TaskXComs>,
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
    Args(page): Args<PageOf>,
    Args(which): Args<Which>,
) -> Result<Json<XComList>, ApiError> {
    let limit = page.limit()?;
    let filter = XComFilter {
        key: which.xcom_key.filter(|key| !key.is_empty()).map(Into::into),
        map_index: which.map_index.map(MapIndex),
        ..XComFilter::default()
    };
    let filters = match (&*dag, &*run, &*task) {
        ("~", "~", "~") => match permit.dags().ids() {
            None => vec![filter],
            Some(ids) => {
                let of = |id: &String| XComFilter { dag_id: DagId::new(id.as_str()).ok(), ..filter.clone() };
                ids.iter().map(of).filter(|filter| filter.dag_id.is_some()).collect()
            }
        },
        ("~", ..) | (_, "~", _) if run != "~" || task != "~" => {
            return Err(ApiError::invalid("a run needs its dag, and a task needs its run: name them too"));
        }
        (_, "~", _) => {
            let dag_id = dag_id(&dag)?;
            state.dag(&dag_id).await?;
            vec![XComFilter { dag_id: Some(dag_id), ..filter }]
        }
        (_, _, "~") => {
            let run = state.run(&dag_id(&dag)?, &run_id(&run)?).await?;
            vec![XComFilter { run: Some(run.key), ..filter }]
        }
        _ => {
            let named = Named::task(&state, &dag, &run, &task).await?;
            vec![XComFilter { run: Some(named.run.key), task: Some(named.index), ..filter }]
        }
    };
    let (mut xcom_entries, mut total_entries) = (Vec::new(), 0);
    for filter in filters {
        let count = state.reader.count_xcoms(&filter).await?;
        let skip = page.offset().saturating_sub(total_entries);
        let room = limit - xcom_entries.len();
        if room > 0 && skip < count {
            for given in state.reader.find_xcoms(&filter, skip, room).await? {
                xcom_entries.push(entry(&state, given).await?);
            }
        }
        total_entries += count;
    }
    Ok(Json(XComList { xcom_entries, total_entries }))
}

impl Named {
    async fn xcom(&self, state: &ApiState, key: &str) -> Result<Option<XComValue>, ApiError> {
        Ok(state.store.xcom(self.run.key, self.index, self.map_index, key).await?)
    }

    async fn xcom_body(
        &self,
        state: &ApiState,
        key: &str,
        value: XComValue,
        stringify: bool,
    ) -> Result<XComBody, ApiError> {
        let broken = |error: String| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, error);
        let json = match value {
            XComValue::Json(json) => json.into_string(),
            XComValue::Artifact(artifact) => {
                let content = state.artifacts.get(&artifact).await;
                let content =
                    content.map_err(|error| broken(format!("the value's artifact cannot be read: {error}")))?;
                String::from_utf8(content).map_err(|_| broken("the value's artifact is not text".into()))?
            }
        };
        let json = if stringify { Value::String(json).to_string() } else { json };
        let value = RawValue::from_string(json).map_err(|error| broken(format!("the value is not JSON: {error}")))?;
        let given = GivenXCom {
            run: self.run.key,
            dag_id: self.run.dag_id.clone(),
            run_id: self.run.run_id.clone(),
            logical_date: self.run.logical_date,
            version: self.run.version.clone(),
            task: self.index,
            map_index: self.map_index,
            key: key.into(),
            at: self.record(state).await?.and_then(|record| record.ended_at),
            bytes: Some(value.get().len() as u64),
        };
        Ok(XComBody { entry: entry(state, given).await?, value })
    }
}

fn unknown(task: &str, key: &str) -> ApiError {
    ApiError::not_found(format!("task {task:?} of this run gave no value under the key {key:?}"))
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}",
    tag = "XCom",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), ("key" = String, Path, description = "The key."), Shown),
    responses((status = 200, description = "The XCom", body = XComBody)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::TaskXComs>,
    State(state): State<ApiState>,
    Names((dag, run, task, key)): Names<(String, String, String, String)>,
    Args(shown): Args<Shown>,
) -> Result<Json<XComBody>, ApiError> {
    let named = Named::instance(&state, [&dag, &run, &task], &Instance { map_index: shown.map_index }).await?;
    let value = named.xcom(&state, &key).await?.ok_or_else(|| unknown(&task, &key))?;
    Ok(Json(named.xcom_body(&state, &key, value, shown.stringify).await?))
}

/// A new XCom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewXCom {
    #[schema(example = "return_value")]
    key: String,
    /// Any JSON.
    value: Value,
    /// Which instance of a mapped task; -1 where it is not mapped.
    #[serde(default)]
    map_index: Option<i32>,
}

/// Another value of an XCom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct XComPatch {
    /// Any JSON.
    value: Value,
    /// Which instance of a mapped task; -1 where it is not mapped.
    #[serde(default)]
    map_index: Option<i32>,
}

/// The longest key, as databases hold it.
const MAX_KEY: usize = 250;

async fn put(state: &ApiState, named: &Named, key: &str, value: &Value) -> Result<XComBody, ApiError> {
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(ApiError::invalid(format!("key must have 1 to {MAX_KEY} bytes")));
    }
    let text = value.to_string();
    if text.len() > XComValue::MAX_INLINE_BYTES {
        let most = XComValue::MAX_INLINE_BYTES;
        return Err(ApiError::invalid(format!("value has {} bytes as JSON; at most {most} are allowed", text.len())));
    }
    let value = XComValue::Json(text.into());
    let place = (named.index, named.map_index);
    if !state.annals.set_xcom(named.run.key, place, key, Some(&value)).await? {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "nothing has happened to this task instance yet: it gives nothing",
        ));
    }
    named.xcom_body(state, key, value, false).await
}

#[utoipa::path(
    post,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries",
    tag = "XCom",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task.")),
    request_body = NewXCom,
    responses((status = 201, description = "The XCom", body = XComBody)),
)]
pub(super) async fn create(
    permit: Permit<act::Create, on::XComs>,
    State(state): State<ApiState>,
    Names((dag, run, task)): Names<(String, String, String)>,
    Json(new): Json<NewXCom>,
) -> Result<(StatusCode, Json<XComBody>), ApiError> {
    let which = Instance { map_index: new.map_index.filter(|index| *index >= 0) };
    let named = Named::instance(&state, [&dag, &run, &task], &which).await?;
    permit.note("key", &new.key);
    if named.xcom(&state, &new.key).await?.is_some() {
        let detail = format!("task {task:?} of this run gave a value under the key {:?} already", new.key);
        return Err(ApiError::new(StatusCode::CONFLICT, detail));
    }
    Ok((StatusCode::CREATED, Json(put(&state, &named, &new.key, &new.value).await?)))
}

#[utoipa::path(
    patch,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}",
    tag = "XCom",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), ("key" = String, Path, description = "The key.")),
    request_body = XComPatch,
    responses((status = 200, description = "The XCom as it is now", body = XComBody)),
)]
pub(super) async fn patch(
    _: Permit<act::Edit, on::XComs>,
    State(state): State<ApiState>,
    Names((dag, run, task, key)): Names<(String, String, String, String)>,
    Json(patch): Json<XComPatch>,
) -> Result<Json<XComBody>, ApiError> {
    let which = Instance { map_index: patch.map_index.filter(|index| *index >= 0) };
    let named = Named::instance(&state, [&dag, &run, &task], &which).await?;
    named.xcom(&state, &key).await?.ok_or_else(|| unknown(&task, &key))?;
    Ok(Json(put(&state, &named, &key, &patch.value).await?))
}

#[utoipa::path(
    delete,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}",
    tag = "XCom",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), ("key" = String, Path, description = "The key."), Instance),
    responses((status = 204, description = "It is gone")),
)]
pub(super) async fn delete(
    _: Permit<act::Delete, on::XComs>,
    State(state): State<ApiState>,
    Names((dag, run, task, key)): Names<(String, String, String, String)>,
    Args(which): Args<Instance>,
) -> Result<StatusCode, ApiError> {
    let which = Instance { map_index: which.map_index.filter(|index| *index >= 0) };
    let named = Named::instance(&state, [&dag, &run, &task], &which).await?;
    named.xcom(&state, &key).await?.ok_or_else(|| unknown(&task, &key))?;
    state.annals.set_xcom(named.run.key, (named.index, named.map_index), &key, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(OpenApi)]
#[openapi(paths(list, get, create, patch, delete))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    let all = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries";
    let one = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}";
    Routes::new(state)
        .get("get_xcom_entries", all, list)
        .post("create_xcom_entry", all, create)
        .get("get_xcom_entry", one, get)
        .patch("update_xcom_entry", one, patch)
        .delete("delete_xcom_entry", one, delete)
}
