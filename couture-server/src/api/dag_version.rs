//! `/dags/{dag_id}/dagVersions` and `/dagSources/{dag_id}`: what DAGs were, and how they are written.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use couture_core::store::{Annals, PastVersion, RunRecord, StoreError};
use couture_core::{DagId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json, Names, dag_id};
use super::page_of::PageOf;
use super::routes::Routes;
use super::state::ApiState;
use super::web_state::WebState;
use crate::auth::{Permit, act, on};
use crate::dags::{DagSource, written_in};

/// A version of a DAG, in Airflow's shape.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DagVersion)]
pub(super) struct DagVersionBody {
    /// The hash of what the DAG was.
    #[schema(format = "uuid", example = "5b0f9a52-3c1e-4a57-9d0c-8f3b6a2d7e11")]
    id: String,
    #[schema(example = 3)]
    version_number: u32,
    #[schema(value_type = String, example = "etl")]
    dag_id: DagId,
    dag_display_name: String,
    bundle_name: Option<String>,
    bundle_version: Option<String>,
    bundle_url: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl DagVersionBody {
    pub(super) fn new(dag_id: &DagId, display_name: &str, version: &PastVersion) -> Self {
        Self {
            id: uuid_of(&version.version),
            version_number: version.number,
            dag_id: dag_id.clone(),
            dag_display_name: display_name.to_owned(),
            bundle_name: Some("dags-folder".to_owned()),
            bundle_version: None,
            bundle_url: None,
            created_at: version.at,
        }
    }
}

/// 128 bits in hexadecimal, as UUIDs are written.
pub(super) fn uuid_of(hex: &str) -> String {
    let padded = format!("{hex:0>32}");
    match [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)].map(|(from, until)| padded.get(from..until)) {
        [Some(a), Some(b), Some(c), Some(d), Some(e)] => format!("{a}-{b}-{c}-{d}-{e}"),
        _ => padded,
    }
}

/// The numbers of versions that were asked for last.
#[derive(Debug, Default)]
pub struct PastVersions(Mutex<HashMap<(DagId, String), PastVersion>>);

/// The most versions that are remembered, and that are looked through for a number.
const MAX_REMEMBERED: usize = 20_000;
const MAX_SEARCHED: usize = 10_000;

impl PastVersions {
    /// Forgets a DAG, whose versions may be counted anew.
    pub(super) fn forget(&self, dag_id: &DagId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, _), _| of != dag_id);
    }

    /// When a DAG had this version, and its number: the last time where there were several. Runs that are older than all that was
    /// written down have none.
    pub(super) async fn of(
        &self,
        annals: &dyn Annals,
        dag_id: &DagId,
        version: &str,
    ) -> Result<Option<PastVersion>, StoreError> {
        let key = (dag_id.clone(), version.to_owned());
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Some(known.clone()));
        }
        let versions = annals.past_versions(dag_id, 0, MAX_SEARCHED).await?;
        let found = versions.into_iter().find(|past| past.version == version);
        if let Some(found) = &found {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MAX_REMEMBERED {
                known.clear();
            }
            known.insert(key, found.clone());
        }
        Ok(found)
    }
}

impl ApiState {
    /// The version that a run is pinned to, in Airflow's shape.
    pub(super) async fn version_body(&self, run: &RunRecord, name: &str) -> Result<Option<DagVersionBody>, ApiError> {
        let past = self.past_versions.of(&*self.annals, &run.dag_id, &run.version).await?;
        Ok(past.map(|past| DagVersionBody::new(&run.dag_id, name, &past)))
    }

    /// What people call a DAG in one of its versions.
    pub(super) async fn display_name(&self, dag_id: &DagId, version: &str) -> String {
        let shape = self.shape(version).await.ok();
        shape.and_then(|shape| shape.dag_display_name.clone()).unwrap_or_else(|| dag_id.to_string())
    }

