//! What is sent as `multipart/form-data`.

use std::io::Write as _;
use std::path::Path;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use tempfile::NamedTempFile;

use super::refusal::Refusal;
use crate::api::error::ApiError;

/// A form with files. A request that is none is refused as any other is.
#[derive(Debug)]
pub(super) struct Form(Multipart);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        Multipart::from_request(request, state)
            .await
            .map(Self)
            .map_err(|error| ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, error.body_text()))
    }
}

/// A file that was sent, in a temporary file that goes when this does.
#[derive(Debug)]
pub(super) struct Uploaded {
    /// The name that it was sent with.
    pub(super) name: Option<String>,
    pub(super) file: NamedTempFile,
}

/// How much a form may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct FormLimits {
    pub(super) files: usize,
    pub(super) total_bytes: u64,
}

/// Written at once.
const PIECE_BYTES: usize = 1 << 20;

impl Form {
    /// The files of the field `wanted`, in their order; another field is an error, and so is a form that ends too early.
    pub(super) async fn files(
        mut self,
        wanted: &str,
        place: &Path,
        limits: FormLimits,
    ) -> Result<Vec<Uploaded>, Refusal> {
        let mut files = Vec::new();
        let mut left = limits.total_bytes;
        while let Some(field) = self.0.next_field().await.map_err(broken)? {
            if field.name() != Some(wanted) {
                let name = field.name().unwrap_or_default().chars().take(100).collect::<String>();
                let detail = format!("the form has a field {name:?}; files are sent in the field {wanted:?}");
                return Err(ApiError::invalid(detail).into());
            }
            if files.len() >= limits.files {
                return Err(too_big(format!("at most {} files are taken at a time", limits.files)));
            }
            let name = field.file_name().map(str::to_owned);
            let (file, bytes) = receive(field, place, left, limits.total_bytes).await?;
            left -= bytes;
            files.push(Uploaded { name, file });
        }
        if files.is_empty() {
            return Err(ApiError::invalid(format!("the form has no field {wanted:?} with a file")).into());
        }
        Ok(files)
    }

    /// The one file of the field `wanted`.
    pub(super) async fn file(self, wanted: &str, place: &Path, max_bytes: u64) -> Result<Uploaded, Refusal> {
        let mut files = self.files(wanted, place, FormLimits { files: 1, total_bytes: max_bytes }).await?;
        Ok(files.remove(0))
    }
}

async fn receive(mut field: Field<'_>, place: &Path, left: u64, most: u64) -> Result<(NamedTempFile, u64), Refusal> {
    let local = |error: std::io::Error| {
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, format!("the upload cannot be put down here: {error}"))
    };
    let place = place.to_owned();
    let made = tokio::task::spawn_blocking(move || tempfile::Builder::new().prefix("upload-").tempfile_in(place));
    let mut file = made.await.map_err(|error| local(error.into()))?.map_err(local)?;
    let (mut bytes, mut waiting) = (0, Vec::new());
    loop {
        let chunk = field.chunk().await.map_err(broken)?;
        let is_last = chunk.is_none();
        if let Some(chunk) = chunk {
            bytes += chunk.len() as u64;
            if bytes > left {
                return Err(too_big(format!("at most {most} bytes are taken at a time")));
            }
            waiting.extend_from_slice(&chunk);
        }
        if is_last || waiting.len() >= PIECE_BYTES {
            let piece = std::mem::take(&mut waiting);
            let written = tokio::task::spawn_blocking(move || file.write_all(&piece).map(|()| file));
            file = written.await.map_err(|error| local(error.into()))?.map_err(local)?;
        }
        if is_last {
            return Ok((file, bytes));
        }
    }
}

fn too_big(detail: String) -> Refusal {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, detail).into()
}

/// Whatever broke it, it was the sender's.
fn broken(error: MultipartError) -> Refusal {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_big("the body is bigger than what this address takes".to_owned());
    }
    let detail = format!("the form was not received to its end, and nothing was changed: {}", error.body_text());
    ApiError::new(StatusCode::BAD_REQUEST, detail).into()
}
