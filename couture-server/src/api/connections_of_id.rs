//! `/api/connections`: several connections with one id, which Airflow 3's API has no words for. Whoever asks for the id gets one of them
//! at random.

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::ConnId;
use couture_core::values::{Connection, Kept, OnExisting, ValueError};
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};

use super::connection::{self, ConnectionBody, ConnectionList, NewConnection, again, body, find};
use super::error::ApiError;
use super::extract::{Args, Json, Names};
use super::masked::MASK;
use super::page_of::PageOf;
use super::routes::Routes;
use super::state::ApiState;
use super::web_state::WebState;
use crate::auth::{Permit, act, on};

#[derive(OpenApi)]
#[openapi(paths(list, add, of_id, replace_all, delete_all, get, replace, delete))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    let (id, one) = ("/api/connections/{conn_id}", "/api/connections/{conn_id}/{n}");
    Routes::new(state)
        .get("get_all_connections", "/api/connections", list)
        .post("add_connection", "/api/connections", add)
        .get("get_connections_of_id", id, of_id)
        .put("put_connections_of_id", id, replace_all)
        .delete("delete_connections_of_id", id, delete_all)
        .get("get_connection_of_id", one, get)
        .put("put_connection_of_id", one, replace)
        .delete("delete_connection_of_id", one, delete)
}

/// All connections of an id.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewConnections {
    connections: Vec<NewConnection>,
}

/// Lists all connections by id.
#[utoipa::path(
    get, path = "/api/connections", tag = "Connection", params(PageOf),
    responses((status = 200, description = "The connections", body = ConnectionList)),
)]
async fn list(
    permit: Permit<act::Read, on::Connections>,
    state: State<ApiState>,
    page: Args<PageOf>,
) -> Result<Json<ConnectionList>, ApiError> {
    connection::list(permit, state, page).await
}

/// Adds a connection beside those that share its id.
#[utoipa::path(
    post, path = "/api/connections", tag = "Connection", request_body = NewConnection,
    responses((status = 201, description = "The connection", body = ConnectionBody)),
)]
async fn add(
    _: Permit<act::Create, on::Connections>,
    State(state): State<ApiState>,
    Json(new): Json<NewConnection>,
) -> Result<(StatusCode, Json<ConnectionBody>), ApiError> {
    let connection = Connection::try_from(new)?;
    state.kept.connections.add(&connection).await?;
    Ok((StatusCode::CREATED, Json(body(connection))))
}

/// The connections of an id, in the order in which they were added.
#[utoipa::path(
    get, path = "/api/connections/{conn_id}", tag = "Connection", params(("conn_id" = String, Path, description = "The id")),
    responses((status = 200, description = "The connections", body = ConnectionList)),
)]
async fn of_id(
    _: Permit<act::Read, on::Connections>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<Json<ConnectionList>, ApiError> {
    Ok(Json(ConnectionList::of(find(&state, &name).await?)))
}

/// Puts these connections in place of all that have the id.
#[utoipa::path(
    put, path = "/api/connections/{conn_id}", tag = "Connection", params(("conn_id" = String, Path, description = "The id")),
    request_body = NewConnections, responses((status = 200, description = "The connections", body = ConnectionList)),
)]
async fn replace_all(
    _: Permit<act::Edit, on::Connections>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Json(new): Json<NewConnections>,
) -> Result<Json<ConnectionList>, ApiError> {
    let connections = new.connections.into_iter().map(|new| of(new, &name)).collect::<Result<Vec<_>, _>>()?;
    if connections.is_empty() {
        return Err(ApiError::invalid("there is no connection in it; DELETE takes all away"));
    }
    if connections.iter().any(|connection| connection.password.as_deref() == Some(MASK)) {
        let detail = "*** is no password; say the password, or change one of the connections under its number";
        return Err(ApiError::invalid(detail));
    }
    state.kept.connections.set(&connections, OnExisting::Overwrite).await?;
    Ok(Json(ConnectionList::of(connections)))
}

