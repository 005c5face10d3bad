//! The routes of files.

use utoipa::openapi::OpenApi;

use super::{archives, code_artifacts, code_bricks, dag_files};
use crate::api::routes::Routes;
use crate::api::web_state::WebState;

pub(in crate::api) fn docs() -> Vec<OpenApi> {
    vec![dag_files::doc(), code_artifacts::doc(), code_bricks::doc(), archives::doc()]
}

pub(in crate::api) fn routes(state: &WebState) -> Routes {
    dag_files::routes(state)
        .merge(code_artifacts::routes(state))
        .merge(code_bricks::routes(state))
        .merge(archives::routes(state))
}
