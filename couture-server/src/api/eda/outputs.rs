//! `/eda/outputs`: the reports.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use couture_core::Timestamp;
use couture_operators::eda::EdaKind;
use couture_store::{ListedFile, TreePath};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::door::{Eda, objects};
use crate::api::error::ApiError;
use crate::api::extract::{Args, Json};
use crate::api::page_of::PageOf;
use crate::api::routes::Routes;
use crate::api::web_state::WebState;
use crate::auth::{Permit, act, on};
use crate::eda::{EdaRoom, output_path};

/// What the handlers of this file say of themselves.
#[derive(OpenApi)]
#[openapi(paths(list, fetch, delete))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .get("get_eda_outputs", "/api/v2/eda/outputs", list)
        .get("get_eda_output", "/api/v2/eda/outputs/file", fetch)
        .delete("delete_eda_output", "/api/v2/eda/outputs", delete)
}

/// Sent at once.
const PIECE_BYTES: u64 = 1 << 20;
/// A report shows data of others, which may hold scripts: it runs without the cookies and the address of this server, and loads nothing.
const CONTENT_SECURITY_POLICY: &str = "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; \
                                       script-src 'unsafe-inline'; img-src data:";

/// A file of a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EdaOutput)]
pub(super) struct OutputBody {
    #[schema(example = "outputs/shop.orders/preliminary/2026-11-23T04-13-37-042/data_info.html")]
    path: String,
    size: u64,
    #[schema(value_type = String, format = DateTime)]
    last_modified: Timestamp,
}

/// Files of reports.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EdaOutputList)]
pub(super) struct OutputList {
    outputs: Vec<OutputBody>,
    total_entries: usize,
}

/// Which file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichOutput {
    /// As the list names it.
    #[param(example = "outputs/shop.orders/preliminary/2026-11-23T04-13-37-042/data_info.html")]
    path: String,
}

impl WhichOutput {
    fn path(&self) -> Result<TreePath, ApiError> {
        output_path(&self.path).map_err(|error| ApiError::invalid(error.to_string()))
    }
}

#[utoipa::path(
    get,
    path = "/api/v2/eda/outputs",
    tag = "Exploratory Data Analysis",
    params(PageOf),
    responses((status = 200, description = "The files, the newest first", body = OutputList)),
)]
async fn list(
    _: Permit<act::Read, on::Eda>,
    Eda(room): Eda,
    Args(which): Args<PageOf>,
) -> Result<Json<OutputList>, ApiError> {
    let limit = which.limit()?;
    which.fixed_order("-last_modified")?;
    let mut files = room.outputs().await.map_err(objects)?;
    files.sort_by(|one, other| (other.modified, &one.path).cmp(&(one.modified, &other.path)));
    let total_entries = files.len();
    let body = |file: ListedFile| OutputBody { path: file.path.into(), size: file.size, last_modified: file.modified };
    let outputs = files.into_iter().skip(which.offset()).take(limit).map(body).collect();
    Ok(Json(OutputList { outputs, total_entries }))
}

#[utoipa::path(
    get,
    path = "/api/v2/eda/outputs/file",
    tag = "Exploratory Data Analysis",
    description = "A file of a report. A page comes in a sandbox: it is of no origin, and loads nothing.",
    params(WhichOutput),
    responses((status = 200, description = "The file, with its type", content(
        (Vec<u8> = "application/octet-stream"),
        (String = "text/html"),
        (serde_json::Value = "application/json"),
    ))),
)]
async fn fetch(
    _: Permit<act::Read, on::Eda>,
    Eda(room): Eda,
    Args(which): Args<WhichOutput>,
) -> Result<Response, ApiError> {
    let path = which.path()?;
    let file = room.output(&path).await.map_err(objects)?.ok_or_else(|| missing(&path))?;
    Ok(answer(room, file))
}

fn missing(path: &TreePath) -> ApiError {
    ApiError::not_found(format!("there is no output {path}"))
}

fn answer(room: EdaRoom, file: ListedFile) -> Response {
    let kind = match file.path.as_str().rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    };
    let length = file.size;
    let pieces = stream::try_unfold((room, file, 0), |(room, file, offset)| async move {
        if offset >= file.size {
            return Ok(None);
        }
        let piece = room.piece(&file.path, offset, PIECE_BYTES).await.map_err(std::io::Error::other)?;
        if piece.is_empty() {
            return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
        }
        let next = offset + piece.len() as u64;
        Ok::<_, std::io::Error>(Some((Bytes::from(piece), (room, file, next))))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[utoipa::path(
    delete,
    path = "/api/v2/eda/outputs",
    tag = "Exploratory Data Analysis",
    description = "Removes all files of the run whose folder, or one of whose files, is named.",
    params(WhichOutput),
    responses((status = 204, description = "They are gone")),
)]
async fn delete(
    permit: Permit<act::Delete, on::Eda>,
    Eda(room): Eda,
    Args(which): Args<WhichOutput>,
) -> Result<StatusCode, ApiError> {
    let path = which.path()?;
    let folder = run_folder(&path).ok_or_else(|| {
        ApiError::invalid(format!("{path} is no folder of a run: outputs/NAME/KIND/TIMESTAMP, or a file in it"))
    })?;
    permit.note("path", &folder);
    let files = room.outputs_in(&folder).await.map_err(objects)?;
    if files.is_empty() {
        return Err(missing(&path));
    }
    room.delete(&files).await.map_err(objects)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The folder of the run that a path is in: the one below that of its kind.
fn run_folder(path: &TreePath) -> Option<TreePath> {
    let parts: Vec<&str> = path.as_str().split('/').collect();
    let kinds = [EdaKind::Preliminary, EdaKind::DataImportance].map(EdaKind::name);
    let kind = parts.iter().skip(2).position(|part| kinds.contains(part))? + 2;
    TreePath::new(&parts.get(..kind + 2)?.join("/")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_removed_and_nothing_beside_it() {
        let check = |path: &str, expected: Option<&str>| {
            let folder = run_folder(&TreePath::new(path).unwrap());
            assert_eq!(folder.as_ref().map(TreePath::as_str), expected, "{path}");
        };
        let run = Some("outputs/a/preliminary/t");
        check("outputs/a/preliminary/t/data_info.html", run);
        check("outputs/a/preliminary/t", run);
        check("outputs/a/preliminary/t/sheet2/data_info.html", run);
        check("outputs/mine/a/data_importance/t/x.html", Some("outputs/mine/a/data_importance/t"));
        check("outputs/a/preliminary", None);
        check("outputs/a", None);
        check("outputs/preliminary/x", None);
        check("outputs/preliminary/preliminary/t", Some("outputs/preliminary/preliminary/t"));
    }
}
