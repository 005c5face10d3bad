//! `/roles` and `/permissions`, for administrators.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use couture_store::{AccountError, Permission, Role, UserQuery};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json, Names};
use super::page_of::PageOf;
use super::permission::PermissionBody;
use super::routes::Routes;
use super::web_state::WebState;
use crate::auth::{Action, Authority, Permit, Resource, act, on};

#[derive(OpenApi)]
#[openapi(paths(list, create, get, patch, delete, permissions))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    let role = "/api/v2/roles/{name}";
    Routes::new(state)
        .get("get_roles", "/api/v2/roles", list)
        .post("post_role", "/api/v2/roles", create)
        .get("get_role", role, get)
        .patch("patch_role", role, patch)
        .delete("delete_role", role, delete)
        .get("get_permissions", "/api/v2/permissions", permissions)
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
struct RoleBody {
    #[schema(example = "Sales")]
    name: String,
    /// Whether Couture brings it: such a role cannot be changed.
    built_in: bool,
    permissions: Vec<PermissionBody>,
    /// How many users have it.
    users: usize,
}

/// Roles by name.
#[derive(Debug, Serialize, ToSchema)]
struct RoleList {
    roles: Vec<RoleBody>,
    total_entries: usize,
}

/// A role that somebody wants.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRole {
    #[schema(example = "Sales")]
    name: String,
    #[serde(default)]
    #[schema(example = json!([{"action": "can_read", "resource": "DAG:sales"}, {"action": "can_read", "resource": "DAG Runs"}]))]
    permissions: Vec<PermissionBody>,
}

/// All that a role permits from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RolePatch {
    permissions: Vec<PermissionBody>,
}

/// Everything that can be permitted.
#[derive(Debug, Serialize, ToSchema)]
struct PermissionList {
    permissions: Vec<PermissionBody>,
    /// Followed by the id of a DAG it is a resource too, with the actions of `all_dags`.
    #[schema(value_type = String, example = "DAG:")]
    dag_prefix: &'static str,
    total_entries: usize,
}

async fn body(authority: &Authority, role: &Role) -> Result<RoleBody, ApiError> {
    let query = UserQuery { role: Some(role.name.clone()), ..UserQuery::default() };
    Ok(RoleBody {
        name: role.name.clone(),
        built_in: role.built_in,
        permissions: role.permissions.iter().map(Into::into).collect(),
        users: authority.accounts().users.count(&query).await?,
    })
}

async fn find(authority: &Authority, name: &str) -> Result<Role, ApiError> {
    let found = if name.len() > Role::MAX_NAME_BYTES || name.contains('\0') {
        None
    } else {
        authority.accounts().roles.get(&BTreeSet::from([name.to_owned()])).await?.pop()
    };
    let shown = || name.chars().take(Role::MAX_NAME_BYTES).collect();
    found.ok_or_else(|| AccountError::Missing { kind: "role", name: shown() }.into())
}

/// Lists roles.
#[utoipa::path(
    get, path = "/api/v2/roles", tag = "Role", params(PageOf),
    responses((status = 200, description = "The roles", body = RoleList)),
)]
async fn list(
    _: Permit<act::Read, on::Roles>,
    State(authority): State<Arc<Authority>>,
    Args(page): Args<PageOf>,
) -> Result<Json<RoleList>, ApiError> {
    let is_descending = page.order(&["name"])?.is_some_and(|(_, is_descending)| is_descending);
    let mut all = authority.accounts().roles.list().await?;
    if is_descending {
        all.reverse();
    }
    let mut roles = Vec::new();
    for role in all.iter().skip(page.offset()).take(page.limit()?) {
        roles.push(body(&authority, role).await?);
    }
    Ok(Json(RoleList { roles, total_entries: all.len() }))
}

/// Makes a role. Nobody makes one that permits more than they may do themselves.
#[utoipa::path(
    post, path = "/api/v2/roles", tag = "Role", request_body = NewRole,
    responses((status = 201, description = "The role", body = RoleBody)),
)]
async fn create(
    permit: Permit<act::Create, on::Roles>,
    State(authority): State<Arc<Authority>>,
    Json(new): Json<NewRole>,
) -> Result<(StatusCode, Json<RoleBody>), ApiError> {
    permit.note("name", &new.name);
    let role = Role::new(new.name, new.permissions.into_iter().map(Permission::from));
    authority.create_role(permit.principal(), &role).await?;
    Ok((StatusCode::CREATED, Json(body(&authority, &role).await?)))
}

/// One role.
#[utoipa::path(
    get, path = "/api/v2/roles/{name}", tag = "Role", params(("name" = String, Path, description = "The role")),
    responses((status = 200, description = "The role", body = RoleBody)),
)]
async fn get(
    _: Permit<act::Read, on::Roles>,
    State(authority): State<Arc<Authority>>,
    Names(name): Names<String>,
) -> Result<Json<RoleBody>, ApiError> {
    let role = find(&authority, &name).await?;
    Ok(Json(body(&authority, &role).await?))
}

/// Changes what a role permits. Whoever has it has that from then on. Built-in roles cannot be changed.
#[utoipa::path(
    patch, path = "/api/v2/roles/{name}", tag = "Role", request_body = RolePatch,
    params(("name" = String, Path, description = "The role")),
    responses((status = 200, description = "The role as it is now", body = RoleBody)),
)]
async fn patch(
    permit: Permit<act::Edit, on::Roles>,
    State(authority): State<Arc<Authority>>,
    Names(name): Names<String>,
    Json(patch): Json<RolePatch>,
) -> Result<Json<RoleBody>, ApiError> {
    let found = find(&authority, &name).await?;
    let role = Role { permissions: patch.permissions.into_iter().map(Permission::from).collect(), ..found };
    permit.note("permissions", role.permissions.len());
    authority.change_role(permit.principal(), &role).await?;
    Ok(Json(body(&authority, &role).await?))
}

/// Forgets a role that nobody has. Built-in roles stay.
#[utoipa::path(
    delete, path = "/api/v2/roles/{name}", tag = "Role", params(("name" = String, Path, description = "The role")),
    responses((status = 204, description = "The role is gone")),
)]
async fn delete(
    permit: Permit<act::Delete, on::Roles>,
    State(authority): State<Arc<Authority>>,
    Names(name): Names<String>,
) -> Result<StatusCode, ApiError> {
    let role = find(&authority, &name).await?;
    authority.check_reach(permit.principal(), &BTreeSet::from([role.name.clone()])).await?;
    authority.accounts().roles.delete(&role.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Everything that can be permitted.
#[utoipa::path(
    get, path = "/api/v2/permissions", tag = "Role",
    responses((status = 200, description = "The permissions", body = PermissionList)),
)]
async fn permissions(_: Permit<act::Read, on::Roles>) -> Json<PermissionList> {
    let all = Resource::ALL
        .iter()
        .flat_map(|resource| resource.actions().iter().map(|action| Permission::new(action.name(), resource.name())));
    let of_dags = [Action::Read, Action::Edit].map(|action| Permission::new(action.name(), Resource::ALL_DAGS));
    let permissions: Vec<PermissionBody> = all.chain(of_dags).map(|permission| (&permission).into()).collect();
    Json(PermissionList { total_entries: permissions.len(), permissions, dag_prefix: Resource::DAG_PREFIX })
}
