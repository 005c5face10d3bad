//! Why somebody is not let in, and what the API answers.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use couture_store::{AccountError, AuditLost, UserId};

use crate::api::ApiError;

/// Why somebody is not let in, or may not do something. No message tells whether a user exists, or holds a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The name or the password is wrong, or the user may not log in. It is not told which.
    #[error("the username or the password is wrong, or the user may not log in")]
    Refused,
    /// Too many wrong passwords.
    #[error("too many failed logins; try again in {retry_after_s} s")]
    LockedOut {
        /// Seconds until the next try counts.
        retry_after_s: u64,
    },
    /// The request names nobody, or what it names nobody by does not count (any more).
    #[error("log in first, or send a valid token")]
    Unauthenticated,
    /// The request comes from a session, changes something, and does not prove that the session's own page sent it.
    #[error("the header x-csrf-token is missing or is not the one of this session; load the page again")]
    Csrf,
    /// A user whose password must be changed asked for something else.
    #[error("change your password first")]
    MustChangePassword,
    /// The user may not do it.
    #[error("you have no permission \"{0}\"; ask an administrator for a role that has it")]
    Forbidden(String),
    /// The password is not good enough.
    #[error("the password is not good enough: {0}; choose a longer one")]
    WeakPassword(String),
    /// The directory server does not answer, or not as it should. The server's own log says more; strangers need not know.
    #[error(
        "the directory server cannot be asked for users at the moment; try again, or tell an administrator, who finds more in the \
         server's log. Users of role Admin who have a password of their own can log in"
    )]
    Directory,
    /// Too much is under way.
    #[error("too many logins are under way; try again")]
    Busy,
    /// Users cannot be read or changed.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Nothing may be done that cannot be recorded.
    #[error(transparent)]
    Audit(#[from] AuditLost),
}

impl AuthError {
    pub(super) fn missing_user(id: UserId) -> Self {
        Self::Account(AccountError::Missing { kind: "user", name: id.to_string() })
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Refused | Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::LockedOut { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Csrf | Self::MustChangePassword | Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::WeakPassword(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Directory | Self::Busy | Self::Audit(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Account(error) => status_of(error),
        }
    }
}

fn status_of(error: &AccountError) -> StatusCode {
    match error {
        AccountError::Missing { .. } => StatusCode::NOT_FOUND,
        AccountError::Exists { .. }
        | AccountError::BuiltIn(_)
        | AccountError::RoleInUse { .. }
        | AccountError::LastAdmin
        | AccountError::Stale => StatusCode::CONFLICT,
        AccountError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Account(AccountError::Store(error)) => error.into(),
            other => Self::new(other.status(), other.to_string()),
        }
    }
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        let retry_after_s = match self {
            Self::LockedOut { retry_after_s } => Some(retry_after_s),
            _ => None,
        };
        let mut response = ApiError::from(self).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if response.status() == StatusCode::UNAUTHORIZED {
            // Without it a client of HTTP's own rules does not know what to send. Basic is not named: a browser would ask for it.
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        AuthError::from(error).into()
    }
}
