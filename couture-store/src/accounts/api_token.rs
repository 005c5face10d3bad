//! Personal API tokens.

use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use couture_core::Timestamp;

use super::error::{AccountError, check_name};
use super::hashed::Hashed;
use super::role::Permission;
use super::user::UserId;

/// A token's number: random, at most 2^53.
pub type TokenId = UserId;

/// A token with which a program acts for a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its number, which the caller of [`ApiTokens::create`] draws.
    pub id: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// What it is for; new among the user's, at most [`ApiToken::MAX_NAME_BYTES`] bytes.
    pub name: String,
    /// The hash of the token; the token itself is shown once and not kept.
    pub key: Hashed,
    /// What it permits of what its user may do; everything where `None`. At most [`ApiToken::MAX_SCOPES`].
    pub scopes: Option<BTreeSet<Permission>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it counts no more.
    pub expires_at: Timestamp,
    /// When it was used last, give or take what the caller leaves out.
    pub last_used: Option<Timestamp>,
}

impl ApiToken {
    /// The most tokens of one user.
    pub const MAX_OF_USER: usize = 100;
    /// The most bytes of a name.
    pub const MAX_NAME_BYTES: usize = 100;
    /// The most scopes of one.
    pub const MAX_SCOPES: usize = 1_000;

    /// Whether it can be kept. Every implementation of [`ApiTokens`] asks this first.
    pub fn check(&self) -> Result<(), AccountError> {
        const KIND: &str = "token";
        check_name(KIND, "the name", &self.name, Self::MAX_NAME_BYTES)?;
        let scopes = self.scopes.iter().flatten();
        if scopes.clone().count() > Self::MAX_SCOPES {
            return Err(AccountError::invalid(KIND, format!("it has more than {} scopes", Self::MAX_SCOPES)));
        }
        scopes.clone().try_for_each(|scope| scope.check(KIND))
    }

    pub(super) fn too_many() -> AccountError {
        AccountError::invalid("token", format!("its user has {} already; delete one", Self::MAX_OF_USER))
    }
}

/// Where tokens are kept. Every implementation passes the suite of `couture-store/tests/account_suite`.
#[async_trait]
pub trait ApiTokens: fmt::Debug + Send + Sync {
    /// Keeps a new token: its number, its key and, for its user, its name must be new.
    async fn create(&self, token: &ApiToken) -> Result<(), AccountError>;

    /// The token of this key, expired or not.
    async fn find(&self, key: Hashed) -> Result<Option<ApiToken>, AccountError>;

    /// The tokens of a user by name.
    async fn list(&self, user: UserId) -> Result<Vec<ApiToken>, AccountError>;

    /// Notes that it was used.
    async fn touch(&self, id: TokenId, at: Timestamp) -> Result<(), AccountError>;

    /// Forgets a token of this user, and tells whether there was one. Somebody else's is not there.
    async fn delete(&self, user: UserId, id: TokenId) -> Result<bool, AccountError>;

    /// Forgets all tokens of a user, and tells how many.
    async fn delete_all(&self, user: UserId) -> Result<usize, AccountError>;
}
