//! `/connections`. Their secrets are never answered.

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::ConnId;
use couture_core::values::{Connection, Kept, OnExisting, ValueError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bulk::{Bulk, BulkBody};
use super::error::ApiError;
use super::extract::{Args, Json, Names, given};
use super::masked;
use super::page_of::PageOf;
use super::state::ApiState;
use crate::auth::{Action, Permit, Resource, act, on};

/// A connection, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConnectionBody {
    #[schema(value_type = String)]
    connection_id: ConnId,
    conn_type: Option<String>,
    description: Option<String>,
    host: Option<String>,
    login: Option<String>,
    schema: Option<String>,
    port: Option<u16>,
    /// `***` where there is one.
    #[schema(value_type = Option<String>)]
    password: Option<&'static str>,
    /// With secrets as `***`.
    extra: Option<String>,
    /// Why it has nothing but its id, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConnectionList {
    connections: Vec<ConnectionBody>,
    total_entries: usize,
}

/// A connection to keep: its fields, or a URI.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewConnection {
    connection_id: String,
    /// Stands for all that follow.
    #[serde(default)]
    uri: Option<String>,
    #[serde(default)]
    conn_type: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    host: Option<String>,
    #[serde(default)]
    login: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    schema: Option<String>,
    #[serde(default)]
    port: Option<u16>,
    #[serde(default)]
    extra: Option<String>,
}

/// What is absent stays as it is, and what is null goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectionPatch {
    #[serde(default)]
    connection_id: Option<String>,
    #[serde(default)]
    conn_type: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    host: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    login: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    password: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    schema: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u16>)]
    port: Option<Option<u16>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    extra: Option<Option<String>>,
}

impl NewConnection {
    /// The id, where it has nothing else.
    pub(super) fn only_id(&self) -> Option<&str> {
        let Self { connection_id, uri, conn_type, description, host, login, password, schema, port, extra } = self;
        let texts = [uri, conn_type, description, host, login, password, schema, extra];
        (texts.into_iter().all(Option::is_none) && port.is_none()).then_some(connection_id)
    }
}

impl ConnectionPatch {
    /// The change of what a page was shown of `old`, secrets masked.
    fn of_shown(self, old: &Connection) -> Connection {
        let password = old.password.as_ref().map(|text| if text.is_empty() { "" } else { masked::MASK }.to_owned());
        Connection {
            conn_id: old.conn_id.clone(),
            conn_type: self.conn_type.unwrap_or_else(|| old.conn_type.clone()),
            description: self.description.unwrap_or_else(|| old.description.clone()),
            host: self.host.unwrap_or_else(|| old.host.as_deref().map(masked::host)),
            login: self.login.unwrap_or_else(|| old.login.clone()),
            password: self.password.unwrap_or(password),
            schema: self.schema.unwrap_or_else(|| old.schema.clone()),
            port: self.port.unwrap_or(old.port),
            extra: self.extra.unwrap_or_else(|| old.extra.as_deref().map(masked::extra)),
        }
    }
}

impl ConnectionList {
    /// These, all of them.
    pub(super) fn of(connections: Vec<Connection>) -> Self {
        Self { total_entries: connections.len(), connections: connections.into_iter().map(body).collect() }
    }
}

impl TryFrom<NewConnection> for Connection {
    type Error = ApiError;
    fn try_from(new: NewConnection) -> Result<Self, ApiError> {
        let NewConnection { connection_id, uri, conn_type, description, host, login, password, schema, port, extra } =
            new;
        let conn_id = ConnId::new(connection_id).map_err(ValueError::from)?;
        let Some(uri) = uri else {
            let conn_type = conn_type.unwrap_or_default();
            return Ok(Self { conn_id, conn_type, description, host, login, password, schema, port, extra });
        };
        let texts = [&conn_type, &host, &login, &password, &schema, &extra];
        if texts.into_iter().any(Option::is_some) || port.is_some() {
            return Err(ApiError::invalid("a connection has either a uri or fields, and this one has both"));
        }
        let place = format!("the uri of {:?}", conn_id.as_str());
        let connection =
            Self::from_text(conn_id, &uri).map_err(|reason| ApiError::from(ValueError::Uri { place, reason }))?;
        Ok(Self { description: description.or(connection.description.clone()), ..connection })
    }
}

