//! `/ldap`: the directory server as it is set, and whether it answers.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::error::ApiError;
use super::extract::Json;
use super::routes::Routes;
use super::web_state::WebState;
use crate::auth::{Directory, Permit, act, on};
use crate::settings::{Section, Settings};

#[derive(OpenApi)]
#[openapi(paths(get, test))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state).get("get_ldap", "/api/v2/ldap", get).post("test_ldap", "/api/v2/ldap/test", test)
}

/// A setting of the directory server.
#[derive(Debug, Serialize, ToSchema)]
struct LdapSetting {
    #[schema(example = "auth_ldap_server")]
    key: String,
    /// As it is written in the file; `< hidden >` where it is secret.
    value: String,
    /// What it does.
    description: String,
    /// The variable of the environment that sets it.
    environment: String,
}

/// The directory server as it is set.
#[derive(Debug, Serialize, ToSchema)]
struct LdapBody {
    /// Whether users log in with it: auth.auth_type is AUTH_LDAP.
    enabled: bool,
    /// Whether passwords go to it for everybody on the network to read.
    clear_text: bool,
    /// What is wrong with the settings, if anything.
    error: Option<String>,
    settings: Vec<LdapSetting>,
}

/// Whom to log in as; nobody where both are absent: the server is asked for a sign of life only.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LdapTest {
    #[schema(example = "meena")]
    username: Option<String>,
    password: Option<String>,
}

/// What came of a test.
#[derive(Debug, Serialize, ToSchema)]
struct LdapTestBody {
    status: bool,
    #[schema(example = "the directory server answers")]
    message: String,
}

const SECTION: &str = "ldap";
const HIDDEN: &str = "< hidden >";
const BY_LDAP: &str = "AUTH_LDAP";

/// The settings of the directory server, without its password. They are changed in the server's file or environment.
#[utoipa::path(
    get, path = "/api/v2/ldap", tag = "Config",
    responses((status = 200, description = "The settings", body = LdapBody)),
)]
async fn get(_: Permit<act::Read, on::ClusterConfigurations>, State(settings): State<Arc<Settings>>) -> Json<LdapBody> {
    let made = Directory::new(&settings.ldap);
    let keys = Section::all().iter().filter(|section| section.name == SECTION).flat_map(|section| section.keys);
    let setting = |key: &crate::settings::Key| LdapSetting {
        key: key.name.to_owned(),
        value: settings.shown(SECTION, key.name).unwrap_or_else(|| HIDDEN.to_owned()),
        description: key.description(),
        environment: key.environment(),
    };
    Json(LdapBody {
        enabled: settings.auth.auth_type == BY_LDAP,
        clear_text: made.as_ref().is_ok_and(Directory::is_clear_text),
        error: made.err(),
        settings: keys.map(setting).collect(),
    })
}

/// Asks the directory server for a sign of life, or whether a user may log in with a password.
#[utoipa::path(
    post, path = "/api/v2/ldap/test", tag = "Config", request_body = LdapTest,
    responses((status = 200, description = "What came of it", body = LdapTestBody)),
)]
async fn test(
    permit: Permit<act::Edit, on::ClusterConfigurations>,
    State(settings): State<Arc<Settings>>,
    Json(wanted): Json<LdapTest>,
) -> Result<Json<LdapTestBody>, ApiError> {
    let answer = |status: bool, message: String| Ok(Json(LdapTestBody { status, message }));
    let directory = match Directory::new(&settings.ldap) {
        Ok(directory) => directory,
        Err(error) => return answer(false, error),
    };
    match (wanted.username, wanted.password) {
        (None, None) => match directory.reach().await {
            Ok(()) => answer(true, "the directory server answers".into()),
            Err(error) => answer(false, error.to_string()),
        },
        (Some(username), Some(password)) => {
            permit.note("username", &username);
            match directory.authenticate(&username, &password).await {
                Ok(user) => {
                    answer(true, format!("{} {} may log in as {}", user.first_name, user.last_name, user.username))
                }
                Err(error) => answer(false, error.to_string()),
            }
        }
        _ => Err(ApiError::invalid("username and password go together")),
    }
}
