//! `/auth/me/tokens`: one's own API tokens.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use couture_core::Timestamp;
use couture_store::{AccountError, ApiToken, Permission, TokenId};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::error::ApiError;
use super::extract::{Json, Names};
use super::my_account::own;
use super::permission::PermissionBody;
use super::routes::Routes;
use super::web_state::WebState;
use crate::auth::{Authority, NewToken, Permit, Via, act, on};

#[derive(OpenApi)]
#[openapi(paths(list, create, delete))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .get("get_my_tokens", "/auth/me/tokens", list)
        .post("create_my_token", "/auth/me/tokens", create)
        .delete("delete_my_token", "/auth/me/tokens/{id}", delete)
}

/// A token that somebody wants.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenWanted {
    /// What it is for; new among one's own.
    #[schema(example = "nightly export")]
    name: String,
    /// What it permits of what its user may do; everything where absent.
    scopes: Option<Vec<PermissionBody>>,
    /// For how many days it counts; 90, or as many as the server allows, where absent.
    #[schema(example = 30)]
    expires_in_days: Option<u32>,
}

/// A token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiToken)]
struct TokenBody {
    id: i64,
    #[schema(example = "nightly export")]
    name: String,
    /// Null where it permits everything that its user may do.
    scopes: Option<Vec<PermissionBody>>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// The last use, to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

/// A new token, with its secret.
#[derive(Serialize, ToSchema)]
struct IssuedBody {
    #[serde(flatten)]
    token: TokenBody,
    /// What is sent as `Authorization: Bearer …`. It is shown this once.
    #[schema(example = "couture_pat_4vJ9sKbPq0uXl2ZcD3eR7tYw1nAoMh5i8gFxVzC6BdE")]
    secret: String,
}

/// One's tokens by name.
#[derive(Debug, Serialize, ToSchema)]
struct TokenList {
    tokens: Vec<TokenBody>,
    total_entries: usize,
}

impl From<ApiToken> for TokenBody {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id.get(),
            name: token.name,
            scopes: token.scopes.map(|scopes| scopes.iter().map(Into::into).collect()),
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used,
        }
    }
}

/// Lists one's own tokens, without their secrets.
#[utoipa::path(
    get, path = "/auth/me/tokens", tag = "Login",
    responses((status = 200, description = "The tokens", body = TokenList)),
)]
async fn list(
    permit: Permit<act::Read, on::MyTokens>,
    State(authority): State<Arc<Authority>>,
) -> Result<Json<TokenList>, ApiError> {
    let tokens = authority.accounts().tokens.list(own(permit.principal())?.id).await?;
    Ok(Json(TokenList { total_entries: tokens.len(), tokens: tokens.into_iter().map(Into::into).collect() }))
}

/// Makes a token. A token makes no other tokens: it could outlive itself, and permit more.
#[utoipa::path(
    post, path = "/auth/me/tokens", tag = "Login", request_body = TokenWanted,
    responses((status = 201, description = "The token, with its secret", body = IssuedBody)),
)]
async fn create(
    permit: Permit<act::Create, on::MyTokens>,
    State(authority): State<Arc<Authority>>,
    Json(wanted): Json<TokenWanted>,
) -> Result<(StatusCode, Json<IssuedBody>), ApiError> {
    let user = own(permit.principal())?;
    if matches!(permit.principal().via, Via::ApiToken(_)) {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "a token makes no other tokens; log in to make one"));
    }
    permit.note("name", &wanted.name);
    let scopes: Option<BTreeSet<Permission>> =
        wanted.scopes.map(|scopes| scopes.into_iter().map(Permission::from).collect());
    let days = wanted.expires_in_days.unwrap_or_else(|| authority.usual_token_days());
    let (token, secret) = authority.issue_token(user, NewToken { name: wanted.name, scopes, days }).await?;
    Ok((StatusCode::CREATED, Json(IssuedBody { token: token.into(), secret: secret.reveal().to_owned() })))
}

/// Takes back one of one's own tokens.
#[utoipa::path(
    delete, path = "/auth/me/tokens/{id}", tag = "Login", params(("id" = i64, Path, description = "The token's number")),
    responses((status = 204, description = "It counts no more")),
)]
async fn delete(
    permit: Permit<act::Delete, on::MyTokens>,
    State(authority): State<Arc<Authority>>,
    Names(id): Names<i64>,
) -> Result<StatusCode, ApiError> {
    let user = own(permit.principal())?;
    let is_gone = match TokenId::of(id) {
        Some(id) => authority.accounts().tokens.delete(user.id, id).await?,
        None => false,
    };
    match is_gone {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(AccountError::Missing { kind: "token", name: id.to_string() }.into()),
    }
}
