//! `/importErrors`: DAG files that are wrong.

use std::collections::HashSet;

use axum::extract::State;
use couture_core::{DagId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::Json;
use super::state::ApiState;
use crate::auth::{Permit, act, on};
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

#[utoipa::path(
    get,
    path = "/api/v2/importErrors",
    tag = "Import Error",
    responses((status = 200, description = "As asked", body = ImportErrorList)),
)]
pub(super) async fn list(
    permit: Permit<act::Read, on::ImportErrors>,
    State(state): State<ApiState>,
) -> Json<ImportErrorList> {
    // A traceback shows lines of the file: to whoever may read its DAGs, as far as these are known.
    let files: Option<HashSet<String>> = permit.dags().ids().map(|ids| {
        let facts = ids.iter().filter_map(|id| state.catalog.facts(&DagId::new(id.as_str()).ok()?));
        facts.map(|facts| facts.source.to_string()).collect()
    });
    let shown = |error: &ImportError| files.as_ref().is_none_or(|files| files.contains(&error.source));
    let errors = state.catalog.errors().into_iter().filter(shown).map(|error| ImportErrorBody {
        import_error_id: error.id,
        is_warning: error.is_warning,
        timestamp: error.at,
        filename: error.source,
        reason: error.error.to_string(),
        stack_trace: error.traceback.unwrap_or_else(|| error.error.to_string()),
        line: error.error.line,
        column: error.error.column,
    });
    let import_errors: Vec<_> = errors.collect();
    Json(ImportErrorList { total_entries: import_errors.len(), import_errors })
}
