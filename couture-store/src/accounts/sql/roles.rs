//! Roles.

use std::borrow::Cow;
use std::collections::BTreeSet;

use async_trait::async_trait;

use super::sql_accounts::{ATTEMPTS, SqlAccounts, Written};
use crate::accounts::{AccountError, Permission, Role, Roles};
use crate::sql::{Args, Row, Script, Table, unexpected};

pub(super) const TABLE: Table = Table { name: "access_role", columns: &["name", "permissions", "built_in"], keys: 1 };

/// Roles by their names.
pub(super) const OF_NAMES: &str =
    "SELECT name, permissions, built_in FROM access_role WHERE name IN ({}) ORDER BY name";

fn read(row: &Row) -> Result<Role, sqlx::Error> {
    let permissions: Vec<(String, String)> =
        serde_json::from_str(row.text(1)?).map_err(|error| unexpected(1, error))?;
    let permissions = permissions.into_iter().map(|(action, resource)| Permission { action, resource }).collect();
    Ok(Role { name: row.text(0)?.to_owned(), permissions, built_in: row.int(2)? != 0 })
}

/// A JSON list of pairs.
fn written(permissions: &BTreeSet<Permission>) -> String {
    let pairs: Vec<_> = permissions.iter().map(|permission| (&permission.action, &permission.resource)).collect();
    serde_json::to_string(&pairs).unwrap_or_default()
}

fn bind(args: &mut Args, role: &Role) {
    args.text(&role.name).text(&written(&role.permissions)).int(role.built_in.into());
}

impl SqlAccounts {
    async fn fetch_roles(&self, sql: impl Into<Cow<'static, str>>, args: Args) -> Result<Vec<Role>, AccountError> {
        let mut roles = Vec::new();
        let read = |row: Row| {
            roles.push(read(&row)?);
            Ok(())
        };
        self.database().fetch(sql, args, read).await?;
        Ok(roles)
    }

    /// The role, which is not built in.
    async fn own_role(&self, name: &str) -> Result<Role, AccountError> {
        match Roles::get(self, &BTreeSet::from([name.to_owned()])).await?.pop() {
            None => Err(AccountError::missing("role", name)),
            Some(role) if role.built_in => Err(AccountError::BuiltIn(role.name)),
            Some(role) => Ok(role),
        }
    }
}

#[async_trait]
impl Roles for SqlAccounts {
    async fn set_built_in(&self, roles: &[Role]) -> Result<(), AccountError> {
        roles.iter().try_for_each(Role::check)?;
        let roles: Vec<_> = roles.iter().map(|role| Role { built_in: true, ..role.clone() }).collect();
        for _ in 0..ATTEMPTS {
            let mut script = Script::new(self.database());
            let bytes = |role: &Role| written(&role.permissions).len();
            self.statements.put_roles.add(&mut script, &roles, false, bytes, bind);
            if self.write(script).await? == Written::Done {
                return Ok(());
            }
        }
        Err(self.beaten())
    }

    async fn list(&self) -> Result<Vec<Role>, AccountError> {
        self.fetch_roles("SELECT name, permissions, built_in FROM access_role ORDER BY name", self.args()).await
    }

    async fn get(&self, names: &BTreeSet<String>) -> Result<Vec<Role>, AccountError> {
        let names: Vec<_> = names.iter().collect();
        let (mut left, mut found) = (&names[..], Vec::new());
        while !left.is_empty() {
            let (count, sql) = self.statements.roles.statement(left.len());
            let (now, later) = left.split_at(count);
            let mut args = self.args();
            for name in now {
                args.text(name);
            }
            found.extend(self.fetch_roles(sql.to_string(), args).await?);
            left = later;
        }
        Ok(found)
    }

    async fn create(&self, role: &Role) -> Result<(), AccountError> {
        role.check()?;
        let there = self.count_of("SELECT COUNT(*) FROM access_role".into(), self.args()).await?;
        let mut script = Script::new(self.database());
        // Nobody gets a role by having had another of its name.
        self.step(&mut script, "DELETE FROM account_role WHERE role = ?").text(&role.name);
        let role = Role { built_in: false, ..role.clone() };
        bind(self.step(&mut script, "INSERT INTO access_role (name, permissions, built_in) VALUES (?, ?, ?)"), &role);
        let is_new = Roles::get(self, &BTreeSet::from([role.name.clone()])).await?.is_empty();
        if is_new && there >= Role::MAX_ROLES {
            return Err(Role::too_many());
        }
        match self.write(script).await? {
            Written::Done => Ok(()),
            Written::Exists => Err(AccountError::exists("role", &role.name)),
            Written::Beaten => Err(self.beaten()),
        }
    }

    async fn change(&self, role: &Role) -> Result<(), AccountError> {
        role.check()?;
        let mut args = self.args();
        args.text(&written(&role.permissions)).text(&role.name);
        let sql = "UPDATE access_role SET permissions = ? WHERE name = ? AND built_in = 0";
        if self.execute(sql, args).await? == 0 {
            self.own_role(&role.name).await?;
        }
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<(), AccountError> {
        for _ in 0..ATTEMPTS {
            self.own_role(name).await?;
            let mut args = self.args();
            args.text(name);
            let users = self.count_of("SELECT COUNT(*) FROM account_role WHERE role = ?".into(), args).await?;
            if users > 0 {
                return Err(AccountError::RoleInUse { name: name.to_owned(), users });
            }
            let sql = "DELETE FROM access_role WHERE name = ? AND built_in = 0 AND NOT EXISTS (\
                       SELECT 1 FROM account_role WHERE role = ?)";
            let mut args = self.args();
            args.text(name).text(name);
            if self.execute(sql, args).await? > 0 {
                return Ok(());
            }
        }
        Err(self.beaten())
    }
}
