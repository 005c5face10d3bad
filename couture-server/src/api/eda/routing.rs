//! The routes of exploratory data analysis.

use utoipa::openapi::OpenApi;

use super::{outputs, runs, sources, uploads};
use crate::api::routes::Routes;
use crate::api::web_state::WebState;

pub(in crate::api) fn docs() -> Vec<OpenApi> {
    vec![sources::doc(), runs::doc(), uploads::doc(), outputs::doc()]
}

pub(in crate::api) fn routes(state: &WebState) -> Routes {
    sources::routes(state).merge(runs::routes(state)).merge(uploads::routes(state)).merge(outputs::routes(state))
}
