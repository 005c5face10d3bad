//! `/eda/uploads`: looking at a file that is sent.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use couture_core::{BoxError, Clock, Timestamp};
use couture_operators::eda::{EdaFiles as _, EdaKind, source_name};
use couture_store::FileUpload;
use futures_util::StreamExt as _;
use serde::Deserialize;
use utoipa::{IntoParams, OpenApi};

use super::door::{Eda, objects};
use super::runs::{Order, RunName, StartedRun, order};
use crate::api::error::ApiError;
use crate::api::extract::{Args, Json};
use crate::api::routes::Routes;
use crate::api::state::ApiState;
use crate::api::trigger::origin;
use crate::api::web_state::WebState;
use crate::auth::{Permit, act, on};
use crate::eda::EdaRoom;
use crate::settings::Settings;

/// What the handlers of this file say of themselves.
#[derive(OpenApi)]
#[openapi(paths(upload))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state).post("upload_eda_file", "/api/v2/eda/uploads", upload)
}

/// What is sent.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UploadedName {
    /// The name of the file, whose ending tells its format.
    #[param(example = "flights.csv", min_length = 1, max_length = 200)]
    filename: String,
}

const MAX_NAME_CHARS: usize = 200;
/// An upload of which nothing comes for so long is given up.
const SILENCE: Duration = Duration::from_secs(30);
/// An upload whose run has not come for so long has none.
const RUN_COMES: Duration = Duration::from_secs(60 * 60);

#[utoipa::path(
    post,
    path = "/api/v2/eda/uploads",
    tag = "Exploratory Data Analysis",
    description = "Starts a run that looks at a file, of the kind `preliminary`. The file is not added to the list, and is gone when its run has \
                   ended.",
    params(UploadedName),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, description = "The run is on its way", body = StartedRun)),
)]
async fn upload(
    permit: Permit<act::Create, on::Eda>,
    State(state): State<ApiState>,
    State(settings): State<Arc<Settings>>,
    Eda(room): Eda,
    Args(UploadedName { filename }): Args<UploadedName>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<StartedRun>), ApiError> {
    if filename.trim().is_empty() || filename.chars().count() > MAX_NAME_CHARS {
        return Err(ApiError::invalid(format!("filename has 1 to {MAX_NAME_CHARS} characters")));
    }
    let name = source_name(&filename, false);
    if name.starts_with('.') {
        return Err(ApiError::invalid("the name of the file begins with a point; give it another filename"));
    }
    permit.note("filename", &filename);
    let most = u64::from(settings.eda.max_upload_mib) << 20;
    let promised = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if promised.is_some_and(|promised| promised > most) {
        return Err(too_big(most));
    }
    let _uploading = room.uploading().ok_or_else(|| {
        let detail = format!("{} files are uploaded at the moment; try again later", EdaRoom::MAX_UPLOADING);
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, detail)
    })?;
    let now = state.clock.now().wall.as_micros();
    let before = Timestamp::from_micros(now.saturating_sub(RUN_COMES.as_micros() as i64));
    if room.clear_uploads(&*state.reader, before).await.map_err(objects)? >= EdaRoom::MAX_UPLOADS {
        let detail = format!("{} uploads wait for their runs already; try again later", EdaRoom::MAX_UPLOADS);
        return Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, detail));
    }
    let run = RunName::new(&state)?;
    let (uploaded, place) = room.upload(&run.run_id, &name).await.map_err(objects)?;
    receive(place, body, most, &*state.clock).await?;
    let params = vec![("source", name.clone()), ("upload", uploaded.clone())];
    let origin = origin(permit.principal(), &headers);
    let started = order(&state, Order { kind: EdaKind::Preliminary, run, name, params, origin }).await;
    // A run that was asked for and is not seen yet will want its file.
    let never_comes = started.as_ref().is_err_and(|refused| refused.status != StatusCode::ACCEPTED);
    if never_comes && let Err(error) = room.forget(&uploaded).await {
        tracing::warn!("failed to remove an upload: {error}");
    }
    started
}

/// Puts the body into the upload; where it does not come to its end, nothing is left.
async fn receive(mut place: FileUpload, body: Body, most: u64, clock: &dyn Clock) -> Result<(), ApiError> {
    let mut pieces = body.into_data_stream();
    let mut bytes = 0;
    loop {
        let piece = tokio::select! {
            piece = pieces.next() => piece,
            () = clock.sleep(SILENCE) => {
                place.give_up().await;
                let detail = format!("nothing came for {} s, and nothing is kept; send the file again", SILENCE.as_secs());
                return Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, detail));
            }
        };
        let Some(piece) = piece else { return place.finish().await.map_err(local) };
        let piece = match piece {
            Ok(piece) => piece,
            Err(error) => {
                place.give_up().await;
                let detail = format!("the file was not received to its end, and nothing is kept of it: {error}");
                return Err(ApiError::new(StatusCode::BAD_REQUEST, detail));
            }
        };
        bytes += piece.len() as u64;
        if bytes > most {
            place.give_up().await;
            return Err(too_big(most));
        }
        place.push(&piece).await.map_err(local)?;
    }
}

/// Why is for the log only: it names paths of the server.
fn local(error: BoxError) -> ApiError {
    tracing::warn!("failed to put down an upload: {error}");
    let detail = "the file cannot be put down here; try again, or look why in the server's log";
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, detail)
}

fn too_big(most: u64) -> ApiError {
    let detail = format!("at most {} MiB are taken; add a bigger file as a source", most >> 20);
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}
