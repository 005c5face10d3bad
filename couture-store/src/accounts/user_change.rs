//! What is changed of a user.

use std::collections::BTreeSet;
use std::time::Duration;

use couture_core::Timestamp;

use super::error::AccountError;
use super::hashed::PasswordHash;
use super::user::{User, UserSource};

/// What is changed of a user; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChange {
    /// The name to log in with.
    pub username: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Whether the user may log in.
    pub active: Option<bool>,
    /// All roles.
    pub roles: Option<BTreeSet<String>>,
    /// A new password, and whether it must be changed again.
    pub password: Option<(PasswordHash, bool)>,
    /// The epoch that the caller saw: where the user has another one by now, nothing is changed
    /// ([`AccountError::Stale`](super::AccountError::Stale)).
    pub seen_epoch: Option<i64>,
}

impl UserChange {
    /// What becomes of `user`, checked.
    pub(super) fn apply(&self, user: &User, at: Timestamp) -> Result<User, AccountError> {
        if self.seen_epoch.is_some_and(|seen| seen != user.epoch) {
            return Err(AccountError::Stale);
        }
        let mut new = user.clone();
        let texts = [
            (&mut new.username, &self.username),
            (&mut new.first_name, &self.first_name),
            (&mut new.last_name, &self.last_name),
            (&mut new.email, &self.email),
        ];
        for (text, given) in texts {
            if let Some(given) = given {
                given.clone_into(text);
            }
        }
        if let Some(active) = self.active {
            new.active = active;
        }
        if let Some(roles) = &self.roles {
            new.roles.clone_from(roles);
        }
        if let Some((password, must_change)) = &self.password {
            new.password = Some(password.clone());
            new.must_change_password = *must_change;
            new.source = UserSource::Database;
            new.failed_logins = 0;
        }
        if new.password != user.password || new.roles != user.roles || new.active != user.active {
            new.epoch += 1;
        }
        // It grows with every change, whatever the clock says: by this a database sees that others came before.
        new.changed_at = at.max(user.changed_at + Duration::from_micros(1));
        new.check()?;
        Ok(new)
    }
}
