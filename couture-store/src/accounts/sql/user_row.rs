//! A user as a row.

use std::collections::BTreeSet;

use couture_core::Timestamp;

use crate::accounts::{PasswordHash, User, UserId, UserOrder, UserQuery, UserSource};
use crate::sql::{Args, Dialect, Row};

use super::sql_accounts::anywhere;

/// All columns, in the order in which [`read`] and [`bind`] take them.
pub(super) const SELECT: &str = "SELECT account.user_id, username_key, username, first_name, last_name, email, source, \
     password_hash, must_change_password, active, epoch, created_at, changed_at, last_login, logins, failed_logins FROM account";

pub(super) const INSERT: &str = "INSERT INTO account (user_id, username_key, username, first_name, last_name, email, source, \
     password_hash, must_change_password, active, epoch, created_at, changed_at, last_login, logins, failed_logins) \
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// A user without its roles.
pub(super) fn read(row: &Row) -> Result<User, sqlx::Error> {
    let text = |at| Ok::<_, sqlx::Error>(row.text(at)?.to_owned());
    let count = |at| row.number(at, |count| u64::try_from(count).ok());
    let time = |at| Ok::<_, sqlx::Error>(Timestamp::from_micros(row.int(at)?));
    Ok(User {
        id: row.number(0, UserId::of)?,
        username: text(2)?,
        first_name: text(3)?,
        last_name: text(4)?,
        email: text(5)?,
        source: row.parsed(6, UserSource::parse)?,
        password: row.opt_text(7)?.map(PasswordHash::new),
        must_change_password: row.int(8)? != 0,
        active: row.int(9)? != 0,
        roles: BTreeSet::new(),
        epoch: row.int(10)?,
        created_at: time(11)?,
        changed_at: time(12)?,
        last_login: row.opt_int(13)?.map(Timestamp::from_micros),
        logins: count(14)?,
        failed_logins: count(15)?,
    })
}

pub(super) fn bind(args: &mut Args, user: &User) {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    args.int(user.id.get());
    bind_profile(args, user);
    args.opt_text(user.password.as_ref().map(PasswordHash::reveal));
    args.int(user.must_change_password.into()).int(user.active.into()).int(user.epoch);
    args.int(user.created_at.as_micros()).int(user.changed_at.as_micros());
    args.opt_int(user.last_login.map(Timestamp::as_micros)).int(count(user.logins)).int(count(user.failed_logins));
}

/// The columns from `username_key` to `source`.
pub(super) fn bind_profile(args: &mut Args, user: &User) {
    args.text(&User::key_of(&user.username)).text(&user.username);
    args.text(&user.first_name).text(&user.last_name).text(&user.email).text(user.source.name());
}

/// The conditions of a query after `WHERE`, with their arguments.
pub(super) fn condition(query: &UserQuery, dialect: &dyn Dialect, args: &mut Args) -> String {
    let mut condition = String::from("1 = 1");
    if let Some(search) = &query.search {
        let columns = ["username", "first_name", "last_name", "email"];
        let likes = columns.map(|column| format!("{} LIKE ? ESCAPE '!'", dialect.folded(column)));
        condition.push_str(&format!(" AND ({})", likes.join(" OR ")));
        let pattern = anywhere(search);
        for _ in columns {
            args.text(&pattern);
        }
    }
    if let Some(role) = &query.role {
        condition.push_str(
            " AND EXISTS (SELECT 1 FROM account_role WHERE account_role.user_id = account.user_id AND role = ?)",
        );
        args.text(role);
    }
    condition
}

/// The order of a query after `ORDER BY`.
pub(super) fn order(query: &UserQuery) -> String {
    let column = match query.order {
        UserOrder::Username => "username_key",
        UserOrder::FirstName => "first_name",
        UserOrder::LastName => "last_name",
        UserOrder::Email => "email",
        UserOrder::Active => "active",
        UserOrder::Created => "created_at",
        // Not every database puts what is missing first.
        UserOrder::LastLogin => "COALESCE(last_login, -9223372036854775807)",
        UserOrder::Logins => "logins",
        UserOrder::FailedLogins => "failed_logins",
    };
    let way = if query.descending { "DESC" } else { "ASC" };
    format!("{column} {way}, account.user_id {way}")
}