pub(super) fn body(connection: Connection) -> ConnectionBody {
    let Connection { conn_id, conn_type, description, host, login, password, schema, port, extra } = connection;
    ConnectionBody {
        connection_id: conn_id,
        conn_type: Some(conn_type),
        description,
        host: host.as_deref().map(masked::host),
        login,
        schema,
        port,
        password: password.filter(|text| !text.is_empty()).map(|_| masked::MASK),
        extra: extra.as_deref().map(masked::extra),
        error: None,
    }
}

pub(super) fn broken(conn_id: ConnId, error: &ValueError) -> ConnectionBody {
    ConnectionBody { conn_type: None, error: Some(error.to_string()), ..body(Connection::new(conn_id, "")) }
}

/// `new` from somebody who was shown [`body`] of `old`: what is still masked stays as it was. Refused where a secret that stays would
/// go elsewhere than it was given for.
pub(super) fn again(mut new: Connection, old: &Connection) -> Result<Connection, ApiError> {
    let mut password_stays = false;
    if new.password.as_deref() == Some(masked::MASK) && old.password.as_ref().is_some_and(|text| !text.is_empty()) {
        new.password.clone_from(&old.password);
        password_stays = true;
    }
    // Puts one field back, and tells whether a secret came back.
    let put_back = |new: &mut Option<String>, old: &Option<String>, again: fn(String, &str) -> String| {
        let (Some(sent), Some(old)) = (new, old) else { return false };
        let put = again(sent.clone(), old);
        let stays = put != *sent;
        *sent = put;
        stays
    };
    password_stays |= put_back(&mut new.host, &old.host, masked::host_again);
    let extra_stays = put_back(&mut new.extra, &old.extra, masked::extra_again);
    let place = |of: &Connection| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        (of.conn_type.clone(), text(&of.host), of.port, text(&of.schema))
    };
    let extra = |of: &Connection| of.extra.clone().unwrap_or_default();
    let moves = place(&new) != place(old) || !masked::is_same_extra(&extra(&new), &extra(old));
    if moves && password_stays {
        let detail = "say the password again: a kept password goes to the host that it was given for only";
        return Err(ApiError::invalid(detail));
    }
    if moves && extra_stays {
        let detail = "say the secrets of the extra again: kept ones go to the host that they were given for only";
        return Err(ApiError::invalid(detail));
    }
    Ok(new)
}

/// All connections of the id in an address.
pub(super) async fn find(state: &ApiState, name: &str) -> Result<Vec<Connection>, ApiError> {
    let missing = || ApiError::from(ValueError::missing(Kept::Connection, name));
    let conn_id = ConnId::new(name).map_err(|_| missing())?;
    let found = state.kept.connections.get(&conn_id).await?;
    if found.is_empty() { Err(missing()) } else { Ok(found) }
}

#[utoipa::path(
    get,
    path = "/api/v2/connections",
    tag = "Connection",
    params(PageOf),
    responses((status = 200, description = "As asked", body = ConnectionList)),
)]
pub(super) async fn list(
    _: Permit<act::Read, on::Connections>,
    State(state): State<ApiState>,
    Args(page): Args<PageOf>,
) -> Result<Json<ConnectionList>, ApiError> {
    page.fixed_order("connection_id")?;
    let (limit, mut total_entries, mut connections) = (page.limit()?, 0, Vec::new());
    let mut after: Option<ConnId> = None;
    loop {
        let rows = state.kept.connections.list(after.as_ref(), 0, PageOf::MAX_LIMIT).await?;
        let Some((last, _)) = rows.last() else { return Ok(Json(ConnectionList { connections, total_entries })) };
        after = Some(last.clone());
        for (conn_id, connection) in rows {
            total_entries += 1;
            if total_entries > page.offset() && connections.len() < limit {
                connections.push(connection.map_or_else(|error| broken(conn_id, &error), body));
            }
        }
    }
}

