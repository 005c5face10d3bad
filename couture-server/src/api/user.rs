//! A user, as the API shows one.

use couture_core::Timestamp;
use couture_store::{User, UserSource};
use serde::Serialize;
use utoipa::ToSchema;

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserBody {
    username: String,
    first_name: String,
    last_name: String,
    email: String,
    roles: Vec<String>,
    /// Whether the user may log in.
    active: bool,
    must_change_password: bool,
    /// Who knows the password: `database` or `ldap`.
    #[schema(value_type = String)]
    source: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_login: Option<Timestamp>,
    login_count: u64,
    /// How many logins failed since the last that succeeded.
    fail_login_count: u64,
}

impl From<&User> for UserBody {
    fn from(user: &User) -> Self {
        Self {
            username: user.username.clone(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            email: user.email.clone(),
            roles: user.roles.iter().cloned().collect(),
            active: user.active,
            must_change_password: user.must_change_password,
            source: match user.source {
                UserSource::Database => "database",
                UserSource::Ldap => "ldap",
            },
            created_at: user.created_at,
            changed_at: user.changed_at,
            last_login: user.last_login,
            login_count: user.logins,
            fail_login_count: user.failed_logins,
        }
    }
}
