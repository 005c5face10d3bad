//! API tokens in memory.

use async_trait::async_trait;
use couture_core::Timestamp;

use super::contents::MemoryAccounts;
use crate::accounts::{AccountError, ApiToken, ApiTokens, Hashed, TokenId, UserId};

#[async_trait]
impl ApiTokens for MemoryAccounts {
    async fn create(&self, token: &ApiToken) -> Result<(), AccountError> {
        token.check()?;
        let tokens = &mut self.contents().tokens;
        if tokens.values().filter(|other| other.user == token.user).count() >= ApiToken::MAX_OF_USER {
            return Err(ApiToken::too_many());
        }
        let is_same = |other: &ApiToken| {
            other.id == token.id || other.key == token.key || (other.user == token.user && other.name == token.name)
        };
        if tokens.values().any(is_same) {
            return Err(AccountError::exists("token", &token.name));
        }
        tokens.insert(token.id, token.clone());
        Ok(())
    }

    async fn find(&self, key: Hashed) -> Result<Option<ApiToken>, AccountError> {
        Ok(self.contents().tokens.values().find(|token| token.key == key).cloned())
    }

    async fn list(&self, user: UserId) -> Result<Vec<ApiToken>, AccountError> {
        let mut found: Vec<_> = self.contents().tokens.values().filter(|token| token.user == user).cloned().collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    async fn touch(&self, id: TokenId, at: Timestamp) -> Result<(), AccountError> {
        if let Some(token) = self.contents().tokens.get_mut(&id) {
            token.last_used = Some(at);
        }
        Ok(())
    }

    async fn delete(&self, user: UserId, id: TokenId) -> Result<bool, AccountError> {
        let tokens = &mut self.contents().tokens;
        let is_theirs = tokens.get(&id).is_some_and(|token| token.user == user);
        Ok(is_theirs && tokens.remove(&id).is_some())
    }

    async fn delete_all(&self, user: UserId) -> Result<usize, AccountError> {
        let tokens = &mut self.contents().tokens;
        let before = tokens.len();
        tokens.retain(|_, token| token.user != user);
        Ok(before - tokens.len())
    }
}
