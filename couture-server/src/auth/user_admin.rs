//! Users, as administrators make and change them.

use std::collections::BTreeSet;
use std::fmt;

use couture_store::{AccountError, Permission, Role, User, UserChange, UserId, UserSource};

use super::authority::Authority;
use super::error::AuthError;
use super::principal::Principal;
use super::roles::{Granted, check_permission};
use super::secret::draw_id;

/// A user that somebody wants. `Debug` does not show the password.
#[derive(Clone)]
pub struct NewUser {
    /// The name to log in with.
    pub username: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
    /// Names of roles.
    pub roles: BTreeSet<String>,
    /// The password; none for users of a directory, and for users who cannot log in yet.
    pub password: Option<String>,
    /// Whether it must be changed at the first login.
    pub must_change_password: bool,
    /// Whether the user may log in.
    pub active: bool,
    /// Who knows the password.
    pub source: UserSource,
}

/// Refuses the name by which the audit log calls the server's own token.
fn check_name(username: &str) -> Result<(), AuthError> {
    if username.eq_ignore_ascii_case(Principal::LOCAL) {
        let reason =
            format!("{:?} is what the audit log calls the server's own token; choose another name", Principal::LOCAL);
        return Err(AccountError::Invalid { kind: "user", reason }.into());
    }
    Ok(())
}

impl Authority {
    /// Makes a user, for `sender`: see [`check_reach`](Self::check_reach).
    pub async fn create_user(&self, sender: &Principal, wanted: NewUser) -> Result<User, AuthError> {
        self.check_reach(sender, &wanted.roles).await?;
        check_name(&wanted.username)?;
        let password = match &wanted.password {
            Some(password) => {
                self.policy.check(&wanted.username, password)?;
                Some(self.passwords.hash(password).await?)
            }
            None => None,
        };
        let user = User {
            first_name: wanted.first_name,
            last_name: wanted.last_name,
            email: wanted.email,
            roles: wanted.roles,
            must_change_password: wanted.must_change_password && password.is_some(),
            password,
            active: wanted.active,
            source: wanted.source,
            ..User::new(draw_id(), wanted.username, self.now())
        };
        self.accounts.users.create(&user).await?;
        Ok(user)
    }

    /// Changes a user, whoever asks. Where password, roles or activity change, the user's sessions and signed tokens end.
    pub async fn change_user(&self, id: UserId, change: &UserChange) -> Result<User, AuthError> {
        change.username.iter().try_for_each(|username| check_name(username))?;
        Ok(self.accounts.users.change(id, change, self.now()).await?)
    }

    /// Refuses `sender` to give, or to take, roles that permit more than `sender` may do: nobody comes to more by way of another
    /// user. A role that is not there permits nothing.
    pub async fn check_reach(&self, sender: &Principal, roles: &BTreeSet<String>) -> Result<(), AuthError> {
        for role in self.accounts.roles.get(roles).await? {
            Self::check_covers(sender, &role)?;
        }
        Ok(())
    }

    /// Makes a role, for `sender`, who must be permitted what it permits.
    pub async fn create_role(&self, sender: &Principal, role: &Role) -> Result<(), AuthError> {
        self.check_role(sender, role)?;
        let folded = role.name.to_lowercase();
        // Nobody would tell one from the other in a list.
        let taken = self.accounts.roles.list().await?.into_iter().find(|other| other.name.to_lowercase() == folded);
        if let Some(other) = taken {
            return Err(AccountError::Exists { kind: "role", name: other.name }.into());
        }
        Ok(self.accounts.roles.create(role).await?)
    }

    /// Gives a role these permissions in place of its own, for `sender`, who must be permitted both.
    pub async fn change_role(&self, sender: &Principal, role: &Role) -> Result<(), AuthError> {
        self.check_reach(sender, &BTreeSet::from([role.name.clone()])).await?;
        self.check_role(sender, role)?;
        Ok(self.accounts.roles.change(role).await?)
    }

    fn check_role(&self, sender: &Principal, role: &Role) -> Result<(), AuthError> {
        let invalid = |reason| AuthError::Account(couture_store::AccountError::Invalid { kind: "role", reason });
        role.permissions.iter().try_for_each(check_permission).map_err(invalid)?;
        Self::check_covers(sender, role)
    }

    fn check_covers(sender: &Principal, role: &Role) -> Result<(), AuthError> {
        let asked = Granted::of_permissions(&role.permissions);
        let missing = asked.permissions().into_iter().find(|permission: &Permission| {
            let one = Granted::of_permissions([permission]);
            sender.granted.intersection(&one) != one
        });
        match missing {
            Some(Permission { action, resource }) => {
                Err(AuthError::Forbidden(format!("{action} on {resource}, which the role {:?} has", role.name)))
            }
            None => Ok(()),
        }
    }
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser").field("username", &self.username).field("roles", &self.roles).finish_non_exhaustive()
    }
}
