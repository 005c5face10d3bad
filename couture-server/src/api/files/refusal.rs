//! Why files are not answered or changed, as a status.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use couture_store::TreeError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::error::ApiError;
use crate::api::extract::Json;
use crate::archive::ArchiveError;
use crate::auth::AuthError;
use crate::files::{BrickError, FilesError, NowThere};

/// What a handler answers in place of files.
#[derive(Debug)]
pub(super) enum Refusal {
    Api(ApiError),
    /// Somebody else was there first.
    Conflict(Box<FileConflict>),
}

/// What is there in place of what an editor began with.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FileConflict {
    /// What is wrong, and what to do.
    #[schema(example = "etl.py was changed by somebody else meanwhile; look at what is there now, and save again")]
    detail: String,
    /// Absent where something else is in the way.
    current: Option<FileNow>,
}

/// What is there now.
#[derive(Debug, Serialize, ToSchema)]
struct FileNow {
    /// None where it is gone.
    version: Option<String>,
    /// None where it is gone, or no text.
    content: Option<String>,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Api(error) => error.into_response(),
            Self::Conflict(body) => (StatusCode::CONFLICT, Json(*body)).into_response(),
        }
    }
}

impl Refusal {
    fn conflict(detail: String, now: Option<NowThere>) -> Self {
        let current = now.map(|now| FileNow { version: now.version, content: now.content });
        Self::Conflict(Box::new(FileConflict { detail, current }))
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        Self::Api(error.into())
    }
}

impl From<FilesError> for Refusal {
    fn from(error: FilesError) -> Self {
        let detail = error.to_string();
        let status = match error {
            FilesError::Conflict { now, .. } => return Self::conflict(detail, Some(now)),
            FilesError::Missing(_) | FilesError::NoVersion { .. } | FilesError::Tree(TreeError::Missing(_)) => {
                StatusCode::NOT_FOUND
            }
            FilesError::ReadOnly { .. } | FilesError::Tree(TreeError::Changed { .. }) => {
                return Self::conflict(detail, None);
            }
            FilesError::Interrupted(_) | FilesError::Io(_) | FilesError::Tree(TreeError::Objects(_)) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::Api(ApiError::new(status, detail))
    }
}

impl From<BrickError> for Refusal {
    fn from(error: BrickError) -> Self {
        let detail = error.to_string();
        let status = match error {
            BrickError::Changed(now) => return Self::conflict(detail, Some(now)),
            BrickError::Files(error) => return error.into(),
            BrickError::Missing(_) => StatusCode::NOT_FOUND,
            BrickError::BuiltIn(_) => StatusCode::FORBIDDEN,
            BrickError::Taken(_) => return Self::conflict(detail, None),
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::Api(ApiError::new(status, detail))
    }
}

impl From<ArchiveError> for Refusal {
    fn from(error: ArchiveError) -> Self {
        let status = match error {
            ArchiveError::Local(_) => StatusCode::SERVICE_UNAVAILABLE,
            ArchiveError::TooBig { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::Api(ApiError::new(status, error.to_string()))
    }
}
