//! `/connections/import` and `/connections/~/export`: connections as a JSON file, without their secrets.

use std::collections::BTreeMap;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use couture_core::ConnId;
use couture_core::values::{Connection, ValueError};
use serde_json::{Map, Value};
use utoipa::OpenApi;

use super::bulk::MAX_IMPORT_BYTES;
use super::connection::NewConnection;
use super::connection_test;
use super::error::ApiError;
use super::extract::{Args, Json};
use super::imported::{ImportHow, ImportedBody};
use super::masked;
use super::page_of::PageOf;
use super::routes::{Routes, Words};
use super::state::ApiState;
use super::web_state::WebState;
use crate::auth::{Permit, act, on};

#[derive(OpenApi)]
#[openapi(paths(import, export))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    let words = Words::new(state).post("import_connections", "/api/v2/connections/import", import).post(
        "test_connection",
        "/api/v2/connections/test",
        connection_test::test,
    );
    Routes::new(state)
        .with_words("/api/v2/connections/{conn_id}", words)
        .get("export_connections", "/api/v2/connections/~/export", export)
        .map(|router| router.layer(DefaultBodyLimit::max(MAX_IMPORT_BYTES)))
}

/// An entry of a file: a URI, or an object of fields, whose extra may be JSON itself.
fn entry(conn_id: &str, value: Value) -> Result<Connection, ApiError> {
    let mut fields = match value {
        Value::String(uri) => Map::from_iter([("uri".to_owned(), Value::from(uri))]),
        Value::Object(mut fields) => {
            // As other programs write it, with a name of their own.
            fields.retain(|name, value| !(value.is_null() || name == "conn_id" && value == conn_id));
            if let Some(extra) = fields.get_mut("extra")
                && !extra.is_string()
            {
                *extra = extra.to_string().into();
            }
            fields
        }
        _ => {
            let detail = format!("connection {conn_id:?} is neither a URI nor an object of fields");
            return Err(ApiError::invalid(detail));
        }
    };
    fields.insert("connection_id".into(), conn_id.into());
    // The reader's message may quote a secret.
    let new: NewConnection = serde_json::from_value(Value::Object(fields)).map_err(|_| {
        ApiError::invalid(format!("connection {conn_id:?} has a field that no connection has, or of another type"))
    })?;
    new.try_into()
}

/// Adds all connections of a file, or none: `{"id": "URI", …}`, `{"id": {"conn_type": …, …}, …}`, or a list of these for several that
/// share an id.
#[utoipa::path(
    post, path = "/api/v2/connections/import", tag = "Connection", params(ImportHow),
    request_body(content = BTreeMap<String, Value>, example = json!({"db": "postgres://db.example.com/sales"})),
    responses((status = 200, description = "What came of it", body = ImportedBody)),
)]
async fn import(
    permit: Permit<act::Create, on::Connections>,
    State(state): State<ApiState>,
    Args(ImportHow { action }): Args<ImportHow>,
    Json(entries): Json<BTreeMap<String, Value>>,
) -> Result<Json<ImportedBody>, ApiError> {
    let (mut connections, mut existing, mut all) = (Vec::new(), 0, 0);
    for (conn_id, value) in entries {
        let several = match value {
            Value::Array(several) => several,
            one => vec![one],
        };
        let id = ConnId::new(&conn_id).map_err(ValueError::from)?;
        existing += match state.kept.connections.get(&id).await {
            Ok(found) => usize::from(!found.is_empty()),
            Err(ValueError::Undecryptable { .. }) => 1,
            Err(error) => return Err(error.into()),
        };
        all += 1;
        for one in several {
            connections.push(entry(&conn_id, one)?);
        }
    }
    permit.note("connections", connections.len());
    state.kept.connections.set(&connections, action.into()).await?;
    Ok(Json(ImportedBody::new(all, existing, action)))
}

/// All connections as a file that can be imported, without their passwords (those in addresses as `***`), and without extras that hold secrets.
#[utoipa::path(
    get, path = "/api/v2/connections/~/export", tag = "Connection",
    responses((status = 200, description = "The file", body = BTreeMap<String, Value>)),
)]
async fn export(_: Permit<act::Read, on::Connections>, State(state): State<ApiState>) -> Result<Response, ApiError> {
    let mut entries: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut after: Option<ConnId> = None;
    loop {
        let rows = state.kept.connections.list(after.as_ref(), 0, PageOf::MAX_LIMIT).await?;
        let Some((last, _)) = rows.last() else { break };
        after = Some(last.clone());
        for (conn_id, connection) in rows {
            // What cannot be decrypted is shown in the list, with the reason.
            let Ok(connection) = connection else { continue };
            entries.entry(conn_id.to_string()).or_default().push(without_secrets(connection));
        }
    }
    let single = |mut several: Vec<Value>| if several.len() == 1 { several.remove(0) } else { Value::Array(several) };
    let whole: Map<String, Value> = entries.into_iter().map(|(conn_id, several)| (conn_id, single(several))).collect();
    let disposition = (header::CONTENT_DISPOSITION, "attachment; filename=\"connections.json\"");
    Ok(([disposition], Json(whole)).into_response())
}

fn without_secrets(mut connection: Connection) -> Value {
    connection.password = None;
    connection.host = connection.host.as_deref().map(masked::host);
    connection.extra = connection.extra.filter(|extra| masked::extra(extra) == *extra);
    let mut value = serde_json::to_value(connection).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("conn_id");
    }
    value
}
