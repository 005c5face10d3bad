//! `/users`, for administrators.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use couture_store::{AccountError, User, UserChange, UserOrder, UserQuery, UserSource};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json, Names};
use super::page_of::PageOf;
use super::routes::Routes;
use super::user::UserBody;
use super::web_state::WebState;
use crate::auth::{AuthError, Authority, NewUser, Permit, Principal, act, on};

#[derive(OpenApi)]
#[openapi(paths(list, create, get, patch, delete, set_password))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    let user = "/api/v2/users/{username}";
    Routes::new(state)
        .get("get_users", "/api/v2/users", list)
        .post("post_user", "/api/v2/users", create)
        .get("get_user", user, get)
        .patch("patch_user", user, patch)
        .delete("delete_user", user, delete)
        .post("set_user_password", "/api/v2/users/{username}/password", set_password)
}

/// Who knows a user's password.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum SourceWord {
    /// This server.
    #[default]
    Database,
    /// The directory server.
    Ldap,
}

/// A user that somebody wants.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUserBody {
    /// The name to log in with. No two differ in case only.
    #[schema(example = "meena")]
    username: String,
    #[serde(default)]
    #[schema(example = "Meena")]
    first_name: String,
    #[serde(default)]
    #[schema(example = "Rao")]
    last_name: String,
    #[serde(default)]
    #[schema(example = "meena@example.com")]
    email: String,
    /// Names of roles.
    #[serde(default)]
    #[schema(example = json!(["Viewer"]))]
    #[schema(value_type = Vec<String>)]
    roles: BTreeSet<String>,
    /// Needed of users of the database; users of the directory server have none here.
    #[schema(example = "staple under the bridge")]
    password: Option<String>,
    /// Whether it must be changed at the first login.
    #[serde(default = "yes")]
    must_change_password: bool,
    /// Whether the user may log in.
    #[serde(default = "yes")]
    active: bool,
    #[serde(default)]
    source: SourceWord,
}

fn yes() -> bool {
    true
}

/// What is absent or null stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserPatch {
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    /// All roles.
    #[schema(example = json!(["User"]))]
    #[schema(value_type = Option<Vec<String>>)]
    roles: Option<BTreeSet<String>>,
    active: Option<bool>,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    #[schema(example = "staple under the bridge")]
    new_password: String,
}

/// Users.
#[derive(Debug, Serialize, ToSchema)]
struct UserList {
    users: Vec<UserBody>,
    total_entries: usize,
}

/// Which users.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UserFilter {
    /// Only those whose name to log in with, first or last name or e-mail holds this text.
    #[serde(default)]
    q: Option<String>,
    /// Only those with this role.
    #[serde(default)]
    role: Option<String>,
}

const ORDERS: [(&str, UserOrder); 9] = [
    ("username", UserOrder::Username),
    ("first_name", UserOrder::FirstName),
    ("last_name", UserOrder::LastName),
    ("email", UserOrder::Email),
    ("active", UserOrder::Active),
    ("created_at", UserOrder::Created),
    ("last_login", UserOrder::LastLogin),
    ("login_count", UserOrder::Logins),
    ("fail_login_count", UserOrder::FailedLogins),
];

/// The order that `page` asks for.
pub(super) fn order_of(page: &PageOf) -> Result<(UserOrder, bool), ApiError> {
    let found = page.order(&ORDERS.map(|(name, _)| name))?;
    Ok(found.map_or_else(Default::default, |(wanted, descending)| {
        let order = ORDERS.iter().find(|(name, _)| *name == wanted).map_or_else(Default::default, |(_, order)| *order);
        (order, descending)
    }))
}

/// The user in an address.
async fn find(authority: &Authority, name: &str) -> Result<User, ApiError> {
    let found = if name.len() > User::MAX_TEXT_BYTES || name.contains('\0') {
        None
    } else {
        authority.accounts().users.find(name).await?
    };
    let shown = || name.chars().take(User::MAX_TEXT_BYTES).collect();
    found.ok_or_else(|| AccountError::Missing { kind: "user", name: shown() }.into())
}

/// The user in an address, to whom `sender` may do something.
async fn reachable(authority: &Authority, sender: &Principal, name: &str) -> Result<User, ApiError> {
    let user = find(authority, name).await?;
    authority.check_reach(sender, &user.roles).await?;
    Ok(user)
}

/// What a body names and is not there is wrong in the body.
fn of_body(error: AuthError) -> ApiError {
    match error {
        AuthError::Account(AccountError::Missing { kind: "role", .. }) => ApiError::invalid(error.to_string()),
        other => other.into(),
    }
}

/// Lists users.
#[utoipa::path(
    get, path = "/api/v2/users", tag = "User", params(PageOf, UserFilter),
    responses((status = 200, description = "The users", body = UserList)),
)]
async fn list(
    _: Permit<act::Read, on::Users>,
    State(authority): State<Arc<Authority>>,
    Args(page): Args<PageOf>,
    Args(filter): Args<UserFilter>,
) -> Result<Json<UserList>, ApiError> {
    let (order, descending) = order_of(&page)?;
    let query = UserQuery { search: filter.q, role: filter.role, order, descending };
    let accounts = &authority.accounts().users;
    let users = accounts.list(&query, page.offset(), page.limit()?).await?;
    Ok(Json(UserList { users: users.iter().map(Into::into).collect(), total_entries: accounts.count(&query).await? }))
}

