//! Accounts and what they did: the routes of users, roles, statistics and the audit log, and of one's own account.

use utoipa::openapi::OpenApi;

use super::routes::Routes;
use super::web_state::WebState;
use super::{event_log, my_account, my_token, roles, user_statistics, users};

pub(super) fn routes(state: &WebState) -> Routes {
    my_account::routes(state)
        .merge(users::routes(state))
        .merge(roles::routes(state))
        .merge(user_statistics::routes(state))
        .merge(event_log::routes(state))
}

/// What their handlers say of themselves.
pub(super) fn documents() -> Vec<OpenApi> {
    vec![my_account::doc(), my_token::doc(), users::doc(), roles::doc(), user_statistics::doc(), event_log::doc()]
}
