//! `/codeArtifacts`: code that tasks refer to by name, such as jars and Python programs.

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::Response;
use couture_core::Timestamp;
use couture_store::{Content, TreeFile, TreePath};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::dag_file_changes::{FilesForm, UploadArgs, UploadedFiles, proposals};
use super::dag_files::{compared, difference};
use super::download;
use super::refusal::{FileConflict, Refusal};
use super::shapes::{
    CompareFile, FileBody, FileDiff, FileVersionList, MAX_SAVE_BYTES, MAX_TEXT_BYTES, SaveFile, Wanted, WantedVersion,
    message, page, sender, short, shown, tree_path,
};
use super::upload::{Form, FormLimits};
use crate::api::error::ApiError;
use crate::api::extract::{Args, Json, Names};
use crate::api::page_of::PageOf;
use crate::api::routes::Routes;
use crate::api::web_state::WebState;
use crate::auth::{Action, Permit, Resource, act, on};
use crate::files::{Base, FileRoom, FilesError, Proposal};

/// What the handlers of this file say of themselves.
#[derive(OpenApi)]
#[openapi(paths(list, get, save, compare, delete, versions, fetch, upload))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

/// The most bytes that are uploaded at a time.
const MAX_UPLOAD_BYTES: usize = 4 << 30;
const MAX_UPLOADED_FILES: usize = 1_000;

pub(super) fn routes(state: &WebState) -> Routes {
    let file = "/api/v2/codeArtifacts/{*path}";
    let texts = Routes::new(state)
        .get("get_code_artifacts", "/api/v2/codeArtifacts", list)
        .get("get_code_artifact", file, get)
        .put("save_code_artifact", file, save)
        .post("diff_code_artifact", file, compare)
        .delete("delete_code_artifact", file, delete)
        .get("get_code_artifact_versions", "/api/v2/codeArtifactVersions/{*path}", versions)
        .get("download_code_artifact", "/api/v2/codeArtifactDownload/{*path}", fetch)
        .map(|router| router.layer(DefaultBodyLimit::max(MAX_SAVE_BYTES)));
    Routes::new(state)
        .post("upload_code_artifacts", "/api/v2/codeArtifacts", upload)
        .map(|router| router.layer(DefaultBodyLimit::max(MAX_UPLOAD_BYTES)))
        .merge(texts)
}

/// A code artifact.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ArtifactBody {
    #[schema(example = "spark-examples_2.12-3.5.1.jar")]
    path: String,
    size: u64,
    #[schema(value_type = Option<String>, format = DateTime)]
    modified_at: Option<Timestamp>,
    /// To save with.
    #[schema(example = "2c26b46b68ffc68f")]
    version: String,
    #[schema(example = "ann")]
    author: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ArtifactList {
    files: Vec<ArtifactBody>,
    total_entries: usize,
}

#[utoipa::path(
    get,
    path = "/api/v2/codeArtifacts",
    tag = "Code Artifacts",
    params(Wanted, PageOf),
    responses((status = 200, description = "The files, by their path", body = ArtifactList)),
)]
async fn list(
    _: Permit<act::Read, on::CodeArtifacts>,
    State(room): State<FileRoom>,
    Args(wanted): Args<Wanted>,
    Args(which): Args<PageOf>,
) -> Result<Json<ArtifactList>, Refusal> {
    let mut manifest = room.artifacts.manifest().await?;
    let mut files = Vec::new();
    for (path, file) in manifest.files {
        if wanted.covers(&path) {
            let author = manifest.authors.remove(&path);
            files.push(ArtifactBody {
                path: path.into(),
                size: file.bytes,
                modified_at: author.as_ref().map(|author| author.at),
                version: short(&file.sha256),
                author: author.map(|author| author.name),
            });
        }
    }
    let (files, total_entries) =
        page(&which, files, |file| file.path.clone(), |file| file.size, |file| file.modified_at)?;
    Ok(Json(ArtifactList { files, total_entries }))
}

