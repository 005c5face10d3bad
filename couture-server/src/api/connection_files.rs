//! `/connections/import` and `/connections/~/export`: connections as a JSON file, without their secrets.
//!
//! A connection that is there keeps the secrets that a file has not, or has as `***`, as long as they go to the same host; `""` takes its
//! password away.

use std::collections::BTreeMap;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use couture_core::ConnId;
use couture_core::values::{Connection, ValueError, is_secret_name};
use serde_json::{Map, Value};
use utoipa::OpenApi;

use super::bulk::{Existing, MAX_IMPORT_BYTES};
use super::connection::{NewConnection, again};
use super::connection_test;
use super::error::ApiError;
use super::extract::{Args, Json};
use super::imported::{ImportHow, ImportedBody};
use super::masked::{self, MASK};
use super::page_of::PageOf;
use super::routes::{Routes, Words};
use super::state::ApiState;
use super::web_state::WebState;
use crate::auth::{Action, Permit, Resource, act, on};

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

/// What a file says of the connections of one id, in place of those that are kept. A file that was exported has no secrets: theirs stay.
fn in_place_of(mut kept: Vec<Connection>, new: Vec<Connection>) -> Result<Vec<Connection>, ApiError> {
    // A file that has fewer of them, or in another order, still says where each goes.
    let is_at_same_place = |new: &Connection, old: &Connection| {
        let host = |of: &Connection| masked::host(of.host.as_deref().unwrap_or_default());
        new.conn_type == old.conn_type && host(new) == host(old) && new.port == old.port && new.schema == old.schema
    };
    let known: Vec<Option<Connection>> = new
        .iter()
        .map(|new| kept.iter().position(|old| is_at_same_place(new, old)).map(|at| kept.remove(at)))
        .collect();
    // What is left has moved, which its secrets must not.
    let mut kept = kept.into_iter();
    let pairs = new.into_iter().zip(known).map(|(new, old)| match old.or_else(|| kept.next()) {
        Some(old) => again(with_masks(new, &old), &old).map_err(|error| of_connection(&old.conn_id, error)),
        None => Ok(new),
    });
    pairs.collect()
}

/// What a page would have sent that was shown `old`: masks for the secrets that the file does not say.
fn with_masks(mut new: Connection, old: &Connection) -> Connection {
    if new.password.is_none() && old.password.as_ref().is_some_and(|text| !text.is_empty()) {
        new.password = Some(MASK.into());
    }
    let Some(old_extra) = &old.extra else { return new };
    let shown = masked::extra(old_extra);
    let Some(said) = &new.extra else {
        // An export leaves out an extra that holds a secret, and no other.
        new.extra = (shown != *old_extra).then_some(shown);
        return new;
    };
    let object = |text: &str| serde_json::from_str::<Map<String, Value>>(text).ok();
    if let (Some(mut said), Some(old), Some(shown)) = (object(said), object(old_extra), object(&shown)) {
        let missing: Vec<_> = shown
            .into_iter()
            .filter(|(name, value)| !said.contains_key(name) && old.get(name) != Some(value))
            .collect();
        if !missing.is_empty() {
            said.extend(missing);
            new.extra = Some(Value::Object(said).to_string());
        }
    }
    new
}

/// Refuses masks that stand for nothing that is kept: they would be written as if they were secrets.
fn without_masks(connection: &Connection) -> Result<(), ApiError> {
    let is_in_extra = |text: &String| match serde_json::from_str::<Value>(text) {
        Ok(value) => has_mask(&value, false),
        Err(_) => text == MASK,
    };
    let is_password = connection.password.as_deref() == Some(MASK);
    let is_in_host = connection.host.as_ref().is_some_and(|host| host.contains(MASK));
    if !is_password && !is_in_host && !connection.extra.as_ref().is_some_and(is_in_extra) {
        return Ok(());
    }
    let detail = "*** is no secret, and none is kept that it could stand for; say the secret, or leave it out";
    Err(of_connection(&connection.conn_id, ApiError::invalid(detail)))
}

fn has_mask(value: &Value, is_secret: bool) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| has_mask(item, is_secret)),
        Value::Object(fields) => fields.iter().any(|(name, value)| has_mask(value, is_secret || is_secret_name(name))),
        Value::String(text) => is_secret && text == MASK || text.contains(":***@"),
        _ => false,
    }
}

/// An error that names the connection of the file that it is about.
fn of_connection(conn_id: &ConnId, error: ApiError) -> ApiError {
    ApiError::new(error.status, format!("connection {:?}: {}", conn_id.as_str(), error.detail))
}

/// The entries of a file for one id.
fn several(conn_id: &str, value: Value) -> Result<Vec<Connection>, ApiError> {
    match value {
        Value::Array(several) if several.is_empty() => {
            let detail = format!("connection {conn_id:?} is an empty list; leave it out, or say what it connects to");
            Err(ApiError::invalid(detail))
        }
        Value::Array(several) => several.into_iter().map(|one| entry(conn_id, one)).collect(),
        one => Ok(vec![entry(conn_id, one)?]),
    }
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
    if matches!(action, Existing::Overwrite) {
        permit.principal().check(Action::Edit, Resource::Connections, None)?;
    }
    let (mut connections, mut existing, mut all) = (Vec::new(), 0, 0);
    for (conn_id, value) in entries {
        let id = ConnId::new(&conn_id).map_err(ValueError::from)?;
        let mut new = several(&conn_id, value)?;
        let (kept, is_there) = match state.kept.connections.get(&id).await {
            Ok(found) => {
                let is_there = !found.is_empty();
                (found, is_there)
            }
            Err(ValueError::Undecryptable { .. }) => (Vec::new(), true),
            Err(error) => return Err(error.into()),
        };
        existing += usize::from(is_there);
        all += 1;
        // What is there and stays, or is refused for being there, needs no more.
        if !is_there || matches!(action, Existing::Overwrite) {
            new = in_place_of(kept, new)?;
            new.iter().try_for_each(without_masks)?;
        }
        connections.extend(new);
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
