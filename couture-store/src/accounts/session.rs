//! Sessions of people who logged in.

use std::fmt;

use async_trait::async_trait;
use couture_core::Timestamp;

use super::error::{AccountError, check_text};
use super::hashed::Hashed;
use super::user::UserId;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The hash of its id; the id itself is with the browser alone.
    pub key: Hashed,
    /// Whose it is.
    pub user: UserId,
    /// The user's epoch when it began: under another one it counts no more.
    pub epoch: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was used last, give or take what the caller leaves out.
    pub last_seen: Timestamp,
    /// From when on it counts no more.
    pub expires_at: Timestamp,
    /// From where it began; at most [`Session::MAX_TEXT_BYTES`] bytes, as the next.
    pub address: String,
    /// The browser, as it calls itself.
    pub agent: String,
}

impl Session {
    /// The most sessions of one user: a further one ends the oldest.
    pub const MAX_OF_USER: usize = 100;
    /// The most bytes of each text.
    pub const MAX_TEXT_BYTES: usize = 250;

    /// Whether it can be kept. Every implementation of [`Sessions`] asks this first.
    pub fn check(&self) -> Result<(), AccountError> {
        check_text("session", "the address", &self.address, Self::MAX_TEXT_BYTES)?;
        check_text("session", "the agent", &self.agent, Self::MAX_TEXT_BYTES)
    }
}

/// Where sessions are kept. Every implementation passes the suite of `couture-store/tests/account_suite`.
#[async_trait]
pub trait Sessions: fmt::Debug + Send + Sync {
    /// Keeps a new session. The oldest of more than [`Session::MAX_OF_USER`] ends.
    async fn create(&self, session: &Session) -> Result<(), AccountError>;

    /// The session of this key, expired or not.
    async fn get(&self, key: Hashed) -> Result<Option<Session>, AccountError>;

    /// Notes that it was used, and that it ends later. A session that is gone stays gone.
    async fn touch(&self, key: Hashed, at: Timestamp, expires_at: Timestamp) -> Result<(), AccountError>;

    /// Ends it, and tells whether there was one.
    async fn delete(&self, key: Hashed) -> Result<bool, AccountError>;

    /// The sessions of a user, the newest first.
    async fn list(&self, user: UserId) -> Result<Vec<Session>, AccountError>;

    /// Ends all sessions of a user but `kept`, and tells how many.
    async fn delete_all(&self, user: UserId, kept: Option<Hashed>) -> Result<usize, AccountError>;

    /// Forgets what expired before `now`, and tells how many.
    async fn purge(&self, now: Timestamp) -> Result<usize, AccountError>;
}
