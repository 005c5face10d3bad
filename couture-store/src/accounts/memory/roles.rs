//! Roles in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::contents::MemoryAccounts;
use crate::accounts::{AccountError, Role, Roles};

#[async_trait]
impl Roles for MemoryAccounts {
    async fn set_built_in(&self, roles: &[Role]) -> Result<(), AccountError> {
        roles.iter().try_for_each(Role::check)?;
        let new = roles.iter().map(|role| (role.name.clone(), Role { built_in: true, ..role.clone() }));
        self.contents().roles.extend(new);
        Ok(())
    }

    async fn list(&self) -> Result<Vec<Role>, AccountError> {
        Ok(self.contents().roles.values().cloned().collect())
    }

    async fn get(&self, names: &BTreeSet<String>) -> Result<Vec<Role>, AccountError> {
        let contents = self.contents();
        Ok(names.iter().filter_map(|name| contents.roles.get(name).cloned()).collect())
    }

    async fn create(&self, role: &Role) -> Result<(), AccountError> {
        role.check()?;
        let roles = &mut self.contents().roles;
        if roles.contains_key(&role.name) {
            return Err(AccountError::exists("role", &role.name));
        }
        if roles.len() >= Role::MAX_ROLES {
            return Err(Role::too_many());
        }
        roles.insert(role.name.clone(), Role { built_in: false, ..role.clone() });
        Ok(())
    }

    async fn change(&self, role: &Role) -> Result<(), AccountError> {
        role.check()?;
        let mut contents = self.contents();
        let kept = contents.roles.get_mut(&role.name).ok_or_else(|| AccountError::missing("role", &role.name))?;
        if kept.built_in {
            return Err(AccountError::BuiltIn(role.name.clone()));
        }
        kept.permissions.clone_from(&role.permissions);
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<(), AccountError> {
        let mut contents = self.contents();
        let role = contents.roles.get(name).ok_or_else(|| AccountError::missing("role", name))?;
        if role.built_in {
            return Err(AccountError::BuiltIn(name.to_owned()));
        }
        let users = contents.users.values().filter(|user| user.roles.contains(name)).count();
        if users > 0 {
            return Err(AccountError::RoleInUse { name: name.to_owned(), users });
        }
        contents.roles.remove(name);
        Ok(())
    }
}