async fn wanted_file(room: &FileRoom, path: &TreePath, wanted: &WantedVersion) -> Result<TreeFile, FilesError> {
    match &wanted.version {
        Some(version) => room.artifacts.find_version(path, version).await,
        None => Ok(room.artifacts.find(path).await?.0),
    }
}

#[utoipa::path(
    get,
    path = "/api/v2/codeArtifacts/{path}",
    tag = "Code Artifacts",
    params(("path" = String, Path, description = "The file's path; its slashes may be written as they are."), WantedVersion),
    responses((status = 200, description = "The file", body = FileBody)),
)]
async fn get(
    _: Permit<act::Read, on::CodeArtifacts>,
    State(room): State<FileRoom>,
    Names(path): Names<String>,
    Args(wanted): Args<WantedVersion>,
) -> Result<Json<FileBody>, Refusal> {
    let path = tree_path(&path)?;
    let file = wanted_file(&room, &path, &wanted).await?;
    let is_short = file.bytes <= MAX_TEXT_BYTES as u64;
    let content = if is_short { shown(room.artifacts.piece(&file, 0, file.bytes).await?) } else { None };
    let reason = content.is_none().then(|| "it is no text that can be edited here".to_owned());
    let (version, editable) = (short(&file.sha256), reason.is_none());
    Ok(Json(FileBody { path: path.into(), content, version, editable, reason, size: file.bytes }))
}

/// What was saved.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SavedArtifact {
    #[schema(example = "2c26b46b68ffc68f")]
    version: String,
}

#[utoipa::path(
    put,
    path = "/api/v2/codeArtifacts/{path}",
    tag = "Code Artifacts",
    description = "Saves a text. A new file needs `can_create` besides.",
    params(("path" = String, Path, description = "The file's path.")),
    request_body = SaveFile,
    responses(
        (status = 200, description = "It is saved", body = SavedArtifact),
        (status = 409, description = "Somebody else changed it meanwhile", body = FileConflict),
    ),
)]
async fn save(
    permit: Permit<act::Edit, on::CodeArtifacts>,
    State(room): State<FileRoom>,
    Names(path): Names<String>,
    Json(body): Json<SaveFile>,
) -> Result<Json<SavedArtifact>, Refusal> {
    let (path, base) = (tree_path(&path)?, body.base());
    if body.content.len() > MAX_TEXT_BYTES {
        let detail = format!("a text has at most {} MiB; upload what is longer", MAX_TEXT_BYTES >> 20);
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, detail).into());
    }
    if base == Base::None {
        permit.principal().check(Action::Create, Resource::CodeArtifacts, None)?;
    }
    let author = room.dags.author(&sender(&permit), message(body.message)?);
    let version = crate::files::version_of(body.content.as_bytes());
    let content = Some(Content::Bytes(body.content.into_bytes()));
    room.artifacts.change(vec![Proposal { path, content, base }], &author).await?;
    Ok(Json(SavedArtifact { version }))
}

#[utoipa::path(
    post,
    path = "/api/v2/codeArtifacts/{path}",
    tag = "Code Artifacts",
    description = "What a text would change of a file. The path of the file is followed by `/diff`.",
    params(("path" = String, Path, description = "The file's path, and `/diff`.", example = "pi.py/diff")),
    request_body = CompareFile,
    responses((status = 200, description = "The difference", body = FileDiff)),
)]
async fn compare(
    _: Permit<act::Read, on::CodeArtifacts>,
    State(room): State<FileRoom>,
    Names(path): Names<String>,
    Json(body): Json<CompareFile>,
) -> Result<Json<FileDiff>, Refusal> {
    let path = compared(&path)?;
    let known = match room.artifacts.find(&path).await {
        Ok((file, _)) if file.bytes > MAX_TEXT_BYTES as u64 => {
            return Err(ApiError::invalid(format!("{path} is too big to be compared")).into());
        }
        Ok((file, _)) => Some(room.artifacts.piece(&file, 0, file.bytes).await?),
        Err(FilesError::Missing(_)) => None,
        Err(error) => return Err(error.into()),
    };
    difference(path, known, body.content).await.map(Json)
}

