//! `/eventLogs`: the audit log, which nobody changes.

use std::sync::Arc;

use axum::extract::State;
use couture_core::Timestamp;
use couture_store::{AuditFilter, AuditOrder, AuditRow};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::error::ApiError;
use super::event_filter::{EventParams, event_filter};
use super::event_log_export::{__path_export, export};
use super::extract::{Args, Json, Names};
use super::page_of::PageOf;
use super::pairs::Pairs;
use super::routes::Routes;
use super::web_state::WebState;
use crate::auth::{Authority, Permit, act, on};

#[derive(OpenApi)]
#[openapi(paths(list, get, export))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .get("get_event_logs", "/api/v2/eventLogs", list)
        .get("export_event_logs", "/api/v2/eventLogs/export", export)
        .get("get_event_log", "/api/v2/eventLogs/{event_log_id}", get)
}

/// A row of the audit log, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventLogBody {
    pub(super) event_log_id: i64,
    #[schema(value_type = String, format = DateTime)]
    pub(super) when: Timestamp,
    pub(super) dag_id: Option<String>,
    /// The same: DAGs have no other names here.
    dag_display_name: Option<String>,
    pub(super) task_id: Option<String>,
    task_display_name: Option<String>,
    pub(super) run_id: Option<String>,
    pub(super) map_index: Option<i64>,
    pub(super) try_number: Option<i64>,
    /// What happened: the name of an operation.
    #[schema(example = "trigger_dag_run")]
    pub(super) event: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) logical_date: Option<Timestamp>,
    /// Whom it belongs to.
    pub(super) owner: Option<String>,
    /// Anything else, as JSON, without secrets.
    pub(super) extra: Option<String>,
    /// From where it was done.
    #[schema(example = "10.0.0.7")]
    pub(super) source_ip: Option<String>,
    /// Who did it.
    pub(super) user: Option<String>,
}

/// Rows of the audit log.
#[derive(Debug, Serialize, ToSchema)]
struct EventLogList {
    event_logs: Vec<EventLogBody>,
    /// At most 100,000: further rows are not counted.
    total_entries: usize,
}

impl From<AuditRow> for EventLogBody {
    fn from(row: AuditRow) -> Self {
        let entry = row.entry;
        Self {
            event_log_id: row.id,
            when: row.at,
            dag_display_name: entry.dag_id.clone(),
            dag_id: entry.dag_id,
            task_display_name: entry.task_id.clone(),
            task_id: entry.task_id,
            run_id: entry.run_id,
            map_index: entry.map_index,
            try_number: entry.try_number,
            event: entry.event,
            logical_date: entry.logical_date,
            owner: entry.owner,
            extra: entry.extra,
            source_ip: entry.source_ip,
            user: entry.user,
        }
    }
}

/// The most rows that are counted.
const MAX_COUNT: usize = 100_000;

/// Lists rows of the audit log; those of DAGs that one may not read are left out.
#[utoipa::path(
    get, path = "/api/v2/eventLogs", tag = "Event Log", params(PageOf, EventParams),
    responses((status = 200, description = "The rows, the oldest first unless order_by is -when", body = EventLogList)),
)]
async fn list(
    permit: Permit<act::Read, on::AuditLogs>,
    State(state): State<WebState>,
    Args(page): Args<PageOf>,
    Args(pairs): Args<Pairs>,
) -> Result<Json<EventLogList>, ApiError> {
    let order = match page.order(&["when", "event_log_id", "id"])? {
        Some((_, true)) => AuditOrder::NewestFirst,
        _ => AuditOrder::OldestFirst,
    };
    let filter = event_filter(&pairs, permit.dags(), state.views())?;
    let audit = &state.authority.accounts().audit;
    let rows = audit.search(&filter, order, page.offset(), page.limit()?).await?;
    let total_entries = audit.count(&filter, MAX_COUNT).await?;
    Ok(Json(EventLogList { event_logs: rows.into_iter().map(Into::into).collect(), total_entries }))
}

/// One row of the audit log.
#[utoipa::path(
    get, path = "/api/v2/eventLogs/{event_log_id}", tag = "Event Log",
    params(("event_log_id" = i64, Path, description = "The number of the row")),
    responses((status = 200, description = "The row", body = EventLogBody)),
)]
async fn get(
    permit: Permit<act::Read, on::AuditLogs>,
    State(authority): State<Arc<Authority>>,
    Names(id): Names<i64>,
) -> Result<Json<EventLogBody>, ApiError> {
    let visible_dags = permit.dags().ids().map(|ids| ids.iter().cloned().collect());
    let filter = AuditFilter { visible_dags, ..AuditFilter::default() };
    let row = authority.accounts().audit.get(id, &filter).await?;
    row.map(|row| Json(row.into())).ok_or_else(|| ApiError::not_found(format!("there is no event log {id}")))
}