/// Deletes all connections of an id.
#[utoipa::path(
    delete, path = "/api/connections/{conn_id}", tag = "Connection", params(("conn_id" = String, Path, description = "The id")),
    responses((status = 204, description = "They are gone")),
)]
async fn delete_all(
    permit: Permit<act::Delete, on::Connections>,
    state: State<ApiState>,
    name: Names<String>,
) -> Result<StatusCode, ApiError> {
    connection::delete(permit, state, name).await
}

/// One of the connections of an id; the first is number 0.
#[utoipa::path(
    get, path = "/api/connections/{conn_id}/{n}", tag = "Connection",
    params(("conn_id" = String, Path, description = "The id"), ("n" = usize, Path, description = "Which of them")),
    responses((status = 200, description = "The connection", body = ConnectionBody)),
)]
async fn get(
    _: Permit<act::Read, on::Connections>,
    State(state): State<ApiState>,
    Names((name, n)): Names<(String, usize)>,
) -> Result<Json<ConnectionBody>, ApiError> {
    let (mut found, at) = nth(&state, &name, n).await?;
    Ok(Json(body(found.remove(at))))
}

/// Puts a connection in place of one of the id. A password of `***` stays as it was, where it still goes to the same host.
#[utoipa::path(
    put, path = "/api/connections/{conn_id}/{n}", tag = "Connection", request_body = NewConnection,
    params(("conn_id" = String, Path, description = "The id"), ("n" = usize, Path, description = "Which of them")),
    responses((status = 200, description = "The connection", body = ConnectionBody)),
)]
async fn replace(
    _: Permit<act::Edit, on::Connections>,
    State(state): State<ApiState>,
    Names((name, n)): Names<(String, usize)>,
    Json(new): Json<NewConnection>,
) -> Result<Json<ConnectionBody>, ApiError> {
    let new = of(new, &name)?;
    let (mut found, at) = nth(&state, &name, n).await?;
    let new = again(new, &found[at])?;
    found[at].clone_from(&new);
    state.kept.connections.set(&found, OnExisting::Overwrite).await?;
    Ok(Json(body(new)))
}

/// Deletes one of the connections of an id; those after it move up.
#[utoipa::path(
    delete, path = "/api/connections/{conn_id}/{n}", tag = "Connection",
    params(("conn_id" = String, Path, description = "The id"), ("n" = usize, Path, description = "Which of them")),
    responses((status = 204, description = "It is gone")),
)]
async fn delete(
    _: Permit<act::Delete, on::Connections>,
    State(state): State<ApiState>,
    Names((name, n)): Names<(String, usize)>,
) -> Result<StatusCode, ApiError> {
    let (mut found, at) = nth(&state, &name, n).await?;
    let gone = found.remove(at);
    if found.is_empty() {
        state.kept.connections.delete(&gone.conn_id).await?;
    } else {
        state.kept.connections.set(&found, OnExisting::Overwrite).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A connection of a body, for the id of the address.
fn of(new: NewConnection, name: &str) -> Result<Connection, ApiError> {
    let connection = Connection::try_from(new)?;
    if connection.conn_id.as_str() != name {
        return Err(ApiError::invalid("the id in the body is another than that in the address"));
    }
    Ok(connection)
}

/// The connections of an id, and the place of the `n`th among them.
async fn nth(state: &ApiState, name: &str, n: usize) -> Result<(Vec<Connection>, usize), ApiError> {
    let missing = || ApiError::from(ValueError::missing(Kept::Connection, name));
    ConnId::new(name).map_err(|_| missing())?;
    let found = find(state, name).await?;
    match n < found.len() {
        true => Ok((found, n)),
        false => {
            Err(ApiError::not_found(format!("there are {} connections {name:?}; the first is number 0", found.len())))
        }
    }
}