    /// The version with this number; the newest where none is named.
    pub(super) async fn past_version(&self, dag_id: &DagId, number: Option<u32>) -> Result<PastVersion, ApiError> {
        let newest = self.annals.past_versions(dag_id, 0, 1).await?.pop();
        let unknown = || {
            let detail = match number {
                Some(number) => format!("dag {:?} has no version {number}", dag_id.as_str()),
                None => format!("no version of dag {:?} was written down yet", dag_id.as_str()),
            };
            ApiError::not_found(detail)
        };
        let newest = newest.ok_or_else(unknown)?;
        match number {
            None => Ok(newest),
            Some(number) if number == 0 || number > newest.number => Err(unknown()),
            Some(number) => {
                let offset = (newest.number - number) as usize;
                self.annals.past_versions(dag_id, offset, 1).await?.pop().ok_or_else(unknown)
            }
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DagVersionList {
    dag_versions: Vec<DagVersionBody>,
    total_entries: usize,
}

/// The versions of a DAG, the newest first unless another order is asked for.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagVersions",
    tag = "DagVersion",
    params(("dag_id" = String, Path, description = "The DAG."), PageOf),
    responses((status = 200, description = "The versions", body = DagVersionList)),
)]
pub(super) async fn list(
    _: Permit<act::Read, on::Dags>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Args(page): Args<PageOf>,
) -> Result<Json<DagVersionList>, ApiError> {
    let record = state.dag(&dag_id(&name)?).await?;
    let limit = page.limit()?;
    let orders = &["version_number", "id", "created_at", "dag_id", "bundle_name", "bundle_version"];
    let is_descending = page.order(orders)?.is_none_or(|(_, is_descending)| is_descending);
    let display_name = state.display_name(&record.dag_id, &record.version).await;
    let mut versions = state.annals.past_versions(&record.dag_id, 0, MAX_SEARCHED).await?;
    let total_entries = versions.len();
    if !is_descending {
        versions.reverse();
    }
    let wanted = versions.iter().skip(page.offset()).take(limit);
    let dag_versions = wanted.map(|past| DagVersionBody::new(&record.dag_id, &display_name, past)).collect();
    Ok(Json(DagVersionList { dag_versions, total_entries }))
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagVersions/{version_number}",
    tag = "DagVersion",
    params(("dag_id" = String, Path, description = "The DAG."), ("version_number" = u32, Path, description = "Its number.")),
    responses((status = 200, description = "The version", body = DagVersionBody)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::Dags>,
    State(state): State<ApiState>,
    Names((name, number)): Names<(String, u32)>,
) -> Result<Json<DagVersionBody>, ApiError> {
    let record = state.dag(&dag_id(&name)?).await?;
    let past = state.past_version(&record.dag_id, Some(number)).await?;
    let display_name = state.display_name(&record.dag_id, &past.version).await;
    Ok(Json(DagVersionBody::new(&record.dag_id, &display_name, &past)))
}

/// How a DAG is written, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DagSourceBody {
    /// The text of its file; nothing where it is defined in a program.
    content: Option<String>,
    #[schema(value_type = String)]
    dag_id: DagId,
    version_number: Option<u32>,
    dag_display_name: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichVersion {
    /// Which version; the newest where absent.
    version_number: Option<u32>,
}

/// How a DAG is written: as JSON, or with `Accept: text/plain` as it stands.
#[utoipa::path(
    get,
    path = "/api/v2/dagSources/{dag_id}",
    tag = "DagSource",
    params(("dag_id" = String, Path, description = "The DAG."), WhichVersion),
    responses((status = 200, description = "The source", content(
        (DagSourceBody = "application/json"),
        (String = "text/plain"),
    ))),
)]
pub(super) async fn source(
    _: Permit<act::Read, on::DagCode>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Args(which): Args<WhichVersion>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let record = state.dag(&dag_id(&name)?).await?;
    let past = match state.past_version(&record.dag_id, which.version_number).await {
        Ok(past) => Some(past),
        Err(_) if which.version_number.is_none() => None,
        Err(error) => return Err(error),
    };
    let mut content = match &past {
        Some(past) => state.annals.source(&record.dag_id, past.number).await?,
        None => None,
    };
    let is_newest = past.as_ref().is_none_or(|past| past.version == record.version);
    if content.is_none() && is_newest {
        let source = state.catalog.facts(&record.dag_id).map(|facts| facts.source);
        content = source.and_then(|source: DagSource| written_in(state.catalog.folder(), &source));
    }
    let wants_text = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if wants_text.is_some_and(|accept| accept.trim_start().starts_with("text/plain")) {
        let text = content.ok_or_else(|| ApiError::not_found("this dag is written in no file"))?;
        return Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response());
    }
    let body = DagSourceBody {
        content,
        dag_display_name: state.display_name(&record.dag_id, &record.version).await,
        dag_id: record.dag_id,
        version_number: past.map(|past| past.number),
    };
    Ok(Json(body).into_response())
}

#[derive(OpenApi)]
#[openapi(paths(list, get, source))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .get("get_dag_versions", "/api/v2/dags/{dag_id}/dagVersions", list)
        .get("get_dag_version", "/api/v2/dags/{dag_id}/dagVersions/{version_number}", get)
        .get("get_dag_source", "/api/v2/dagSources/{dag_id}", source)
}
