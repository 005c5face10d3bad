//! Users.

use std::collections::BTreeMap;

use async_trait::async_trait;
use couture_core::Timestamp;

use super::sql_accounts::{ATTEMPTS, SqlAccounts, Written};
use super::user_row;
use crate::accounts::{AccountError, LoginOutcome, Roles, User, UserChange, UserId, UserQuery, Users};
use crate::sql::{Args, Row, Script};
use crate::store::limit;

/// Makes changes of who is an Admin wait for each other.
const LOCK_ADMINS: &str = "UPDATE access_role SET built_in = built_in WHERE name = 'Admin'";
/// Finds a row only where an active Admin is left.
const SOME_ADMIN: &str = "UPDATE access_role SET built_in = built_in WHERE name = 'Admin' AND EXISTS (\
     SELECT 1 FROM account JOIN account_role ON account_role.user_id = account.user_id WHERE role = 'Admin' AND active = 1)";

impl SqlAccounts {
    /// Users with their roles.
    async fn fetch_users(&self, rest: &str, args: Args) -> Result<Vec<User>, AccountError> {
        let mut users = Vec::new();
        let read = |row: Row| {
            users.push(user_row::read(&row)?);
            Ok(())
        };
        self.database().fetch(format!("{} {rest}", user_row::SELECT), args, read).await?;
        let at: BTreeMap<_, _> = (0..).zip(&users).map(|(index, user): (usize, _)| (user.id.get(), index)).collect();
        let ids: Vec<_> = at.keys().copied().collect();
        for ids in ids.chunks(500) {
            let marks = vec!["?"; ids.len()].join(", ");
            let sql = format!("SELECT user_id, role FROM account_role WHERE user_id IN ({marks})");
            let mut args = self.args();
            for id in ids {
                args.int(*id);
            }
            let read = |row: Row| {
                if let Some(user) = at.get(&row.int(0)?).and_then(|index| users.get_mut(*index)) {
                    user.roles.insert(row.text(1)?.to_owned());
                }
                Ok(())
            };
            self.database().fetch(sql, args, read).await?;
        }
        Ok(users)
    }

    async fn check_roles(&self, user: &User) -> Result<(), AccountError> {
        let there = Roles::get(self, &user.roles).await?;
        match user.roles.iter().find(|name| !there.iter().any(|role| role.name == **name)) {
            Some(name) => Err(AccountError::missing("role", name)),
            None => Ok(()),
        }
    }

    fn add_roles(&self, script: &mut Script, user: &User) {
        for role in &user.roles {
            let sql = "INSERT INTO account_role (user_id, role) SELECT ?, name FROM access_role WHERE name = ?";
            self.step(script, sql).int(user.id.get()).text(role);
            script.expect(1);
        }
    }

    /// Whether an active Admin besides this user is there.
    async fn has_other_admin(&self, id: UserId) -> Result<bool, AccountError> {
        let sql = "SELECT COUNT(*) FROM account JOIN account_role ON account_role.user_id = account.user_id \
                   WHERE role = 'Admin' AND active = 1 AND account.user_id <> ?";
        let mut args = self.args();
        args.int(id.get());
        Ok(self.count_of(sql.into(), args).await? > 0)
    }

    async fn existing(&self, id: UserId) -> Result<User, AccountError> {
        Users::get(self, id).await?.ok_or_else(|| AccountError::missing("user", id))
    }

    async fn try_change(&self, old: &User, new: &User) -> Result<Written, AccountError> {
        let drops_admin = old.is_active_admin() && !new.is_active_admin();
        let mut script = Script::new(self.database());
        if drops_admin {
            self.step(&mut script, LOCK_ADMINS);
        }
        let sql = "UPDATE account SET username_key = ?, username = ?, first_name = ?, last_name = ?, email = ?, source = ?, \
                   must_change_password = ?, active = ?, epoch = ?, changed_at = ? \
                   WHERE user_id = ? AND epoch = ? AND changed_at = ?";
        let args = self.step(&mut script, sql);
        user_row::bind_profile(args, new);
        args.int(new.must_change_password.into()).int(new.active.into()).int(new.epoch);
        args.int(new.changed_at.as_micros()).int(new.id.get()).int(old.epoch).int(old.changed_at.as_micros());
        script.expect(1);
        if let Some(password) = new.password.as_ref().filter(|_| new.password != old.password) {
            let sql = "UPDATE account SET password_hash = ?, failed_logins = 0 WHERE user_id = ?";
            self.step(&mut script, sql).text(password.reveal()).int(new.id.get());
        }
        if new.roles != old.roles {
            self.step(&mut script, "DELETE FROM account_role WHERE user_id = ?").int(new.id.get());
            self.add_roles(&mut script, new);
        }
        if new.epoch != old.epoch {
            self.step(&mut script, "DELETE FROM login_session WHERE user_id = ?").int(new.id.get());
        }
        if drops_admin {
            self.step(&mut script, SOME_ADMIN);
            script.expect(1);
        }
        Ok(self.write(script).await?)
    }

