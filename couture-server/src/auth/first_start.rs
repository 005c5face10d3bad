//! The first user of a new server.

use std::collections::BTreeSet;

use couture_store::{AccountError, Role, User, UserQuery, UserSource};

use super::authority::Authority;
use super::error::AuthError;
use super::roles::built_in_roles;
use super::secret::{DrawnSecret, draw_id};

/// The variable of the environment that holds the first user's password.
pub const ADMIN_PASSWORD_VARIABLE: &str = "COUTURE_ADMIN_PASSWORD";

/// The user that was made at the first start.
#[derive(Clone, Debug)]
pub struct FirstAdmin {
    /// The name to log in with.
    pub username: &'static str,
    /// The password, to be shown this once; none where the environment told it.
    pub password: Option<DrawnSecret>,
}

impl Authority {
    /// The name of the first user.
    pub const FIRST_USER: &'static str = "superadmin";

    /// Brings the built-in roles up to date and, where there is no user at all, makes `superadmin` with the password `given` by the
    /// environment, or with a random one that must be changed at the first login.
    pub async fn prepare(&self, given: Option<&str>) -> Result<Option<FirstAdmin>, AuthError> {
        self.accounts.roles.set_built_in(&built_in_roles()).await?;
        self.check_registration_role().await?;
        if self.has_users().await? {
            return Ok(None);
        }
        let drawn = match given {
            Some(given) => {
                self.policy.check(Self::FIRST_USER, given)?;
                None
            }
            None => Some(DrawnSecret::draw("")),
        };
        let password = drawn.as_ref().map_or(given.unwrap_or_default(), DrawnSecret::reveal);
        let user = User {
            first_name: "Super".into(),
            last_name: "Admin".into(),
            password: Some(self.passwords.hash(password).await?),
            must_change_password: drawn.is_some(),
            roles: BTreeSet::from([Role::ADMIN.to_owned()]),
            ..User::new(draw_id(), Self::FIRST_USER, self.now())
        };
        match self.accounts.users.create(&user).await {
            // Another server on this database was faster, and told its password.
            Err(AccountError::Exists { .. }) => Ok(None),
            other => other
                .map(|()| Some(FirstAdmin { username: Self::FIRST_USER, password: drawn }))
                .map_err(AuthError::from),
        }
    }

    /// Whether there is any user yet.
    pub async fn has_users(&self) -> Result<bool, AuthError> {
        Ok(self.accounts.users.count(&UserQuery::default()).await? > 0)
    }

    /// Whether an active Admin still has a password that was shown on a screen: others must not reach the server then.
    pub async fn has_shown_password(&self) -> Result<bool, AuthError> {
        let admins = UserQuery { role: Some(Role::ADMIN.into()), ..UserQuery::default() };
        let admins = self.accounts.users.list(&admins, 0, usize::MAX).await?;
        let is_shown = |user: &User| user.active && user.must_change_password && user.source == UserSource::Database;
        Ok(admins.iter().any(is_shown))
    }

    async fn check_registration_role(&self) -> Result<(), AuthError> {
        let role = &self.settings.auth_user_registration_role;
        if !self.settings.auth_user_registration {
            return Ok(());
        }
        if self.accounts.roles.get(&BTreeSet::from([role.clone()])).await?.is_empty() {
            return Err(AccountError::Missing { kind: "role", name: role.clone() }.into());
        }
        Ok(())
    }
}
