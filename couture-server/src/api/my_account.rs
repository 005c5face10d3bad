//! `/auth/me`: one's own names, password and sessions.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use couture_core::Timestamp;
use couture_store::{Session, User, UserChange};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::error::ApiError;
use super::extract::Json;
use super::login::Source;
use super::my_token;
use super::routes::Routes;
use super::user::UserBody;
use super::web_state::WebState;
use crate::auth::{AuthError, Authority, CSRF_HEADER, Permit, Principal, Via, act, on};

#[derive(OpenApi)]
#[openapi(paths(change_password, patch_profile, list_sessions, end_other_sessions))]
struct Doc;

pub(super) fn doc() -> utoipa::openapi::OpenApi {
    Doc::openapi()
}

pub(super) fn routes(state: &WebState) -> Routes {
    Routes::new(state)
        .post("change_my_password", "/auth/me/password", change_password)
        .patch("patch_me", "/auth/me", patch_profile)
        .get("get_my_sessions", "/auth/me/sessions", list_sessions)
        .delete("delete_my_sessions", "/auth/me/sessions", end_other_sessions)
        .merge(my_token::routes(state))
}

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    #[schema(example = "correct horse battery")]
    old_password: String,
    #[schema(example = "staple under the bridge")]
    new_password: String,
}

/// What is absent or null stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProfilePatch {
    #[schema(example = "Meena")]
    first_name: Option<String>,
    #[schema(example = "Rao")]
    last_name: Option<String>,
    #[schema(example = "meena@example.com")]
    email: Option<String>,
}

/// A session of a browser.
#[derive(Debug, Serialize, ToSchema)]
struct SessionBody {
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// The last use, to the minute.
    #[schema(value_type = String, format = DateTime)]
    last_seen: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// From where it began.
    #[schema(example = "10.0.0.7")]
    address: String,
    /// What the browser calls itself.
    agent: String,
    /// Whether this request comes from it.
    current: bool,
}

/// One's sessions, the newest first.
#[derive(Debug, Serialize, ToSchema)]
struct SessionList {
    sessions: Vec<SessionBody>,
    total_entries: usize,
}

/// The user who sends a request.
pub(super) fn own(principal: &Principal) -> Result<&User, AuthError> {
    principal.user.as_ref().ok_or(AuthError::Unauthenticated)
}

/// Changes one's own password. All sessions and tokens end, personal ones too. Where a session sent it, a new one is answered in its place: its
/// cookie, and in the header `x-csrf-token` what goes with it.
#[utoipa::path(
    post, path = "/auth/me/password", tag = "Login", request_body = PasswordChange,
    responses((status = 204, description = "It is changed", headers(("x-csrf-token" = String, description = "Of the new session")))),
)]
async fn change_password(
    permit: Permit<act::Edit, on::MyPassword>,
    State(authority): State<Arc<Authority>>,
    Source(source): Source,
    headers: HeaderMap,
    Json(body): Json<PasswordChange>,
) -> Result<Response, ApiError> {
    let user = own(permit.principal())?;
    let changed = authority.change_my_password(user, &body.old_password, &body.new_password, source).await;
    let changed = match changed {
        Ok(changed) => changed,
        // Whoever mistypes the old password is still logged in.
        Err(AuthError::Refused) => return Err(ApiError::new(StatusCode::FORBIDDEN, "the old password is wrong")),
        Err(error) => return Ok(error.into_response()),
    };
    if !matches!(permit.principal().via, Via::Session(_)) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let opened = authority.open_session(&changed, source, agent, authority.session_id(&headers)).await?;
    let mut response = (StatusCode::NO_CONTENT, [(header::SET_COOKIE, opened.cookie)]).into_response();
    // It is URL-safe base64.
    if let Ok(csrf) = HeaderValue::from_str(&opened.csrf_token) {
        response.headers_mut().insert(HeaderName::from_static(CSRF_HEADER), csrf);
    }
    Ok(response)
}

/// Changes one's own names and e-mail address. Those of users of a directory server come from there again with their next login.
#[utoipa::path(
    patch, path = "/auth/me", tag = "Login", request_body = ProfilePatch,
    responses((status = 200, description = "The user as it is now", body = UserBody)),
)]
async fn patch_profile(
    permit: Permit<act::Edit, on::MyProfile>,
    State(authority): State<Arc<Authority>>,
    Json(patch): Json<ProfilePatch>,
) -> Result<Json<UserBody>, ApiError> {
    let user = own(permit.principal())?;
    let ProfilePatch { first_name, last_name, email } = patch;
    let change = UserChange { first_name, last_name, email, ..UserChange::default() };
    let changed = authority.change_user(user.id, &change).await?;
    Ok(Json(UserBody::from(&changed)))
}

/// Lists one's own sessions.
#[utoipa::path(
    get, path = "/auth/me/sessions", tag = "Login",
    responses((status = 200, description = "The sessions", body = SessionList)),
)]
async fn list_sessions(
    permit: Permit<act::Read, on::MyTokens>,
    State(authority): State<Arc<Authority>>,
) -> Result<Json<SessionList>, ApiError> {
    let user = own(permit.principal())?;
    let here = permit.principal().via;
    let sessions: Vec<_> = authority
        .live_sessions(user)
        .await?
        .into_iter()
        .map(|session: Session| SessionBody {
            created_at: session.created_at,
            last_seen: session.last_seen,
            expires_at: session.expires_at,
            address: session.address,
            agent: session.agent,
            current: here == Via::Session(session.key),
        })
        .collect();
    Ok(Json(SessionList { total_entries: sessions.len(), sessions }))
}

/// Ends all of one's own sessions but the one that sends this.
#[utoipa::path(
    delete, path = "/auth/me/sessions", tag = "Login",
    responses((status = 204, description = "They are over")),
)]
async fn end_other_sessions(
    permit: Permit<act::Delete, on::MyTokens>,
    State(authority): State<Arc<Authority>>,
) -> Result<StatusCode, ApiError> {
    let user = own(permit.principal())?;
    let kept = match permit.principal().via {
        Via::Session(key) => Some(key),
        _ => None,
    };
    let ended = authority.accounts().sessions.delete_all(user.id, kept).await?;
    permit.note("sessions", ended);
    Ok(StatusCode::NO_CONTENT)
}