#[utoipa::path(
    delete,
    path = "/api/v2/codeArtifacts/{path}",
    tag = "Code Artifacts",
    params(("path" = String, Path, description = "The file's path."), WantedVersion),
    responses(
        (status = 204, description = "It is gone; its history stays"),
        (status = 409, description = "Somebody else changed it meanwhile", body = FileConflict),
    ),
)]
async fn delete(
    permit: Permit<act::Delete, on::CodeArtifacts>,
    State(room): State<FileRoom>,
    Names(path): Names<String>,
    Args(known): Args<WantedVersion>,
) -> Result<StatusCode, Refusal> {
    let path = tree_path(&path)?;
    let base = known.version.map_or(Base::Any, Base::Version);
    let author = room.dags.author(&sender(&permit), None);
    room.artifacts.change(vec![Proposal { path, content: None, base }], &author).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    get,
    path = "/api/v2/codeArtifactVersions/{path}",
    tag = "Code Artifacts",
    params(("path" = String, Path, description = "The file's path.")),
    responses((status = 200, description = "What became of the file", body = FileVersionList)),
)]
async fn versions(
    _: Permit<act::Read, on::CodeArtifacts>,
    State(room): State<FileRoom>,
    Names(path): Names<String>,
) -> Result<Json<FileVersionList>, Refusal> {
    let path = tree_path(&path)?;
    let past = room.artifacts.versions(&path).await?;
    FileVersionList::new(&path, past).map(Json)
}

#[utoipa::path(
    get,
    path = "/api/v2/codeArtifactDownload/{path}",
    tag = "Code Artifacts",
    params(("path" = String, Path, description = "The file's path."), WantedVersion),
    responses((status = 200, description = "The file's content", body = Vec<u8>, content_type = "application/octet-stream")),
)]
async fn fetch(
    _: Permit<act::Read, on::CodeArtifacts>,
    State(room): State<FileRoom>,
    Names(path): Names<String>,
    Args(wanted): Args<WantedVersion>,
) -> Result<Response, Refusal> {
    let path = tree_path(&path)?;
    let file = wanted_file(&room, &path, &wanted).await?;
    Ok(download::of_tree(room.artifacts, file, path.as_str()))
}

#[utoipa::path(
    post,
    path = "/api/v2/codeArtifacts",
    tag = "Code Artifacts",
    description = "Uploads files, all or none. To replace files needs `can_edit` besides.",
    params(UploadArgs),
    request_body(content = FilesForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "They are there", body = UploadedFiles),
        (status = 409, description = "One is there already", body = FileConflict),
    ),
)]
async fn upload(
    permit: Permit<act::Create, on::CodeArtifacts>,
    State(room): State<FileRoom>,
    Args(args): Args<UploadArgs>,
    form: Form,
) -> Result<(StatusCode, Json<UploadedFiles>), Refusal> {
    if args.overwrite {
        permit.principal().check(Action::Edit, Resource::CodeArtifacts, None)?;
    }
    let limits = FormLimits { files: MAX_UPLOADED_FILES, total_bytes: MAX_UPLOAD_BYTES as u64 };
    let uploads = form.files("files", room.work(), limits).await?;
    let proposals = proposals(&uploads, &args)?;
    let files: Vec<String> = proposals.iter().map(|proposal| proposal.path.to_string()).collect();
    permit.note("files", files.join(", "));
    let author = room.dags.author(&sender(&permit), message(args.message)?);
    room.artifacts.change(proposals, &author).await?;
    Ok((StatusCode::CREATED, Json(UploadedFiles::of_artifacts(files))))
}
