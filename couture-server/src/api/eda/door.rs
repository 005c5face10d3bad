//! Whether exploratory data analysis is possible here.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use couture_core::BoxError;

use crate::api::error::ApiError;
use crate::api::web_state::WebState;
use crate::eda::{Closed, EdaRoom, SourceError};

/// What is kept of it, as an argument of handlers: where it is not possible here, they are not called.
#[derive(Debug)]
pub(super) struct Eda(pub(super) EdaRoom);

impl FromRequestParts<WebState> for Eda {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, state: &WebState) -> Result<Self, ApiError> {
        state.eda.clone().map(Self).map_err(|closed| {
            let status = match closed {
                Closed::Disabled => StatusCode::NOT_FOUND,
                Closed::NotBuilt => StatusCode::NOT_IMPLEMENTED,
            };
            ApiError::new(status, closed.to_string())
        })
    }
}

impl From<SourceError> for ApiError {
    fn from(error: SourceError) -> Self {
        let status = match error {
            SourceError::Exists(_) => StatusCode::CONFLICT,
            SourceError::Missing(_) => StatusCode::NOT_FOUND,
            SourceError::TooMany => StatusCode::UNPROCESSABLE_ENTITY,
            SourceError::Objects(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        match error {
            SourceError::Objects(error) => objects(error),
            error => Self::new(status, error.to_string()),
        }
    }
}

/// Objects that do not answer. Why is for the log only: it names paths of the server.
pub(super) fn objects(error: BoxError) -> ApiError {
    tracing::warn!("failed to read or write files of exploratory data analysis: {error}");
    let detail = "the files cannot be read or written at the moment; try again, or look why in the server's log";
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, detail)
}
