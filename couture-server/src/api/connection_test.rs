//! `/connections/test`: whether the system behind a connection answers.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::values::Connection;
use couture_operators::reach;
use serde::Serialize;
use tokio::sync::Semaphore;
use utoipa::{OpenApi, ToSchema};

use super::connection::{NewConnection, find};
use super::error::ApiError;
use super::extract::Json;
use super::masked::{self, MASK};
use super::state::ApiState;
use crate::auth::{Permit, act, on};

#[derive(OpenApi)]
#[openapi(paths(test))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

/// The longest test.
const LIMIT: Duration = Duration::from_secs(10);
/// The most tests at a time.
static ROOM: Semaphore = Semaphore::const_new(4);

/// What came of a test, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TestBody {
    /// Whether it answers.
    status: bool,
    #[schema(example = "the database answers")]
    message: String,
}

/// Asks the system behind a connection for a sign of life. With nothing but a `connection_id`, the connection that is kept is tested,
/// with its secrets; else what is sent, without any that is kept: secrets are never sent to another host than theirs.
#[utoipa::path(
    post, path = "/api/v2/connections/test", tag = "Connection", request_body = NewConnection,
    responses((status = 200, description = "What came of it", body = TestBody)),
)]
pub(super) async fn test(
    permit: Permit<act::Create, on::Connections>,
    State(state): State<ApiState>,
    Json(new): Json<NewConnection>,
) -> Result<Json<TestBody>, ApiError> {
    let connection = match new.only_id() {
        Some(conn_id) => find(&state, conn_id).await?.remove(0),
        None => Connection::try_from(new)?,
    };
    if connection.password.as_deref() == Some(MASK) {
        let detail =
            "*** is no password; say the password, or test the connection that is kept by its connection_id alone";
        return Err(ApiError::invalid(detail));
    }
    permit.note("connection_id", &connection.conn_id);
    permit.note("conn_type", &connection.conn_type);
    permit.note("host", connection.host.as_deref().map(masked::host_alone).unwrap_or_default());
    permit.note("port", connection.port.map_or_else(String::new, |port| port.to_string()));
    let Ok(_room) = ROOM.try_acquire() else {
        return Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, "other connections are being tested; try again"));
    };
    Ok(Json(match reach(&connection, LIMIT).await {
        Ok(message) => TestBody { status: true, message },
        Err(error) => TestBody { status: false, message: error.to_string() },
    }))
}
