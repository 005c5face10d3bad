//! The audit row of a request.

use axum::extract::{Query, RawPathParams, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::{RequestExt as _, middleware::Next};
use couture_core::{DagId, RunId, Timestamp};
use couture_store::AuditEntry;
use tracing::Instrument as _;

use super::web_state::WebState;
use crate::auth::{AuditNote, audit_extra};
use crate::telemetry::SPANS;

/// The route that a request takes.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// Its name.
    pub(super) name: &'static str,
    /// Whether the parameters of its address say something.
    pub(super) takes_names: bool,
    /// Where its row goes.
    pub(super) state: WebState,
}

/// Answers a request, and tells the audit log of it: who asked, for what, from where, and how it ended. Nothing of the body is told but
/// what a handler notes. Requests of nobody that are refused are not told: failed logins tell of themselves.
///
/// An answer that changed something and cannot be recorded becomes an error that says so.
pub(super) async fn audited(operation: Operation, mut request: Request, next: Next) -> Response {
    let note = AuditNote::default();
    request.extensions_mut().insert(note.clone());
    let params = request.extract_parts::<RawPathParams>().await.ok();
    let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri()).map(|query| query.0).unwrap_or_default();
    let is_change = !request.method().is_safe();
    let span = tracing::info_span!(
        target: SPANS,
        "request",
        otel.name = operation.name,
        otel.kind = "server",
        http.request.method = %request.method(),
        http.response.status_code = tracing::field::Empty,
    );
    let response = next.run(request).instrument(span.clone()).await;
    span.record("http.response.status_code", response.status().as_u16());
    let Some(sender) = note.sender() else { return response };
    if sender.username.is_none() && response.status() == StatusCode::UNAUTHORIZED {
        return response;
    }
    let mut entry = AuditEntry::new(operation.name);
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut place = |name: &str, value: String, pairs: &mut Vec<(String, String)>| match name {
        "dag_id" => entry.dag_id = Some(value),
        "run_id" => entry.run_id = Some(value),
        "task_id" => entry.task_id = Some(value),
        "map_index" => entry.map_index = value.parse().ok(),
        "try_number" => entry.try_number = value.parse().ok(),
        name => pairs.push((name.to_owned(), value)),
    };
    for (name, value) in params.iter().filter(|_| operation.takes_names).flat_map(RawPathParams::iter) {
        place(name, value.to_owned(), &mut pairs);
    }
    pairs.extend(query);
    note.take_pairs().into_iter().for_each(|(name, value)| place(&name, value, &mut pairs));
    if !response.status().is_success() {
        pairs.push(("status".to_owned(), response.status().as_u16().to_string()));
    }
    entry.extra = (!pairs.is_empty()).then(|| audit_extra(pairs.iter().map(|(name, value)| (&**name, &**value))));
    entry.logical_date = logical_date(&operation.state, &entry, is_change).await;
    entry.user.clone_from(&sender.username);
    entry.owner = sender.username;
    entry.source_ip = Some(sender.source.to_string());
    match operation.state.authority.record(entry.bounded()).await {
        Err(error) if is_change && response.status().is_success() => error.into_response(),
        _ => response,
    }
}

/// Of the run that is named: by its id, and where that does not tell and something was changed, by its row.
async fn logical_date(state: &WebState, entry: &AuditEntry, is_change: bool) -> Option<Timestamp> {
    let run_id = entry.run_id.as_deref()?;
    if let Some(date) = run_id.rsplit_once("__").and_then(|(_, date)| Timestamp::parse(date).ok()) {
        return Some(date);
    }
    if !is_change {
        return None;
    }
    let (dag_id, run_id) = (DagId::new(entry.dag_id.as_deref()?).ok()?, RunId::new(run_id).ok()?);
    state.api.reader.run(&dag_id, &run_id).await.ok()?.map(|run| run.logical_date)
}
