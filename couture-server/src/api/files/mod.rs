//! Files that people keep on the server: the DAG folder, code artifacts, code bricks, and whole trees as archives.

mod archive_answer;
mod archives;
mod code_artifacts;
mod code_bricks;
mod dag_file_changes;
mod dag_files;
mod download;
mod refusal;
mod shapes;
mod upload;

use utoipa::openapi::OpenApi;

use super::routes::Routes;
use super::web_state::WebState;

pub(super) fn docs() -> Vec<OpenApi> {
    vec![dag_files::doc(), code_artifacts::doc(), code_bricks::doc(), archives::doc()]
}

pub(super) fn routes(state: &WebState) -> Routes {
    dag_files::routes(state)
        .merge(code_artifacts::routes(state))
        .merge(code_bricks::routes(state))
        .merge(archives::routes(state))
}
