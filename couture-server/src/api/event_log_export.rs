//! `/eventLogs/export`: the audit log as a file, written while it is read.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use couture_store::{AccountError, AuditFilter, AuditOrder};
use futures_util::stream;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::event_filter::{EventParams, event_filter};
use super::event_log::EventLogBody;
use super::extract::Args;
use super::pairs::Pairs;
use super::web_state::WebState;
use crate::auth::{Authority, Permit, act, on};

/// How the rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// With commas, for spreadsheets.
    #[default]
    Csv,
    /// A JSON object in each line.
    Jsonl,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportAs {
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// Rows that are read at a time.
const PART: usize = 1_000;

const COLUMNS: [&str; 13] = [
    "event_log_id",
    "when",
    "event",
    "user",
    "owner",
    "dag_id",
    "task_id",
    "run_id",
    "map_index",
    "try_number",
    "logical_date",
    "source_ip",
    "extra",
];

/// The rows of the audit log that a list would show, all of them, the oldest first.
#[utoipa::path(
    get, path = "/api/v2/eventLogs/export", tag = "Event Log", params(ExportAs, EventParams),
    responses((status = 200, description = "The rows", content((String = "text/csv"), (String = "application/x-ndjson")))),
)]
pub(super) async fn export(
    permit: Permit<act::Read, on::AuditLogs>,
    State(state): State<WebState>,
    Args(ExportAs { format }): Args<ExportAs>,
    Args(pairs): Args<Pairs>,
) -> Result<Response, ApiError> {
    let filter = event_filter(&pairs, permit.dags(), state.views())?;
    let authority = state.authority;
    let head = match format {
        Format::Csv => format!("{}\r\n", COLUMNS.join(",")),
        Format::Jsonl => String::new(),
    };
    // The first part may fail with a status of its own.
    let first = part(&authority, &filter, format).await?;
    let rest = stream::try_unfold((authority, filter, first), move |(authority, mut filter, now)| async move {
        let Some((text, last)) = now else { return Ok::<_, AccountError>(None) };
        filter.after_id = Some(last);
        let next = part(&authority, &filter, format).await?;
        Ok(Some((Bytes::from(text), (authority, filter, next))))
    });
    let head = stream::once(async move { Ok(Bytes::from(head)) });
    let body = Body::from_stream(futures_util::StreamExt::chain(head, rest));
    let (kind, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"event_logs.csv\""),
        Format::Jsonl => ("application/x-ndjson", "attachment; filename=\"event_logs.jsonl\""),
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

/// The next rows as text, and the number of the last.
async fn part(
    authority: &Authority,
    filter: &AuditFilter,
    format: Format,
) -> Result<Option<(String, i64)>, AccountError> {
    let rows = authority.accounts().audit.search(filter, AuditOrder::OldestFirst, 0, PART).await?;
    let Some(last) = rows.last().map(|row| row.id) else { return Ok(None) };
    let mut text = String::new();
    for row in rows {
        let row = EventLogBody::from(row);
        match format {
            Format::Csv => text.push_str(&csv_line(&row)),
            Format::Jsonl => {
                text.push_str(&serde_json::to_string(&row).unwrap_or_default());
                text.push('\n');
            }
        }
    }
    Ok(Some((text, last)))
}

/// By RFC 4180.
fn csv_line(row: &EventLogBody) -> String {
    let number = |number: Option<i64>| number.map(|number| number.to_string());
    let cells = [
        Some(row.event_log_id.to_string()),
        Some(row.when.to_string()),
        Some(row.event.clone()),
        row.user.clone(),
        row.owner.clone(),
        row.dag_id.clone(),
        row.task_id.clone(),
        row.run_id.clone(),
        number(row.map_index),
        number(row.try_number),
        row.logical_date.map(|date| date.to_string()),
        row.source_ip.clone(),
        row.extra.clone(),
    ];
    let cells = cells.map(|cell| cell.map(|text| quoted(&text)).unwrap_or_default());
    format!("{}\r\n", cells.join(","))
}

/// A cell. What a spreadsheet would calculate is made a text by an apostrophe: some of it is what strangers sent.
fn quoted(text: &str) -> String {
    let is_number = text.parse::<i64>().is_ok();
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number { "'" } else { "" };
    if guard.is_empty() && !text.contains(['"', ',', '\n', '\r']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    #[test]
    fn cells_are_quoted_and_never_calculated() {
        let check = |text: &str, expected: &str| assert_eq!(super::quoted(text), expected);
        check("plain", "plain");
        check("-1", "-1");
        check("a,b", "\"a,b\"");
        check("[{\"a\":\"b\"}]", "\"[{\"\"a\"\":\"\"b\"\"}]\"");
        check("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"");
        check("-2+3", "\"'-2+3\"");
        check("a\r\nb", "\"a\r\nb\"");
    }
}
