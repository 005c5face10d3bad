//! `/dagFiles`: changing the files of the DAG folder.

use axum::extract::State;
use axum::http::StatusCode;
use couture_store::{Content, TreePath};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::dag_files::difference;
use super::refusal::{FileConflict, Refusal};
use super::shapes::{MAX_TEXT_BYTES, SaveFile, WantedVersion, message, sender, tree_path};
use super::upload::{Form, FormLimits, Uploaded};
use crate::api::error::ApiError;
use crate::api::extract::{Args, Json, Names};
use crate::auth::{Action, Permit, Resource, act, on};
use crate::files::{Base, Checked, FileRoom, FilesError, Proposal};

/// The endings that DAG files are uploaded and saved with.
const ENDINGS: [&str; 4] = [".py", ".yaml", ".yml", ".json"];
/// The most bytes that are uploaded at a time.
pub(super) const MAX_UPLOAD_BYTES: usize = 256 << 20;
const MAX_UPLOADED_FILES: usize = 1_000;

/// Refuses a file that is no DAG file.
pub(super) fn check_ending(path: &TreePath) -> Result<(), FilesError> {
    if ENDINGS.iter().any(|ending| path.as_str().ends_with(ending)) {
        return Ok(());
    }
    let reason = "only .py, .yaml and .json files are DAG files".to_owned();
    Err(FilesError::Unfit { path: path.to_string(), reason })
}

/// How a file is saved.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SaveArgs {
    /// Only parse the text and compare it.
    #[serde(default)]
    dry_run: bool,
}

/// What was saved.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SavedDagFile {
    /// The version now; null where the file is not there (in a dry run).
    #[schema(example = "2c26b46b68ffc68f")]
    version: Option<String>,
    /// The DAGs that the file defines.
    #[schema(example = json!(["etl"]))]
    dags: Vec<String>,
    /// What is worth to be told.
    warnings: Vec<String>,
    /// Of a dry run: what would change, as `diff -u` writes it.
    diff: Option<String>,
}

#[utoipa::path(
    put,
    path = "/api/v2/dagFiles/{path}",
    tag = "Manage DAGs",
    description = "Saves a DAG file, after it was parsed. A new one needs `can_create` besides.",
    params(("path" = String, Path, description = "The file's path in the DAG folder."), SaveArgs),
    request_body = SaveFile,
    responses(
        (status = 200, description = "It is saved, or would be", body = SavedDagFile),
        (status = 409, description = "Somebody else changed it meanwhile, or the folder cannot be written", body = FileConflict),
    ),
)]
pub(super) async fn save(
    permit: Permit<act::Edit, on::DagFiles>,
    State(room): State<FileRoom>,
    Names(path): Names<String>,
    Args(args): Args<SaveArgs>,
    Json(body): Json<SaveFile>,
) -> Result<Json<SavedDagFile>, Refusal> {
    let path = tree_path(&path)?;
    check_ending(&path)?;
    if body.content.len() > MAX_TEXT_BYTES {
        return Err(too_long().into());
    }
    let base = body.base();
    if base == Base::None {
        permit.principal().check(Action::Create, Resource::DagFiles, None)?;
    }
    let content = Some(Content::Bytes(body.content.clone().into_bytes()));
    let proposal = Proposal { path: path.clone(), content, base };
    if args.dry_run {
        let known = match room.dags.read(&path).await {
            Ok((_, content)) => Some(content),
            Err(FilesError::Missing(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let checked = room.dags.try_out(vec![proposal]).await?;
        let compared = difference(path, known, body.content).await?;
        let Checked { warnings, .. } = checked.clone();
        let (version, diff) = (compared.base_version, Some(compared.diff));
        return Ok(Json(SavedDagFile { version, dags: checked.dag_ids(), warnings, diff }));
    }
    let author = room.dags.author(&sender(&permit), message(body.message)?);
    let mut saved = room.dags.change(vec![proposal], author).await?;
    let version = saved.versions.remove(&path).flatten();
    Ok(Json(SavedDagFile { version, dags: saved.checked.dag_ids(), warnings: saved.checked.warnings, diff: None }))
}

fn too_long() -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, format!("a text has at most {} MiB", MAX_TEXT_BYTES >> 20))
}

#[utoipa::path(
    delete,
    path = "/api/v2/dagFiles/{path}",
    tag = "Manage DAGs",
    params(("path" = String, Path, description = "The file's path in the DAG folder."), WantedVersion),
    responses(
        (status = 204, description = "It is gone; its history stays"),
        (status = 409, description = "Somebody else changed it meanwhile, or the folder cannot be written", body = FileConflict),
    ),
)]
pub(super) async fn delete(
    permit: Permit<act::Delete, on::DagFiles>,
    State(room): State<FileRoom>,
    Names(path): Names<String>,
    Args(known): Args<WantedVersion>,
) -> Result<StatusCode, Refusal> {
    let path = tree_path(&path)?;
    check_ending(&path)?;
    let base = known.version.map_or(Base::Any, Base::Version);
    let author = room.dags.author(&sender(&permit), None);
    room.dags.change(vec![Proposal { path, content: None, base }], author).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How files are uploaded.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UploadArgs {
    /// The folder that they are put into.
    pub(super) folder: Option<String>,
    /// Whether files that are there are replaced; otherwise they are in the way.
    #[serde(default)]
    pub(super) overwrite: bool,
    /// Why; for the history.
    pub(super) message: Option<String>,
}

/// Files, in the field `files`.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes a form")]
pub(super) struct FilesForm {
    #[schema(value_type = Vec<String>, format = Binary)]
    files: Vec<String>,
}

/// What was uploaded.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UploadedFiles {
    /// The files, by their path.
    #[schema(example = json!(["reports/etl.py"]))]
    files: Vec<String>,
    /// The DAGs that they define.
    #[schema(example = json!(["etl"]))]
    dags: Vec<String>,
    /// What is worth to be told.
    warnings: Vec<String>,
}

