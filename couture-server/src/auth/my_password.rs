//! Changes of passwords.

use std::net::IpAddr;

use couture_store::{User, UserChange, UserId, UserSource};

use super::authority::Authority;
use super::error::AuthError;
use super::login::Credentials;

impl Authority {
    /// Gives the user the new password, where the old one is right. All sessions and tokens of the user end, this one too.
    pub async fn change_my_password(
        &self,
        user: &User,
        old: &str,
        new: &str,
        source: IpAddr,
    ) -> Result<User, AuthError> {
        if user.source != UserSource::Database {
            return Err(AuthError::Forbidden("can_edit on the password of a user of the directory server".into()));
        }
        // A stolen session is no way to guess the password.
        let credentials = Credentials { username: user.username.clone(), password: old.to_owned() };
        let locked = self.throttle().begin(&credentials.username, source, self.clock.now().mono);
        if let Some(left) = locked {
            return Err(AuthError::LockedOut { retry_after_s: left.as_secs() + 1 });
        }
        let is_right = match self.passwords.verify(old, user.password.as_ref()).await {
            Ok(is_right) => is_right,
            Err(error) => {
                self.throttle().undecided(&credentials.username, source);
                return Err(error);
            }
        };
        if !is_right {
            self.record_of("reset_my_password_failed", Some(&user.username), source).await?;
            return Err(AuthError::Refused);
        }
        self.throttle().succeeded(&credentials.username, source);
        if old == new {
            return Err(AuthError::WeakPassword("it is the old one".into()));
        }
        self.policy.check(&user.username, new)?;
        let change = UserChange {
            password: Some((self.passwords.hash(new).await?, false)),
            seen_epoch: Some(user.epoch),
            ..UserChange::default()
        };
        let changed = self.accounts.users.change(user.id, &change, self.now()).await?;
        self.accounts.tokens.delete_all(user.id).await?;
        self.record_of("reset_my_password", Some(&user.username), source).await?;
        Ok(changed)
    }

    /// Gives a user a password that must be changed at the next login, forgets the user's failed logins, and takes away all sessions
    /// and tokens. For administrators.
    pub async fn reset_password(&self, id: UserId, new: &str) -> Result<User, AuthError> {
        let user = self.accounts.users.get(id).await?.ok_or_else(|| AuthError::missing_user(id))?;
        self.policy.check(&user.username, new)?;
        let change = UserChange { password: Some((self.passwords.hash(new).await?, true)), ..UserChange::default() };
        let changed = self.accounts.users.change(id, &change, self.now()).await?;
        self.accounts.tokens.delete_all(id).await?;
        self.throttle().forget(&user.username);
        Ok(changed)
    }
}
