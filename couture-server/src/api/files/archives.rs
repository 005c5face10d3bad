//! `/api/dags/`, `/api/configs/` and `/api/dependencies/`: whole trees of files, as `tar.gz`, out and in.

use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use couture_store::{Content, TreePath};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::archive_answer::{of_folder, of_tree};
use super::refusal::Refusal;
use super::shapes::{message, sender};
use super::upload::Form;
use crate::api::error::ApiError;
use crate::api::extract::{Args, Json};
use crate::api::routes::Routes;
use crate::api::web_state::WebState;
use crate::archive::{ArchiveLimits, Unpacked, unpack};
use crate::auth::{Action, PermitWithBasic, Resource, act, on};
use crate::files::{Base, Broken, FileRoom, FileTree, FilesError, Proposal};

/// What the handlers of this file say of themselves.
#[derive(OpenApi)]
#[openapi(paths(export_dags, import_dags, export_configs, import_configs, export_dependencies, import_dependencies))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

/// The biggest archive of DAGs, as it is sent.
const MAX_DAGS_BYTES: u64 = 256 << 20;
/// The biggest archive of another tree, as it is sent.
const MAX_ARCHIVE_BYTES: u64 = 4 << 30;

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .get("export_dags", "/api/dags/", export_dags)
        .post("import_dags", "/api/dags/", import_dags)
        .get("export_configs", "/api/configs/", export_configs)
        .post("import_configs", "/api/configs/", import_configs)
        .get("export_dependencies", "/api/dependencies/", export_dependencies)
        .post("import_dependencies", "/api/dependencies/", import_dependencies)
        .map(|router| router.layer(DefaultBodyLimit::max(MAX_ARCHIVE_BYTES as usize)))
}

/// An archive, in the field `sources`.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes a form")]
pub(super) struct ArchiveForm {
    #[schema(value_type = String, format = Binary)]
    sources: String,
}

/// How an archive is imported.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportArgs {
    /// Why; for the history.
    message: Option<String>,
}

/// How an archive of DAGs is imported.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DagImportArgs {
    /// Why; for the history.
    message: Option<String>,
    /// What becomes of DAG files that cannot be parsed: `refuse`, unless they are there already just so; or `keep`, to take them as they
    /// are, with a warning.
    #[serde(default)]
    #[param(inline)]
    broken: BrokenFiles,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum BrokenFiles {
    #[default]
    Refuse,
    Keep,
}

/// What was imported.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportedArchive {
    /// The files of the archive, by their path.
    #[schema(example = json!(["etl.py"]))]
    files: Vec<String>,
    total_entries: usize,
    /// The DAGs that they define.
    #[schema(example = json!(["etl"]))]
    dags: Vec<String>,
    /// What is worth to be told.
    warnings: Vec<String>,
}

/// Receives an archive, and unpacks it beside everything else.
async fn unpacked(form: Form, room: &FileRoom, top: &'static str, limits: ArchiveLimits) -> Result<Unpacked, Refusal> {
    let most = if top == DAGS { MAX_DAGS_BYTES } else { MAX_ARCHIVE_BYTES };
    let upload = form.file("sources", room.work(), most).await?;
    let work = room.work().to_owned();
    let unpacked = tokio::task::spawn_blocking(move || {
        let archive = upload.file.reopen().map_err(crate::archive::ArchiveError::Local)?;
        unpack(archive, top, &work, &limits)
    });
    let unpacked = unpacked.await.map_err(|error| FilesError::Io(error.into()))??;
    if unpacked.files.is_empty() {
        return Err(ApiError::invalid("the archive holds no files").into());
    }
    Ok(unpacked)
}

fn proposals(unpacked: &Unpacked) -> Vec<Proposal> {
    let put = |(path, local): (&TreePath, &std::path::PathBuf)| Proposal {
        path: path.clone(),
        content: Some(Content::File(local.clone())),
        base: Base::Any,
    };
    unpacked.files.iter().map(put).collect()
}

fn names(unpacked: &Unpacked) -> Vec<String> {
    unpacked.files.keys().map(TreePath::to_string).collect()
}

const DAGS: &str = "dags";
const CONFIGS: &str = "configs";
const DEPENDENCIES: &str = "dependencies";

#[utoipa::path(
    get,
    path = "/api/dags/",
    tag = "Import and export",
    description = "The files of the DAG folder. With a token, or with name and password (HTTP Basic).",
    responses((status = 200, description = "The archive", body = Vec<u8>, content_type = "application/gzip")),
)]
async fn export_dags(
    _: PermitWithBasic<act::Read, on::DagFiles>,
    State(room): State<FileRoom>,
) -> Result<Response, Refusal> {
    of_folder(&room.dags, room.dags.catalog().limits().file_bytes).await
}

