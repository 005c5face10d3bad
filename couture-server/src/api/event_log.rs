//! `/eventLogs`: the audit log, which nobody changes.

use std::sync::Arc;

use axum::extract::State;
use couture_core::Timestamp;
use couture_store::{AuditFilter, AuditOrder, AuditRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::error::ApiError;
use super::event_log_export::{__path_export, export};
use super::extract::{Args, Json, Names};
use super::page_of::PageOf;
use super::routes::Routes;
use super::web_state::WebState;
use crate::auth::{Authority, DagFilter, Permit, act, on};

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

/// Which rows; texts are compared as a whole, with their case.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EventFilter {
    dag_id: Option<String>,
    task_id: Option<String>,
    run_id: Option<String>,
    map_index: Option<i64>,
    try_number: Option<i64>,
    owner: Option<String>,
    /// Who did it.
    user: Option<String>,
    /// What happened.
    event: Option<String>,
    /// One of these, with commas.
    included_events: Option<String>,
    /// None of these, with commas.
    excluded_events: Option<String>,
    /// From this address.
    source_ip: Option<String>,
    /// Before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    before: Option<Timestamp>,
    /// After this time.
    #[param(value_type = Option<String>, format = DateTime)]
    after: Option<Timestamp>,
    /// Whose event, user, DAG, task, run or extra holds this text, whatever its case.
    q: Option<String>,
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(String::from).collect()
}

impl EventFilter {
    /// As the log takes it, for whoever may see these DAGs.
    pub(super) fn for_whoever_sees(self, dags: &DagFilter) -> AuditFilter {
        let included = self.included_events.as_deref().map(names);
        let events = match (self.event, included) {
            (Some(event), Some(included)) => Some(included.into_iter().filter(|other| *other == event).collect()),
            (Some(event), None) => Some(vec![event]),
            (None, included) => included,
        };
        AuditFilter {
            user: self.user,
            owner: self.owner,
            dag_id: self.dag_id,
            task_id: self.task_id,
            run_id: self.run_id,
            map_index: self.map_index,
            try_number: self.try_number,
            events,
            excluded_events: self.excluded_events.as_deref().map(names).unwrap_or_default(),
            source_ip: self.source_ip,
            since: self.after.map(|after| after + std::time::Duration::from_micros(1)),
            until: self.before,
            search: self.q.filter(|text| !text.is_empty()),
            visible_dags: dags.ids().map(|ids| ids.iter().cloned().collect()),
            ..AuditFilter::default()
        }
    }
}

/// The most rows that are counted.
const MAX_COUNT: usize = 100_000;

/// Lists rows of the audit log; those of DAGs that one may not read are left out.
#[utoipa::path(
    get, path = "/api/v2/eventLogs", tag = "Event Log", params(PageOf, EventFilter),
    responses((status = 200, description = "The rows, the oldest first unless order_by is -when", body = EventLogList)),
)]
async fn list(
    permit: Permit<act::Read, on::AuditLogs>,
    State(authority): State<Arc<Authority>>,
    Args(page): Args<PageOf>,
    Args(filter): Args<EventFilter>,
) -> Result<Json<EventLogList>, ApiError> {
    let order = match page.order(&["when", "event_log_id", "id"])? {
        Some((_, true)) => AuditOrder::NewestFirst,
        _ => AuditOrder::OldestFirst,
    };
    let filter = filter.for_whoever_sees(permit.dags());
    let audit = &authority.accounts().audit;
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
