//! Name and password, and who that is.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use couture_store::{AccountError, LoginOutcome, User, UserChange, UserSource};

use super::authority::Authority;
use super::error::AuthError;
use super::ldap::{Directory, DirectoryError, DirectoryUser};
use super::secret::draw_id;

/// Name and password. `Debug` does not show the password.
#[derive(Clone)]
pub struct Credentials {
    /// The name to log in with.
    pub username: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

impl Authority {
    /// The user of these credentials, who may log in. Failures are counted by user and by address, and written to the audit log.
    pub async fn login(&self, credentials: &Credentials, source: IpAddr) -> Result<User, AuthError> {
        let Credentials { username, .. } = credentials;
        let locked = self.throttle().begin(username, source, self.clock.now().mono);
        if let Some(left) = locked {
            self.record_of("login_locked_out", None, source).await?;
            return Err(AuthError::LockedOut { retry_after_s: left.as_secs() + 1 });
        }
        // Dropped while it waits, a try counts as failed.
        let known = match self.known(username).await {
            Ok(known) => known,
            Err(error) => {
                self.throttle().undecided(username, source);
                return Err(error);
            }
        };
        match self.check_credentials(known.as_ref(), credentials).await {
            Ok(user) => {
                self.throttle().succeeded(username, source);
                self.accounts.users.record_login(user.id, LoginOutcome::Succeeded, self.now()).await?;
                self.record_of("login", Some(&user.username), source).await?;
                Ok(user)
            }
            Err(AuthError::Refused) => {
                if let Some(user) = &known {
                    self.accounts.users.record_login(user.id, LoginOutcome::Failed, self.now()).await?;
                }
                // A name that nobody has may be a password in the wrong field.
                self.record_of("login_failed", known.as_ref().map(|user| user.username.as_str()), source).await?;
                Err(AuthError::Refused)
            }
            Err(error) => {
                self.throttle().undecided(username, source);
                Err(error)
            }
        }
    }

    async fn known(&self, username: &str) -> Result<Option<User>, AuthError> {
        if username.len() > User::MAX_TEXT_BYTES || username.contains('\0') {
            return Ok(None);
        }
        Ok(self.accounts.users.find(username).await?)
    }

    async fn check_credentials(&self, known: Option<&User>, credentials: &Credentials) -> Result<User, AuthError> {
        let own = known.filter(|user| user.source == UserSource::Database);
        let kept = own.and_then(|user| user.password.as_ref());
        let is_right = self.passwords.verify(&credentials.password, kept).await?;
        match (own, &self.directory) {
            // With a directory, only Admins keep passwords of their own: for when it is dead.
            (Some(user), Some(_)) if is_right && user.is_active_admin() => Ok(user.clone()),
            (Some(user), None) if is_right && user.active => Ok(user.clone()),
            // The directory must not decide about a user of the database, who may be an Admin.
            (Some(_), _) | (None, None) => Err(AuthError::Refused),
            (None, Some(directory)) => self.by_directory(directory, credentials).await,
        }
    }

    async fn by_directory(&self, directory: &Directory, credentials: &Credentials) -> Result<User, AuthError> {
        let found = match directory.authenticate(&credentials.username, &credentials.password).await {
            Ok(found) => found,
            Err(DirectoryError::Refused) => return Err(AuthError::Refused),
            Err(error) => {
                tracing::error!("the directory server cannot be asked for users: {error}");
                return Err(AuthError::Directory);
            }
        };
        match self.known(&found.username).await? {
            Some(user) if user.source != UserSource::Ldap || !user.active => Err(AuthError::Refused),
            Some(user) => self.refreshed(user, &found).await,
            None if self.settings.auth_user_registration => self.registered(&found).await,
            None => Err(AuthError::Refused),
        }
    }

    /// The user with the names that the directory tells now.
    async fn refreshed(&self, user: User, found: &DirectoryUser) -> Result<User, AuthError> {
        let changed = |new: &String, old: &String| (new != old && !new.is_empty()).then(|| new.clone());
        let change = UserChange {
            first_name: changed(&found.first_name, &user.first_name),
            last_name: changed(&found.last_name, &user.last_name),
            email: changed(&found.email, &user.email),
            ..UserChange::default()
        };
        if change == UserChange::default() {
            return Ok(user);
        }
        match self.accounts.users.change(user.id, &change, self.now()).await {
            // What the directory holds may not fit; that is no reason to keep anybody out.
            Err(AccountError::Invalid { .. }) => Ok(user),
            other => Ok(other?),
        }
    }

    async fn registered(&self, found: &DirectoryUser) -> Result<User, AuthError> {
        let user = User {
            first_name: found.first_name.clone(),
            last_name: found.last_name.clone(),
            email: found.email.clone(),
            source: UserSource::Ldap,
            roles: BTreeSet::from([self.settings.auth_user_registration_role.clone()]),
            ..User::new(draw_id(), &found.username, self.now())
        };
        match self.accounts.users.create(&user).await {
            // The same user on two pages at a time.
            Err(AccountError::Exists { .. }) => match self.known(&found.username).await? {
                Some(user) if user.source == UserSource::Ldap && user.active => Ok(user),
                _ => Err(AuthError::Refused),
            },
            other => other.map(|()| user).map_err(AuthError::from),
        }
    }
}
