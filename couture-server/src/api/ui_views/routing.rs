//! What the views of the page are answered from.

use utoipa::OpenApi;

use super::{calendar, dashboard, graph, grid, history};
use crate::api::routes::Routes;
use crate::api::web_state::WebState;

#[derive(OpenApi)]
#[openapi(paths(grid::get, graph::get, history::get, calendar::get, dashboard::get))]
struct Doc;

pub(in crate::api) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(in crate::api) fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .get("get_grid", "/api/v2/ui/grid/{dag_id}", grid::get)
        .get("get_graph", "/api/v2/ui/graph/{dag_id}", graph::get)
        .get("get_history", "/api/v2/ui/history/{dag_id}", history::get)
        .get("get_calendar", "/api/v2/ui/calendar/{dag_id}", calendar::get)
        .get("get_dashboard", "/api/v2/ui/dashboard", dashboard::get)
}
