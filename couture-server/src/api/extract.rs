//! What handlers take from requests, with this API's errors.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use couture_core::{DagId, RunId, TaskId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// The biggest body of a request: a run's configuration and a little more.
pub(super) const MAX_BODY_BYTES: usize = couture_core::store::Trigger::MAX_CONF_BYTES + (64 << 10);

/// A JSON body, both ways.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            let detail = "the body must be JSON, with the header content-type: application/json";
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        // A read that fails has a status of its own: the body is too big, or the connection broke.
        let bytes = Bytes::from_request(request, state).await.map_err(|error| {
            let detail = match error.status() {
                StatusCode::PAYLOAD_TOO_LARGE => "the body is bigger than what this address takes".to_owned(),
                _ => error.body_text(),
            };
            ApiError::new(error.status(), detail)
        })?;
        // A list of a type's fields in their order would do for serde.
        if bytes.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
            return Err(ApiError::invalid("the body is not a JSON object"));
        }
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            let what = if error.is_data() { "the body does not fit" } else { "the body is not JSON" };
            ApiError::invalid(format!("{what}: {error}"))
        })?;
        Ok(Self(value))
    }
}

/// Other content types can be sent by a form on any page, without this server being asked first.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    })
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => {
                let detail = format!("the answer cannot be held as JSON: {error}");
                ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response()
            }
        }
    }
}

/// The query of the address.
#[derive(Debug)]
pub(super) struct Args<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Args<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(args)) => Ok(Self(args)),
            Err(error) => Err(ApiError::invalid(error.body_text())),
        }
    }
}

/// The parts of the path.
#[derive(Debug)]
pub(super) struct Names<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Names<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(names)) => Ok(Self(names)),
            Err(error) => Err(ApiError::not_found(error.body_text())),
        }
    }
}

/// The DAG id in an address. What is no id names nothing.
pub(super) fn dag_id(text: &str) -> Result<DagId, ApiError> {
    DagId::new(text).map_err(|error| ApiError::not_found(format!("there is no such dag: {error}")))
}

/// The run id in an address.
pub(super) fn run_id(text: &str) -> Result<RunId, ApiError> {
    RunId::new(text).map_err(|error| ApiError::not_found(format!("there is no such run: {error}")))
}

/// The task id in an address.
pub(super) fn task_id(text: &str) -> Result<TaskId, ApiError> {
    TaskId::new(text).map_err(|error| ApiError::not_found(format!("there is no such task: {error}")))
}

/// For fields that may be absent, null or something: absent is `None`, the rest is `Some`.
pub(super) fn given<'de, D: serde::Deserializer<'de>, T: serde::Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
