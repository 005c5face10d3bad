//! Who sends a request.

use std::collections::BTreeSet;
use std::net::IpAddr;

use axum::http::{HeaderMap, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use couture_store::User;

use super::api_token;
use super::authority::Authority;
use super::error::AuthError;
use super::local_token::LocalToken;
use super::login::Credentials;
use super::principal::{Principal, Via};
use super::roles::{BuiltInRole, Granted};
use super::session::is_csrf_token;

/// The header by which a page proves that it is the session's own.
pub const CSRF_HEADER: &str = "x-csrf-token";

impl Authority {
    /// Who sends a request with these headers. A header `Authorization` goes before a cookie; what it names must count, or the
    /// request is refused, and never taken for somebody else's. Name and password are taken only where `takes_basic` says so.
    pub async fn authenticate(
        &self,
        method: &Method,
        headers: &HeaderMap,
        source: IpAddr,
        takes_basic: bool,
    ) -> Result<Principal, AuthError> {
        let mut sent = headers.get_all(header::AUTHORIZATION).iter();
        if let Some(value) = sent.next() {
            let text = value.to_str().ok().filter(|_| sent.next().is_none()).ok_or(AuthError::Unauthenticated)?;
            let (scheme, rest) = text.split_once(' ').ok_or(AuthError::Unauthenticated)?;
            let rest = rest.trim();
            return match scheme.to_ascii_lowercase().as_str() {
                "bearer" if rest.starts_with(LocalToken::PREFIX) => self.by_local_token(rest),
                "bearer" if rest.starts_with(api_token::PREFIX) => self.by_api_token(rest).await,
                "bearer" => self.by_jwt(rest).await,
                "basic" if takes_basic => self.by_basic(rest, source).await,
                _ => Err(AuthError::Unauthenticated),
            };
        }
        match self.cookies.session(headers) {
            Some(id) => self.by_session(id, method, headers).await,
            None => self.by_nothing().await,
        }
    }

    async fn by_session(&self, id: &str, method: &Method, headers: &HeaderMap) -> Result<Principal, AuthError> {
        let Some((session, user)) = self.session(id).await? else { return self.by_nothing().await };
        if !method.is_safe() {
            let sent = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if !is_csrf_token(id, sent) {
                return Err(AuthError::Csrf);
            }
        }
        self.principal(user, Via::Session(session.key)).await
    }

    async fn by_jwt(&self, token: &str) -> Result<Principal, AuthError> {
        let (id, epoch) = self.jwts.read(token, self.now())?;
        let user = self.accounts.users.get(id).await?;
        let user = user.filter(|user| user.active && user.epoch == epoch).ok_or(AuthError::Unauthenticated)?;
        self.principal(user, Via::Jwt).await
    }

    async fn by_api_token(&self, secret: &str) -> Result<Principal, AuthError> {
        let (token, user) = self.token(secret).await?.ok_or(AuthError::Unauthenticated)?;
        let mut principal = self.principal(user, Via::ApiToken(token.id)).await?;
        if let Some(scopes) = &token.scopes {
            principal.granted = principal.granted.intersection(&Granted::of_permissions(scopes));
        }
        Ok(principal)
    }

    fn by_local_token(&self, sent: &str) -> Result<Principal, AuthError> {
        if !self.local.as_ref().is_some_and(|local| local.is(sent)) {
            return Err(AuthError::Unauthenticated);
        }
        Ok(Principal {
            user: None,
            granted: Granted::of_permissions(&BuiltInRole::Admin.permissions()),
            via: Via::Local,
        })
    }

    async fn by_basic(&self, encoded: &str, source: IpAddr) -> Result<Principal, AuthError> {
        let decoded = STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let decoded = decoded.ok_or(AuthError::Unauthenticated)?;
        let (username, password) = decoded.split_once(':').ok_or(AuthError::Unauthenticated)?;
        let credentials = Credentials { username: username.to_owned(), password: password.to_owned() };
        let user = self.login(&credentials, source).await?;
        self.principal(user, Via::Basic).await
    }

    async fn by_nothing(&self) -> Result<Principal, AuthError> {
        let public = BTreeSet::from([self.settings.auth_role_public.clone()]);
        let roles = self.accounts.roles.get(&public).await?;
        Ok(Principal::anonymous(Granted::of(&roles)))
    }

    /// What somebody who just proved who they are may do.
    pub async fn principal_of(&self, user: User) -> Result<Principal, AuthError> {
        self.principal(user, Via::Nothing).await
    }

    async fn principal(&self, user: User, via: Via) -> Result<Principal, AuthError> {
        let roles = self.accounts.roles.get(&user.roles).await?;
        Ok(Principal { granted: Granted::of(&roles), user: Some(user), via })
    }

    /// A signed token for somebody who just proved who they are; `for_command_line` of that length.
    pub fn issue_jwt(&self, user: &User, for_command_line: bool) -> Result<String, AuthError> {
        let seconds = match for_command_line {
            true => self.settings.jwt_cli_expiration_s,
            false => self.settings.jwt_expiration_s,
        };
        self.jwts.issue(user, self.now(), std::time::Duration::from_secs(seconds.into()))
    }
}
