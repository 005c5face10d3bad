//! `/dagFiles`: the files of the DAG folder, to look at.

use std::collections::BTreeMap;

use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use couture_core::Timestamp;
use couture_store::TreePath;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::refusal::Refusal;
use super::shapes::{
    CompareFile, FileBody, FileDiff, FileVersionList, MAX_SAVE_BYTES, Wanted, WantedVersion, page, short, shown,
    tree_path,
};
use super::{dag_file_changes, download};
use crate::api::extract::{Args, Json, Names};
use crate::api::page_of::PageOf;
use crate::api::routes::Routes;
use crate::api::web_state::WebState;
use crate::auth::{Permit, act, on};
use crate::files::{DagFolder, FileRoom, FilesError, unified_diff};

/// What the handlers of this file say of themselves.
#[derive(OpenApi)]
#[openapi(paths(
    list,
    get,
    compare,
    versions,
    fetch,
    dag_file_changes::save,
    dag_file_changes::delete,
    dag_file_changes::upload
))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    let file = "/api/v2/dagFiles/{*path}";
    let texts = Routes::new(state)
        .get("get_dag_files", "/api/v2/dagFiles", list)
        .get("get_dag_file", file, get)
        .put("save_dag_file", file, dag_file_changes::save)
        .post("diff_dag_file", file, compare)
        .delete("delete_dag_file", file, dag_file_changes::delete)
        .get("get_dag_file_versions", "/api/v2/dagFileVersions/{*path}", versions)
        .get("download_dag_file", "/api/v2/dagFileDownload/{*path}", fetch)
        .map(|router| router.layer(DefaultBodyLimit::max(MAX_SAVE_BYTES)));
    Routes::new(state)
        .post("upload_dag_files", "/api/v2/dagFiles", dag_file_changes::upload)
        .map(|router| router.layer(DefaultBodyLimit::max(dag_file_changes::MAX_UPLOAD_BYTES)))
        .merge(texts)
}

/// A file of the DAG folder.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DagFileBody {
    #[schema(example = "reports/etl.py")]
    path: String,
    size: u64,
    #[schema(value_type = String, format = DateTime)]
    modified_at: Timestamp,
    /// To save with; null where no history is kept of the file, because it is big and defines no DAGs.
    #[schema(example = "2c26b46b68ffc68f")]
    version: Option<String>,
    /// Whose change it is; `disk` where it was edited by hand.
    #[schema(example = "ann")]
    author: String,
    /// The DAGs that it defines.
    #[schema(example = json!(["etl"]))]
    dag_ids: Vec<String>,
    /// What is wrong with it.
    import_error: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DagFileList {
    files: Vec<DagFileBody>,
    total_entries: usize,
}

#[utoipa::path(
    get,
    path = "/api/v2/dagFiles",
    tag = "Manage DAGs",
    params(Wanted, PageOf),
    responses((status = 200, description = "The files, by their path", body = DagFileList)),
)]
async fn list(
    _: Permit<act::Read, on::DagFiles>,
    State(room): State<FileRoom>,
    Args(wanted): Args<Wanted>,
    Args(which): Args<PageOf>,
) -> Result<Json<DagFileList>, Refusal> {
    let folder = room.dags;
    let mut files = folder.list().await?;
    files.retain(|file| wanted.covers(&file.path));
    let (files, total_entries) =
        page(&which, files, |file| file.path.to_string(), |file| file.bytes, |file| Some(file.modified_at))?;
    let versions = folder.versions_of(files.clone()).await?;
    let manifest = folder.history().await?;
    let dags = folder.catalog().dags_of_files();
    let errors: BTreeMap<String, String> = folder
        .catalog()
        .errors()
        .into_iter()
        .filter(|error| !error.is_warning)
        .map(|error| (error.source.clone(), error.traceback.unwrap_or_else(|| error.error.to_string())))
        .collect();
    let body = |file: crate::files::FolderFile| {
        let version = versions.get(&file.path).cloned();
        let known = manifest.files.get(&file.path).map(|known| short(&known.sha256));
        let author = manifest.authors.get(&file.path).filter(|_| version.is_some() && known == version);
        DagFileBody {
            size: file.bytes,
            modified_at: file.modified_at,
            version,
            author: author.map_or_else(|| DagFolder::DISK.to_owned(), |author| author.name.clone()),
            dag_ids: dags.get(std::path::Path::new(file.path.as_str())).cloned().unwrap_or_default(),
            import_error: errors.get(file.path.as_str()).cloned(),
            path: file.path.into(),
        }
    };
    Ok(Json(DagFileList { files: files.into_iter().map(body).collect(), total_entries }))
}