#[utoipa::path(
    post,
    path = "/api/v2/dagFiles",
    tag = "Manage DAGs",
    description = "Uploads DAG files, all or none, after they were parsed. To replace files needs `can_edit` besides.",
    params(UploadArgs),
    request_body(content = FilesForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "They are there", body = UploadedFiles),
        (status = 409, description = "One is there already, or the folder cannot be written", body = FileConflict),
    ),
)]
pub(super) async fn upload(
    permit: Permit<act::Create, on::DagFiles>,
    State(room): State<FileRoom>,
    Args(args): Args<UploadArgs>,
    form: Form,
) -> Result<(StatusCode, Json<UploadedFiles>), Refusal> {
    if args.overwrite {
        permit.principal().check(Action::Edit, Resource::DagFiles, None)?;
    }
    let limits = FormLimits { files: MAX_UPLOADED_FILES, total_bytes: MAX_UPLOAD_BYTES as u64 };
    let uploads = form.files("files", room.work(), limits).await?;
    let proposals = proposals(&uploads, &args)?;
    proposals.iter().try_for_each(|proposal| check_ending(&proposal.path))?;
    let files: Vec<String> = proposals.iter().map(|proposal| proposal.path.to_string()).collect();
    permit.note("files", files.join(", "));
    let author = room.dags.author(&sender(&permit), message(args.message)?);
    let saved = room.dags.change(proposals, author).await?;
    let (dags, warnings) = (saved.checked.dag_ids(), saved.checked.warnings);
    Ok((StatusCode::CREATED, Json(UploadedFiles { files, dags, warnings })))
}

impl UploadedFiles {
    pub(super) fn of_artifacts(files: Vec<String>) -> Self {
        Self { files, dags: Vec::new(), warnings: Vec::new() }
    }
}

/// What uploaded files are to become.
pub(super) fn proposals(uploads: &[Uploaded], args: &UploadArgs) -> Result<Vec<Proposal>, Refusal> {
    let mut proposals: Vec<Proposal> = Vec::with_capacity(uploads.len());
    for upload in uploads {
        let name = upload.name.as_deref().unwrap_or_default();
        let path = match args.folder.as_deref().map(|folder| folder.trim_matches('/')) {
            None | Some("") => tree_path(name)?,
            Some(folder) => tree_path(&format!("{folder}/{name}"))?,
        };
        if proposals.iter().any(|other| other.path == path) {
            return Err(ApiError::invalid(format!("{path} was sent twice")).into());
        }
        let content = Some(Content::File(upload.file.path().to_owned()));
        let base = if args.overwrite { Base::Any } else { Base::None };
        proposals.push(Proposal { path, content, base });
    }
    Ok(proposals)
}
