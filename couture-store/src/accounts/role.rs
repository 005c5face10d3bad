//! Roles.

use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::error::{AccountError, check_name};

/// What may be done to what, such as `can_edit` on `Variables`. The words are the caller's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Permission {
    /// What may be done.
    pub action: String,
    /// To what.
    pub resource: String,
}

impl Permission {
    /// The most bytes of each word: a DAG's id and a little more.
    pub const MAX_BYTES: usize = 260;

    /// A permission.
    pub fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into() }
    }

    pub(super) fn check(&self, kind: &'static str) -> Result<(), AccountError> {
        check_name(kind, "an action", &self.action, Self::MAX_BYTES)?;
        check_name(kind, "a resource", &self.resource, Self::MAX_BYTES)
    }
}

/// A set of permissions under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name, at most [`Role::MAX_NAME_BYTES`] bytes.
    pub name: String,
    /// What it permits, at most [`Role::MAX_PERMISSIONS`].
    pub permissions: BTreeSet<Permission>,
    /// Whether Couture brings it.
    pub built_in: bool,
}

impl Role {
    /// The role that may do everything.
    pub const ADMIN: &'static str = "Admin";
    /// The most bytes of a name.
    pub const MAX_NAME_BYTES: usize = 64;
    /// The most permissions of one role.
    pub const MAX_PERMISSIONS: usize = 5_000;
    /// The most roles.
    pub const MAX_ROLES: usize = 1_000;

    /// A role of the users' own.
    pub fn new(name: impl Into<String>, permissions: impl IntoIterator<Item = Permission>) -> Self {
        Self { name: name.into(), permissions: permissions.into_iter().collect(), built_in: false }
    }

    /// Whether it can be kept. Every implementation of [`Roles`] asks this first.
    pub fn check(&self) -> Result<(), AccountError> {
        const KIND: &str = "role";
        check_name(KIND, "the name", &self.name, Self::MAX_NAME_BYTES)?;
        if self.permissions.len() > Self::MAX_PERMISSIONS {
            let reason = format!("it has more than {} permissions", Self::MAX_PERMISSIONS);
            return Err(AccountError::invalid(KIND, reason));
        }
        self.permissions.iter().try_for_each(|permission| permission.check(KIND))
    }
}

impl Role {
    pub(super) fn too_many() -> AccountError {
        AccountError::invalid("role", format!("there are {} already; delete one", Self::MAX_ROLES))
    }
}

/// Where roles are kept. Every implementation passes the suite of `couture-store/tests/account_suite`.
#[async_trait]
pub trait Roles: fmt::Debug + Send + Sync {
    /// Keeps the roles that Couture brings as they are in this program, in place of what is there under their names. Others stay.
    async fn set_built_in(&self, roles: &[Role]) -> Result<(), AccountError>;

    /// All roles by name.
    async fn list(&self) -> Result<Vec<Role>, AccountError>;

    /// Those of these names that there are, by name.
    async fn get(&self, names: &BTreeSet<String>) -> Result<Vec<Role>, AccountError>;

    /// Keeps a new role, which is not built in.
    async fn create(&self, role: &Role) -> Result<(), AccountError>;

    /// Gives a role these permissions in place of its own. Whoever has it has them from then on; no session ends.
    async fn change(&self, role: &Role) -> Result<(), AccountError>;

    /// Forgets a role that nobody has.
    async fn delete(&self, name: &str) -> Result<(), AccountError>;
}
