//! The routes of one's own account, users, roles, statistics and the audit log; of files of variables and connections, tests of
//! connections, and several connections with one id.

use utoipa::openapi::OpenApi;

use super::routes::Routes;
use super::web_state::WebState;
use super::{
    connection_files, connection_test, connections_of_id, event_log, ldap, my_account, my_token, roles,
    user_statistics, users, variable_files,
};

pub(super) fn routes(state: &WebState) -> Routes {
    my_account::routes(state)
        .merge(users::routes(state))
        .merge(roles::routes(state))
        .merge(user_statistics::routes(state))
        .merge(ldap::routes(state))
        .merge(event_log::routes(state))
        .merge(variable_files::routes(state))
        .merge(connection_files::routes(state))
        .merge(connections_of_id::routes(state))
}

/// What their handlers say of themselves.
pub(super) fn documents() -> Vec<OpenApi> {
    vec![
        my_account::doc(),
        my_token::doc(),
        users::doc(),
        roles::doc(),
        user_statistics::doc(),
        ldap::doc(),
        event_log::doc(),
        variable_files::doc(),
        connection_files::doc(),
        connection_test::doc(),
        connections_of_id::doc(),
    ]
}
