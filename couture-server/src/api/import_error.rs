//! `/importErrors`: DAG files that are wrong.

use std::collections::HashSet;

use axum::extract::State;
use couture_core::{DagId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json, Names};
use super::page_of::PageOf;
use super::state::ApiState;
use crate::auth::{DagFilter, Permit, act, on};
use crate::dags::ImportError;

/// An import error, in Airflow's shape, with its place beside.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportErrorBody {
    import_error_id: u64,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    filename: String,
    stack_trace: String,
    /// The same in one line.
    reason: String,
    /// Whether the file was read all the same, and this is only odd.
    is_warning: bool,
    line: Option<u64>,
    column: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportErrorList {
    import_errors: Vec<ImportErrorBody>,
    total_entries: usize,
}

/// Which import errors.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Whether files that are only odd are told of too.
    warnings: Option<bool>,
}

#[utoipa::path(
    get,
    path = "/api/v2/importErrors",
    tag = "Import Error",
    params(PageOf, Which),
    responses((status = 200, description = "As asked", body = ImportErrorList)),
)]
pub(super) async fn list(
    permit: Permit<act::Read, on::ImportErrors>,
    State(state): State<ApiState>,
    Args(page): Args<PageOf>,
    Args(which): Args<Which>,
) -> Result<Json<ImportErrorList>, ApiError> {
    let limit = page.limit()?;
    page.fixed_order("import_error_id")?;
    let mut errors = shown(&state, permit.dags());
    errors.retain(|error| !error.is_warning || which.warnings == Some(true));
    let total_entries = errors.len();
    let import_errors = errors.into_iter().skip(page.offset()).take(limit).map(body).collect();
    Ok(Json(ImportErrorList { import_errors, total_entries }))
}

#[utoipa::path(
    get,
    path = "/api/v2/importErrors/{import_error_id}",
    tag = "Import Error",
    params(("import_error_id" = u64, Path, description = "The error.")),
    responses((status = 200, description = "As asked", body = ImportErrorBody)),
)]
pub(super) async fn get(
    permit: Permit<act::Read, on::ImportErrors>,
    State(state): State<ApiState>,
    Names(id): Names<u64>,
) -> Result<Json<ImportErrorBody>, ApiError> {
    let found = shown(&state, permit.dags()).into_iter().find(|error| error.id == id);
    found.map(|error| Json(body(error))).ok_or_else(|| ApiError::not_found(format!("there is no import error {id}")))
}

/// Those that somebody may see: a traceback shows lines of the file, to whoever may read its DAGs, as far as these are known.
fn shown(state: &ApiState, dags: &DagFilter) -> Vec<ImportError> {
    let files: Option<HashSet<String>> = dags.ids().map(|ids| {
        let facts = ids.iter().filter_map(|id| state.catalog.facts(&DagId::new(id.as_str()).ok()?));
        facts.map(|facts| facts.source.to_string()).collect()
    });
    let is_shown = |error: &ImportError| files.as_ref().is_none_or(|files| files.contains(&error.source));
    state.catalog.errors().into_iter().filter(is_shown).collect()
}

fn body(error: ImportError) -> ImportErrorBody {
    ImportErrorBody {
        import_error_id: error.id,
        is_warning: error.is_warning,
        timestamp: error.at,
        filename: error.source,
        reason: error.error.to_string(),
        stack_trace: error.traceback.unwrap_or_else(|| error.error.to_string()),
        line: error.error.line,
        column: error.error.column,
    }
}