/// Makes a user. Nobody gives a role that permits more than they may do themselves.
#[utoipa::path(
    post, path = "/api/v2/users", tag = "User", request_body = NewUserBody,
    responses((status = 201, description = "The user", body = UserBody)),
)]
async fn create(
    permit: Permit<act::Create, on::Users>,
    State(authority): State<Arc<Authority>>,
    Json(body): Json<NewUserBody>,
) -> Result<(StatusCode, Json<UserBody>), ApiError> {
    permit.note("username", &body.username);
    permit.note("roles", body.roles.iter().cloned().collect::<Vec<_>>().join(","));
    let source = match (body.source, &body.password) {
        (SourceWord::Database, Some(_)) => UserSource::Database,
        (SourceWord::Ldap, None) => UserSource::Ldap,
        (SourceWord::Database, None) => return Err(ApiError::invalid("a user of the database needs a password")),
        (SourceWord::Ldap, Some(_)) => {
            return Err(ApiError::invalid("the directory server knows this user's password; leave it out"));
        }
    };
    let wanted = NewUser {
        username: body.username,
        first_name: body.first_name,
        last_name: body.last_name,
        email: body.email,
        roles: body.roles,
        password: body.password,
        must_change_password: body.must_change_password,
        active: body.active,
        source,
    };
    let user = authority.create_user(permit.principal(), wanted).await.map_err(of_body)?;
    Ok((StatusCode::CREATED, Json((&user).into())))
}

/// One user.
#[utoipa::path(
    get, path = "/api/v2/users/{username}", tag = "User", params(("username" = String, Path, description = "The name to log in with")),
    responses((status = 200, description = "The user", body = UserBody)),
)]
async fn get(
    _: Permit<act::Read, on::Users>,
    State(authority): State<Arc<Authority>>,
    Names(name): Names<String>,
) -> Result<Json<UserBody>, ApiError> {
    Ok(Json((&find(&authority, &name).await?).into()))
}

/// Changes a user. Where roles or activity change, the user's sessions and signed tokens end. Somebody who can log in stays Admin.
#[utoipa::path(
    patch, path = "/api/v2/users/{username}", tag = "User", request_body = UserPatch,
    params(("username" = String, Path, description = "The name to log in with")),
    responses((status = 200, description = "The user as it is now", body = UserBody)),
)]
async fn patch(
    permit: Permit<act::Edit, on::Users>,
    State(authority): State<Arc<Authority>>,
    Names(name): Names<String>,
    Json(patch): Json<UserPatch>,
) -> Result<Json<UserBody>, ApiError> {
    let user = reachable(&authority, permit.principal(), &name).await?;
    if let Some(roles) = &patch.roles {
        permit.note("roles", roles.iter().cloned().collect::<Vec<_>>().join(","));
        authority.check_reach(permit.principal(), roles).await?;
    }
    if let Some(active) = patch.active {
        permit.note("active", active);
    }
    let UserPatch { username, first_name, last_name, email, roles, active } = patch;
    let change = UserChange { username, first_name, last_name, email, roles, active, ..UserChange::default() };
    let changed = authority.change_user(user.id, &change).await.map_err(of_body)?;
    Ok(Json((&changed).into()))
}

/// Forgets a user, with sessions and tokens.
#[utoipa::path(
    delete, path = "/api/v2/users/{username}", tag = "User",
    params(("username" = String, Path, description = "The name to log in with")),
    responses((status = 204, description = "The user is gone")),
)]
async fn delete(
    permit: Permit<act::Delete, on::Users>,
    State(authority): State<Arc<Authority>>,
    Names(name): Names<String>,
) -> Result<StatusCode, ApiError> {
    let user = reachable(&authority, permit.principal(), &name).await?;
    authority.accounts().users.delete(user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives another user a password that must be changed at the next login, and ends all of the user's sessions and tokens.
#[utoipa::path(
    post, path = "/api/v2/users/{username}/password", tag = "User", request_body = NewPassword,
    params(("username" = String, Path, description = "The name to log in with")),
    responses((status = 204, description = "It is changed")),
)]
async fn set_password(
    permit: Permit<act::Edit, on::Users>,
    State(authority): State<Arc<Authority>>,
    Names(name): Names<String>,
    Json(body): Json<NewPassword>,
) -> Result<StatusCode, ApiError> {
    let user = reachable(&authority, permit.principal(), &name).await?;
    if permit.principal().user.as_ref().is_some_and(|sender| sender.id == user.id) {
        // A stolen session must not be enough.
        let detail = "this is your own password; change it with the old one, at POST /auth/me/password";
        return Err(ApiError::new(StatusCode::CONFLICT, detail));
    }
    authority.reset_password(user.id, &body.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}
