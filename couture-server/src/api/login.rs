//! `/auth`: logging in and out, and who one is.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::error::ApiError;
use super::extract::Json;
use super::permission::PermissionBody;
use super::routes::Routes;
use super::user::UserBody;
use super::web_state::WebState;
use crate::auth::{AuthError, Authority, Credentials, Peer, Principal};

/// What the handlers of this file say of themselves.
#[derive(OpenApi)]
#[openapi(paths(token, token_cli, login, logout, me))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .open(Method::POST, "create_token", "/auth/token", token)
        .open(Method::POST, "create_token_cli", "/auth/token/cli", token_cli)
        .open(Method::POST, "login", "/auth/login", login)
        .open(Method::POST, "logout", "/auth/logout", logout)
        .open(Method::GET, "get_me", "/auth/me", me)
}

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginBody {
    username: String,
    password: String,
}

impl From<LoginBody> for Credentials {
    fn from(body: LoginBody) -> Self {
        Self { username: body.username, password: body.password }
    }
}

/// A token, in Airflow's shape.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenBody {
    access_token: String,
}

/// Who one is, and what one may do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MeBody {
    /// None of somebody who did not log in, where that permits something, and of the server's local token.
    user: Option<UserBody>,
    permissions: Vec<PermissionBody>,
    /// What the page sends with every request that changes something; none outside of sessions.
    csrf_token: Option<String>,
}

/// From where a request comes, behind trusted proxies too.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source(pub(super) IpAddr);

impl FromRequestParts<WebState> for Source {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
        Ok(Self(state.authority.proxies().source(peer, &parts.headers)))
    }
}

#[utoipa::path(
    post,
    path = "/auth/token",
    tag = "Login",
    request_body = LoginBody,
    responses((status = 201, description = "As asked", body = TokenBody)),
)]
async fn token(
    State(authority): State<Arc<Authority>>,
    Source(source): Source,
    Json(body): Json<LoginBody>,
) -> Result<(StatusCode, Json<TokenBody>), AuthError> {
    issue(&authority, source, body, false).await
}

#[utoipa::path(
    post,
    path = "/auth/token/cli",
    tag = "Login",
    request_body = LoginBody,
    responses((status = 201, description = "As asked", body = TokenBody)),
)]
async fn token_cli(
    State(authority): State<Arc<Authority>>,
    Source(source): Source,
    Json(body): Json<LoginBody>,
) -> Result<(StatusCode, Json<TokenBody>), AuthError> {
    issue(&authority, source, body, true).await
}

async fn issue(
    authority: &Authority,
    source: IpAddr,
    body: LoginBody,
    for_command_line: bool,
) -> Result<(StatusCode, Json<TokenBody>), AuthError> {
    let user = authority.login(&body.into(), source).await?;
    let access_token = authority.issue_jwt(&user, for_command_line)?;
    Ok((StatusCode::CREATED, Json(TokenBody { access_token })))
}

#[utoipa::path(
    post,
    path = "/auth/login",
    tag = "Login",
    request_body = LoginBody,
    responses((status = 200, description = "As asked", body = MeBody)),
)]
async fn login(
    State(authority): State<Arc<Authority>>,
    Source(source): Source,
    headers: HeaderMap,
    Json(body): Json<LoginBody>,
) -> Result<Response, ApiError> {
    let user = authority.login(&body.into(), source).await.map_err(IntoResponse::into_response);
    let user = match user {
        Ok(user) => user,
        Err(response) => return Ok(response),
    };
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let opened = authority.open_session(&user, source, agent, authority.session_id(&headers)).await?;
    let principal = authority.principal_of(user).await?;
    let body = me_body(&principal, Some(opened.csrf_token));
    Ok(([(header::SET_COOKIE, opened.cookie)], Json(body)).into_response())
}

/// Ends the session of the cookie. It is no harm to end one that is over.
#[utoipa::path(
    post,
    path = "/auth/logout",
    tag = "Login",
    responses((status = 204, description = "Done")),
)]
async fn logout(
    State(authority): State<Arc<Authority>>,
    Source(source): Source,
    headers: HeaderMap,
) -> Result<Response, AuthError> {
    let Some(id) = authority.session_id(&headers) else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    // Another page must not be able to log somebody out.
    let principal = authority.authenticate(&Method::POST, &headers, source, false).await?;
    let cookie = authority.close_session(id).await?;
    authority.record_of("logout", principal.username(), source).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

#[utoipa::path(
    get,
    path = "/auth/me",
    tag = "Login",
    responses((status = 200, description = "As asked", body = MeBody)),
)]
async fn me(
    State(authority): State<Arc<Authority>>,
    Source(source): Source,
    headers: HeaderMap,
) -> Result<Json<MeBody>, AuthError> {
    let principal = authority.authenticate(&Method::GET, &headers, source, false).await?;
    if principal.user.is_none() && principal.granted.is_nothing() {
        return Err(AuthError::Unauthenticated);
    }
    Ok(Json(me_body(&principal, authority.csrf_token(&principal, &headers))))
}

fn me_body(principal: &Principal, csrf_token: Option<String>) -> MeBody {
    MeBody {
        user: principal.user.as_ref().map(Into::into),
        permissions: principal.granted.permissions().iter().map(Into::into).collect(),
        csrf_token,
    }
}
