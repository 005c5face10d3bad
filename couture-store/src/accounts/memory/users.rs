//! Users in memory.

use std::cmp::Ordering;

use async_trait::async_trait;
use couture_core::Timestamp;

use super::contents::{Contents, MemoryAccounts};
use crate::accounts::{AccountError, LoginOutcome, User, UserChange, UserId, UserOrder, UserQuery, Users};

impl Contents {
    fn check_new(&self, user: &User) -> Result<(), AccountError> {
        user.check()?;
        let key = User::key_of(&user.username);
        if self.users.values().any(|other| other.id != user.id && User::key_of(&other.username) == key) {
            return Err(AccountError::exists("user", &user.username));
        }
        match user.roles.iter().find(|role| !self.roles.contains_key(*role)) {
            Some(role) => Err(AccountError::missing("role", role)),
            None => Ok(()),
        }
    }

    /// Whether an active Admin besides this user is there.
    fn has_other_admin(&self, id: UserId) -> bool {
        self.users.values().any(|user| user.id != id && user.is_active_admin())
    }

    fn found(&self, query: &UserQuery) -> Vec<User> {
        let search = query.search.as_ref().map(|search| search.to_ascii_lowercase());
        let is_found = |user: &&User| {
            let texts = [&user.username, &user.first_name, &user.last_name, &user.email];
            let has_text =
                |search: &String| texts.into_iter().any(|text| text.to_ascii_lowercase().contains(search.as_str()));
            search.as_ref().is_none_or(has_text) && query.role.as_ref().is_none_or(|role| user.roles.contains(role))
        };
        let mut found: Vec<_> = self.users.values().filter(is_found).cloned().collect();
        found.sort_by(|a, b| {
            let order = order(query.order, a, b).then(a.id.cmp(&b.id));
            if query.descending { order.reverse() } else { order }
        });
        found
    }
}

fn order(order: UserOrder, a: &User, b: &User) -> Ordering {
    match order {
        UserOrder::Username => User::key_of(&a.username).cmp(&User::key_of(&b.username)),
        UserOrder::FirstName => a.first_name.cmp(&b.first_name),
        UserOrder::LastName => a.last_name.cmp(&b.last_name),
        UserOrder::Email => a.email.cmp(&b.email),
        UserOrder::Active => a.active.cmp(&b.active),
        UserOrder::Created => a.created_at.cmp(&b.created_at),
        UserOrder::LastLogin => a.last_login.cmp(&b.last_login),
        UserOrder::Logins => a.logins.cmp(&b.logins),
        UserOrder::FailedLogins => a.failed_logins.cmp(&b.failed_logins),
    }
}

#[async_trait]
impl Users for MemoryAccounts {
    async fn create(&self, user: &User) -> Result<(), AccountError> {
        let mut contents = self.contents();
        contents.check_new(user)?;
        if contents.users.contains_key(&user.id) {
            return Err(AccountError::exists("user", &user.username));
        }
        contents.users.insert(user.id, user.clone());
        Ok(())
    }

    async fn get(&self, id: UserId) -> Result<Option<User>, AccountError> {
        Ok(self.contents().users.get(&id).cloned())
    }

    async fn find(&self, username: &str) -> Result<Option<User>, AccountError> {
        let key = User::key_of(username);
        Ok(self.contents().users.values().find(|user| User::key_of(&user.username) == key).cloned())
    }

    async fn list(&self, query: &UserQuery, skip: usize, limit: usize) -> Result<Vec<User>, AccountError> {
        Ok(self.contents().found(query).into_iter().skip(skip).take(limit).collect())
    }

    async fn count(&self, query: &UserQuery) -> Result<usize, AccountError> {
        Ok(self.contents().found(query).len())
    }

    async fn change(&self, id: UserId, change: &UserChange, at: Timestamp) -> Result<User, AccountError> {
        let mut contents = self.contents();
        let old = contents.users.get(&id).ok_or_else(|| AccountError::missing("user", id))?.clone();
        let new = change.apply(&old, at)?;
        contents.check_new(&new)?;
        if old.is_active_admin() && !new.is_active_admin() && !contents.has_other_admin(id) {
            return Err(AccountError::LastAdmin);
        }
        if new.epoch != old.epoch {
            contents.sessions.retain(|_, session| session.user != id);
        }
        contents.users.insert(id, new.clone());
        Ok(new)
    }

    async fn delete(&self, id: UserId) -> Result<(), AccountError> {
        let mut contents = self.contents();
        let old = contents.users.get(&id).ok_or_else(|| AccountError::missing("user", id))?;
        if old.is_active_admin() && !contents.has_other_admin(id) {
            return Err(AccountError::LastAdmin);
        }
        contents.users.remove(&id);
        contents.sessions.retain(|_, session| session.user != id);
        contents.tokens.retain(|_, token| token.user != id);
        Ok(())
    }

    async fn record_login(&self, id: UserId, outcome: LoginOutcome, at: Timestamp) -> Result<(), AccountError> {
        if let Some(user) = self.contents().users.get_mut(&id) {
            match outcome {
                LoginOutcome::Succeeded => {
                    user.logins += 1;
                    user.failed_logins = 0;
                    user.last_login = Some(at);
                }
                LoginOutcome::Failed => user.failed_logins += 1,
            }
        }
        Ok(())
    }
}