/// The first of those that share the id.
#[utoipa::path(
    get,
    path = "/api/v2/connections/{conn_id}",
    tag = "Connection",
    params(("conn_id" = String, Path, description = "The connection.")),
    responses((status = 200, description = "As asked", body = ConnectionBody)),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::Connections>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<Json<ConnectionBody>, ApiError> {
    Ok(Json(body(find(&state, &name).await?.remove(0))))
}

#[utoipa::path(
    post,
    path = "/api/v2/connections",
    tag = "Connection",
    request_body = NewConnection,
    responses((status = 201, description = "As asked", body = ConnectionBody)),
)]
pub(super) async fn create(
    _: Permit<act::Create, on::Connections>,
    State(state): State<ApiState>,
    Json(new): Json<NewConnection>,
) -> Result<(StatusCode, Json<ConnectionBody>), ApiError> {
    let connection = Connection::try_from(new)?;
    state.kept.connections.set(std::slice::from_ref(&connection), OnExisting::Fail).await?;
    Ok((StatusCode::CREATED, Json(body(connection))))
}

#[utoipa::path(
    patch,
    path = "/api/v2/connections",
    tag = "Connection",
    request_body = Bulk<NewConnection>,
    responses((status = 200, description = "As asked", body = BulkBody)),
)]
pub(super) async fn bulk(
    permit: Permit<act::Create, on::Connections>,
    State(state): State<ApiState>,
    Json(bulk): Json<Bulk<NewConnection>>,
) -> Result<Json<BulkBody>, ApiError> {
    let (new, existing) = bulk.into_create()?;
    if existing == OnExisting::Overwrite {
        permit.principal().check(Action::Edit, Resource::Connections, None)?;
    }
    let mut connections = new.into_iter().map(Connection::try_from).collect::<Result<Vec<_>, _>>()?;
    if existing == OnExisting::Overwrite {
        for new in &mut connections {
            if let [old] = &state.kept.connections.get(&new.conn_id).await?[..] {
                *new = again(new.clone(), old)?;
            }
        }
    }
    let written = state.kept.connections.set(&connections, existing).await?;
    Ok(Json(BulkBody::new(written, connections.iter().map(|connection| connection.conn_id.to_string()).collect())))
}

#[utoipa::path(
    patch,
    path = "/api/v2/connections/{conn_id}",
    tag = "Connection",
    params(("conn_id" = String, Path, description = "The connection.")),
    request_body = ConnectionPatch,
    responses((status = 200, description = "As asked", body = ConnectionBody)),
)]
pub(super) async fn patch(
    _: Permit<act::Edit, on::Connections>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
    Json(patch): Json<ConnectionPatch>,
) -> Result<Json<ConnectionBody>, ApiError> {
    if patch.connection_id.as_ref().is_some_and(|conn_id| *conn_id != name) {
        return Err(ApiError::invalid("the id in the body is another than that in the address; an id is not changed"));
    }
    let found = find(&state, &name).await?;
    let Ok([old]) = <[Connection; 1]>::try_from(found) else {
        let detail =
            format!("several connections share the id {name:?}; change one of them under /api/connections/{name}");
        return Err(ApiError::new(StatusCode::CONFLICT, detail));
    };
    let connection = again(patch.of_shown(&old), &old)?;
    state.kept.connections.set(std::slice::from_ref(&connection), OnExisting::Overwrite).await?;
    Ok(Json(body(connection)))
}

#[utoipa::path(
    delete,
    path = "/api/v2/connections/{conn_id}",
    tag = "Connection",
    params(("conn_id" = String, Path, description = "The connection.")),
    responses((status = 204, description = "Done")),
)]
pub(super) async fn delete(
    _: Permit<act::Delete, on::Connections>,
    State(state): State<ApiState>,
    Names(name): Names<String>,
) -> Result<StatusCode, ApiError> {
    let missing = || ValueError::missing(Kept::Connection, &name);
    let conn_id = ConnId::new(&name).map_err(|_| missing())?;
    match state.kept.connections.delete(&conn_id).await? {
        0 => Err(missing().into()),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}