    async fn try_delete(&self, old: &User) -> Result<Written, AccountError> {
        let mut script = Script::new(self.database());
        if old.is_active_admin() {
            self.step(&mut script, LOCK_ADMINS);
        }
        self.step(&mut script, "DELETE FROM account WHERE user_id = ?").int(old.id.get());
        script.expect(1);
        for sql in [
            "DELETE FROM account_role WHERE user_id = ?",
            "DELETE FROM login_session WHERE user_id = ?",
            "DELETE FROM api_token WHERE user_id = ?",
        ] {
            self.step(&mut script, sql).int(old.id.get());
        }
        if old.is_active_admin() {
            self.step(&mut script, SOME_ADMIN);
            script.expect(1);
        }
        Ok(self.write(script).await?)
    }
}

#[async_trait]
impl Users for SqlAccounts {
    async fn create(&self, user: &User) -> Result<(), AccountError> {
        user.check()?;
        for _ in 0..ATTEMPTS {
            self.check_roles(user).await?;
            let mut script = Script::new(self.database());
            user_row::bind(self.step(&mut script, user_row::INSERT), user);
            self.add_roles(&mut script, user);
            match self.write(script).await? {
                Written::Done => return Ok(()),
                Written::Exists => return Err(AccountError::exists("user", &user.username)),
                Written::Beaten => {}
            }
        }
        Err(self.beaten())
    }

    async fn get(&self, id: UserId) -> Result<Option<User>, AccountError> {
        let mut args = self.args();
        args.int(id.get());
        Ok(self.fetch_users("WHERE user_id = ?", args).await?.pop())
    }

    async fn find(&self, username: &str) -> Result<Option<User>, AccountError> {
        let mut args = self.args();
        args.text(&User::key_of(username));
        Ok(self.fetch_users("WHERE username_key = ?", args).await?.pop())
    }

    async fn list(&self, query: &UserQuery, skip: usize, most: usize) -> Result<Vec<User>, AccountError> {
        let mut args = self.args();
        let condition = user_row::condition(query, self.database().dialect(), &mut args);
        args.int(limit(most)).int(limit(skip));
        let rest = format!("WHERE {condition} ORDER BY {} LIMIT ? OFFSET ?", user_row::order(query));
        self.fetch_users(&rest, args).await
    }

    async fn count(&self, query: &UserQuery) -> Result<usize, AccountError> {
        let mut args = self.args();
        let condition = user_row::condition(query, self.database().dialect(), &mut args);
        self.count_of(format!("SELECT COUNT(*) FROM account WHERE {condition}"), args).await
    }

    async fn change(&self, id: UserId, change: &UserChange, at: Timestamp) -> Result<User, AccountError> {
        for _ in 0..ATTEMPTS {
            let old = self.existing(id).await?;
            let new = change.apply(&old, at)?;
            self.check_roles(&new).await?;
            if old.is_active_admin() && !new.is_active_admin() && !self.has_other_admin(id).await? {
                return Err(AccountError::LastAdmin);
            }
            match self.try_change(&old, &new).await? {
                Written::Done => return Ok(new),
                Written::Exists => return Err(AccountError::exists("user", &new.username)),
                Written::Beaten => {}
            }
        }
        Err(self.beaten())
    }

    async fn delete(&self, id: UserId) -> Result<(), AccountError> {
        for _ in 0..ATTEMPTS {
            let old = self.existing(id).await?;
            if old.is_active_admin() && !self.has_other_admin(id).await? {
                return Err(AccountError::LastAdmin);
            }
            if self.try_delete(&old).await? == Written::Done {
                return Ok(());
            }
        }
        Err(self.beaten())
    }

    async fn record_login(&self, id: UserId, outcome: LoginOutcome, at: Timestamp) -> Result<(), AccountError> {
        let mut args = self.args();
        let sql = match outcome {
            LoginOutcome::Succeeded => {
                args.int(at.as_micros());
                "UPDATE account SET logins = logins + 1, failed_logins = 0, last_login = ? WHERE user_id = ?"
            }
            LoginOutcome::Failed => "UPDATE account SET failed_logins = failed_logins + 1 WHERE user_id = ?",
        };
        args.int(id.get());
        self.execute(sql, args).await.map(drop)
    }
}
