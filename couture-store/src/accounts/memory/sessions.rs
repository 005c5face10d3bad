//! Sessions in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use couture_core::Timestamp;

use super::contents::{Contents, MemoryAccounts};
use crate::accounts::{AccountError, Hashed, Session, Sessions, UserId};

impl Contents {
    fn sessions_of(&self, user: UserId) -> Vec<Session> {
        let mut found: Vec<_> = self.sessions.values().filter(|session| session.user == user).cloned().collect();
        found.sort_by_key(|session| (Reverse(session.created_at), session.key));
        found
    }
}

#[async_trait]
impl Sessions for MemoryAccounts {
    async fn create(&self, session: &Session) -> Result<(), AccountError> {
        session.check()?;
        let mut contents = self.contents();
        if contents.sessions.contains_key(&session.key) {
            return Err(AccountError::exists("session", "of this id"));
        }
        contents.sessions.insert(session.key, session.clone());
        for old in contents.sessions_of(session.user).into_iter().skip(Session::MAX_OF_USER) {
            contents.sessions.remove(&old.key);
        }
        Ok(())
    }

    async fn get(&self, key: Hashed) -> Result<Option<Session>, AccountError> {
        Ok(self.contents().sessions.get(&key).cloned())
    }

    async fn touch(&self, key: Hashed, at: Timestamp, expires_at: Timestamp) -> Result<(), AccountError> {
        if let Some(session) = self.contents().sessions.get_mut(&key) {
            (session.last_seen, session.expires_at) = (at, expires_at);
        }
        Ok(())
    }

    async fn delete(&self, key: Hashed) -> Result<bool, AccountError> {
        Ok(self.contents().sessions.remove(&key).is_some())
    }

    async fn list(&self, user: UserId) -> Result<Vec<Session>, AccountError> {
        Ok(self.contents().sessions_of(user))
    }

    async fn delete_all(&self, user: UserId, kept: Option<Hashed>) -> Result<usize, AccountError> {
        let sessions = &mut self.contents().sessions;
        let before = sessions.len();
        sessions.retain(|key, session| session.user != user || Some(*key) == kept);
        Ok(before - sessions.len())
    }

    async fn purge(&self, now: Timestamp) -> Result<usize, AccountError> {
        let sessions = &mut self.contents().sessions;
        let before = sessions.len();
        sessions.retain(|_, session| session.expires_at >= now);
        Ok(before - sessions.len())
    }
}