#[utoipa::path(
    get,
    path = "/api/v2/dagFiles/{path}",
    tag = "Manage DAGs",
    params(("path" = String, Path, description = "The file's path in the DAG folder; its slashes may be written as they are."), WantedVersion),
    responses((status = 200, description = "The file", body = FileBody)),
)]
async fn get(
    _: Permit<act::Read, on::DagFiles>,
    State(room): State<FileRoom>,
    Names(path): Names<String>,
    Args(wanted): Args<WantedVersion>,
) -> Result<Json<FileBody>, Refusal> {
    let path = tree_path(&path)?;
    let content = content(&room, &path, &wanted).await?;
    let (size, version) = (content.len() as u64, crate::files::version_of(&content));
    let content = shown(content);
    let writable = match dag_file_changes::check_ending(&path) {
        Ok(()) => room.dags.is_writable(&path).await,
        Err(error) => Err(error),
    };
    let reason = match (writable, &content) {
        (Err(error), _) => Some(error.to_string()),
        (Ok(()), None) => Some("it is no text that can be edited here".to_owned()),
        (Ok(()), Some(_)) => None,
    };
    Ok(Json(FileBody { path: path.into(), content, version, editable: reason.is_none(), reason, size }))
}

async fn content(room: &FileRoom, path: &TreePath, wanted: &WantedVersion) -> Result<Vec<u8>, FilesError> {
    match &wanted.version {
        Some(version) => room.dags.read_version(path, version).await,
        None => Ok(room.dags.read(path).await?.1),
    }
}

#[utoipa::path(
    post,
    path = "/api/v2/dagFiles/{path}",
    tag = "Manage DAGs",
    description = "What a text would change of a file. The path of the file is followed by `/diff`.",
    params(("path" = String, Path, description = "The file's path in the DAG folder, and `/diff`.", example = "reports/etl.py/diff")),
    request_body = CompareFile,
    responses((status = 200, description = "The difference", body = FileDiff)),
)]
async fn compare(
    _: Permit<act::Read, on::DagFiles>,
    State(room): State<FileRoom>,
    Names(path): Names<String>,
    Json(body): Json<CompareFile>,
) -> Result<Json<FileDiff>, Refusal> {
    let path = compared(&path)?;
    let known = match room.dags.read(&path).await {
        Ok((_, content)) => Some(content),
        Err(FilesError::Missing(_)) => None,
        Err(error) => return Err(error.into()),
    };
    difference(path, known, body.content).await.map(Json)
}

/// The file whose difference is asked for.
pub(super) fn compared(path: &str) -> Result<TreePath, Refusal> {
    match path.strip_suffix("/diff") {
        Some(path) => tree_path(path),
        None => {
            let detail = "nothing is posted to a file; its difference to a text is at its path and /diff";
            Err(crate::api::error::ApiError::not_found(detail).into())
        }
    }
}

/// What a text changes of a content.
pub(super) async fn difference(path: TreePath, known: Option<Vec<u8>>, new: String) -> Result<FileDiff, Refusal> {
    let base_version = known.as_deref().map(crate::files::version_of);
    let compared = tokio::task::spawn_blocking(move || {
        let old = String::from_utf8_lossy(known.as_deref().unwrap_or_default()).into_owned();
        unified_diff(path.as_str(), &old, &new)
    });
    let diff = compared.await.map_err(|error| FilesError::Io(error.into()))?;
    Ok(FileDiff { diff, base_version })
}

#[utoipa::path(
    get,
    path = "/api/v2/dagFileVersions/{path}",
    tag = "Manage DAGs",
    params(("path" = String, Path, description = "The file's path in the DAG folder.")),
    responses((status = 200, description = "What became of the file", body = FileVersionList)),
)]
async fn versions(
    _: Permit<act::Read, on::DagFiles>,
    State(room): State<FileRoom>,
    Names(path): Names<String>,
) -> Result<Json<FileVersionList>, Refusal> {
    let path = tree_path(&path)?;
    let past = room.dags.versions(&path).await?;
    FileVersionList::new(&path, past).map(Json)
}

#[utoipa::path(
    get,
    path = "/api/v2/dagFileDownload/{path}",
    tag = "Manage DAGs",
    params(("path" = String, Path, description = "The file's path in the DAG folder."), WantedVersion),
    responses((status = 200, description = "The file's content", body = Vec<u8>, content_type = "application/octet-stream")),
)]
async fn fetch(
    _: Permit<act::Read, on::DagFiles>,
    State(room): State<FileRoom>,
    Names(path): Names<String>,
    Args(wanted): Args<WantedVersion>,
) -> Result<Response, Refusal> {
    let path = tree_path(&path)?;
    Ok(download::whole(content(&room, &path, &wanted).await?, path.as_str()))
}
