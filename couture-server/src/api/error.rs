//! Every error that the API answers, and which status it has.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use couture_core::EngineError;
use couture_core::store::{Refusal, StoreError};
use couture_core::values::{PoolError, ValueError};
use serde_json::json;

/// An error as the API answers it: a status, and `{"detail": "…"}`; with 422 `{"detail": [{"loc": […], "msg": "…", "type": "…"}]}`, the shape
/// in which Airflow's clients read that status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// The status.
    pub status: StatusCode,
    /// What went wrong and what to do.
    pub detail: String,
}

impl ApiError {
    /// An error with this status.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into() }
    }

    /// Something named in the address is not there.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// What was sent is not right.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = match self.status {
            StatusCode::UNPROCESSABLE_ENTITY => {
                json!({ "detail": [{ "loc": ["request"], "msg": self.detail, "type": "value_error" }] })
            }
            _ => json!({ "detail": self.detail }),
        };
        let body = body.to_string();
        let json = HeaderValue::from_static("application/json");
        (self.status, [(header::CONTENT_TYPE, json)], body).into_response()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, format!("the store does not answer, try again: {error}"))
            }
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the store cannot be read: {error}")),
        }
    }
}

impl From<ValueError> for ApiError {
    fn from(error: ValueError) -> Self {
        let status = match error {
            ValueError::Store(error) => return error.into(),
            ValueError::Missing { .. } => StatusCode::NOT_FOUND,
            ValueError::Exists { .. } => StatusCode::CONFLICT,
            ValueError::Undecryptable { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.to_string())
    }
}

impl From<PoolError> for ApiError {
    fn from(error: PoolError) -> Self {
        let status = match error {
            PoolError::Store(error) => return error.into(),
            PoolError::Missing(_) => StatusCode::NOT_FOUND,
            PoolError::Exists(_) | PoolError::InUse { .. } => StatusCode::CONFLICT,
            // As in Airflow.
            PoolError::Default(_) => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error.to_string())
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Refused(refusal) => refusal.into(),
            EngineError::Store(error) => error.into(),
            other => Self::new(StatusCode::SERVICE_UNAVAILABLE, other.to_string()),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let status = match &refusal {
            Refusal::UnknownDag(_)
            | Refusal::UnknownRun { .. }
            | Refusal::NoRun { .. }
            | Refusal::UnknownTask(_)
            | Refusal::UnknownBackfill { .. } => StatusCode::NOT_FOUND,
            Refusal::LiveTask(_)
            | Refusal::Unfinished { .. }
            | Refusal::UnreadableRun { .. }
            | Refusal::StaysInVersion { .. } => StatusCode::CONFLICT,
            Refusal::Backfill { .. } | Refusal::TooWide { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::Busy(_) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::InactiveDag(_) | Refusal::Quarantined { .. } | Refusal::RunExists { .. } => StatusCode::CONFLICT,
            // As in Airflow.
            Refusal::Param { .. } => StatusCode::BAD_REQUEST,
            Refusal::Conf => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::TooManyRuns { .. } => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::new(status, refusal.to_string())
    }
}