#[utoipa::path(
    post,
    path = "/api/dags/",
    tag = "Import and export",
    description = "Puts the files of an archive into the DAG folder, all or none, after every DAG file of it was parsed. Files that were there \
                   stay in the history. One that cannot be parsed is refused with all the rest, unless it is there already just so, or the \
                   query says `broken=keep`: the export of a folder with such a file can be imported again. Needs `can_create` besides.",
    params(DagImportArgs),
    request_body(content = ArchiveForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "All files are there", body = ImportedArchive)),
)]
async fn import_dags(
    PermitWithBasic(permit): PermitWithBasic<act::Edit, on::DagFiles>,
    State(room): State<FileRoom>,
    Args(args): Args<DagImportArgs>,
    form: Form,
) -> Result<Json<ImportedArchive>, Refusal> {
    permit.principal().check(Action::Create, Resource::DagFiles, None)?;
    let file_bytes = room.dags.catalog().limits().file_bytes;
    let limits = ArchiveLimits { file_bytes, total_bytes: 1 << 30, ..ArchiveLimits::default() };
    let unpacked = unpacked(form, &room, DAGS, limits).await?;
    let files = names(&unpacked);
    permit.note("files", files.len());
    let author = room.dags.author(&sender(&permit), message(args.message)?);
    let broken = match args.broken {
        BrokenFiles::Refuse => Broken::RefusedIfNew,
        BrokenFiles::Keep => Broken::Taken,
    };
    let saved = room.dags.change_with(proposals(&unpacked), author, broken).await?;
    let (dags, warnings) = (saved.checked.dag_ids(), saved.checked.warnings);
    Ok(Json(ImportedArchive { total_entries: files.len(), files, dags, warnings }))
}

/// Puts the files of an archive into a tree.
async fn import_tree(
    tree: &FileTree,
    room: &FileRoom,
    unpacked: Unpacked,
    author: &str,
    args: ImportArgs,
) -> Result<Json<ImportedArchive>, Refusal> {
    let files = names(&unpacked);
    tree.change(proposals(&unpacked), &room.dags.author(author, message(args.message)?)).await?;
    Ok(Json(ImportedArchive { total_entries: files.len(), files, dags: Vec::new(), warnings: Vec::new() }))
}

/// Keys of services let anybody be that service, so they never leave.
fn may_leave(path: &TreePath) -> bool {
    !path.as_str().to_lowercase().ends_with(".keytab")
}

#[utoipa::path(
    get,
    path = "/api/configs/",
    tag = "Import and export",
    description = "The configurations of clusters: a folder for each group. Keytabs are left out. With a token, or with name and password (HTTP Basic).",
    responses((status = 200, description = "The archive", body = Vec<u8>, content_type = "application/gzip")),
)]
async fn export_configs(
    _: PermitWithBasic<act::Read, on::ClusterConfigurations>,
    State(room): State<FileRoom>,
) -> Result<Response, Refusal> {
    of_tree(&room.configs, room.work(), CONFIGS, may_leave).await
}

#[utoipa::path(
    post,
    path = "/api/configs/",
    tag = "Import and export",
    description = "Takes the configurations of an archive, all or none; those of other names stay.",
    params(ImportArgs),
    request_body(content = ArchiveForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "All files are there", body = ImportedArchive)),
)]
async fn import_configs(
    PermitWithBasic(permit): PermitWithBasic<act::Edit, on::ClusterConfigurations>,
    State(room): State<FileRoom>,
    Args(args): Args<ImportArgs>,
    form: Form,
) -> Result<Json<ImportedArchive>, Refusal> {
    let limits = ArchiveLimits { file_bytes: 64 << 20, total_bytes: 1 << 30, ..ArchiveLimits::default() };
    let unpacked = unpacked(form, &room, CONFIGS, limits).await?;
    if let Some(alone) = unpacked.files.keys().find(|path| !path.as_str().contains('/')) {
        let detail =
            format!("{alone} is in no group; each configuration is in the folder of its group: configs/GROUP/{alone}");
        return Err(ApiError::invalid(detail).into());
    }
    permit.note("files", unpacked.files.len());
    import_tree(&room.configs, &room, unpacked, &sender(&permit), args).await
}

#[utoipa::path(
    get,
    path = "/api/dependencies/",
    tag = "Import and export",
    description = "Libraries for jobs, in the folders jars and py-files. With a token, or with name and password (HTTP Basic).",
    responses((status = 200, description = "The archive", body = Vec<u8>, content_type = "application/gzip")),
)]
async fn export_dependencies(
    _: PermitWithBasic<act::Read, on::ClusterConfigurations>,
    State(room): State<FileRoom>,
) -> Result<Response, Refusal> {
    of_tree(&room.dependencies, room.work(), DEPENDENCIES, may_leave).await
}

#[utoipa::path(
    post,
    path = "/api/dependencies/",
    tag = "Import and export",
    description = "Takes the libraries of an archive, all or none; those of other names stay.",
    params(ImportArgs),
    request_body(content = ArchiveForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "All files are there", body = ImportedArchive)),
)]
async fn import_dependencies(
    PermitWithBasic(permit): PermitWithBasic<act::Edit, on::ClusterConfigurations>,
    State(room): State<FileRoom>,
    Args(args): Args<ImportArgs>,
    form: Form,
) -> Result<Json<ImportedArchive>, Refusal> {
    let unpacked = unpacked(form, &room, DEPENDENCIES, ArchiveLimits::default()).await?;
    let is_placed = |path: &str| path.starts_with("jars/") || path.starts_with("py-files/");
    if let Some(stray) = unpacked.files.keys().find(|path| !is_placed(path.as_str())) {
        let detail = format!("{stray} is in neither of the folders dependencies/jars and dependencies/py-files");
        return Err(ApiError::invalid(detail).into());
    }
    permit.note("files", unpacked.files.len());
    import_tree(&room.dependencies, &room, unpacked, &sender(&permit), args).await
}
