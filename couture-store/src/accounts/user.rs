//! Users.

use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use couture_core::Timestamp;

use super::error::{AccountError, check_name, check_text};
use super::hashed::PasswordHash;
use super::role::Role;
use super::user_change::UserChange;
use super::user_query::UserQuery;

/// A user's number: random, never given twice, at most 2^53 so that every JSON reader keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(i64);

impl UserId {
    /// From a number; the lowest 53 bits count, and zero becomes one.
    pub const fn new(number: u64) -> Self {
        let number = (number & ((1 << 53) - 1)) as i64;
        Self(if number == 0 { 1 } else { number })
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// A number that was kept or sent, if it is one.
    pub fn of(number: i64) -> Option<Self> {
        (1..1 << 53).contains(&number).then_some(Self(number))
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who knows a user's password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserSource {
    /// This database.
    Database,
    /// A directory server.
    Ldap,
}

impl UserSource {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Ldap => "ldap",
        }
    }

    pub(super) fn parse(name: &str) -> Result<Self, &'static str> {
        match name {
            "database" => Ok(Self::Database),
            "ldap" => Ok(Self::Ldap),
            _ => Err("is no source of users"),
        }
    }
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its number, which the caller of [`Users::create`] draws.
    pub id: UserId,
    /// The name to log in with: at most [`User::MAX_TEXT_BYTES`] bytes. No two differ in case only.
    pub username: String,
    /// May be empty, as the next two.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
    /// Who knows the password.
    pub source: UserSource,
    /// The password's hash; none for users of a directory.
    pub password: Option<PasswordHash>,
    /// Whether the password must be changed before anything else is done.
    pub must_change_password: bool,
    /// Whether the user may log in.
    pub active: bool,
    /// Names of roles, at most [`User::MAX_ROLES`].
    pub roles: BTreeSet<String>,
    /// Grows with every change of password, roles or activity: what was issued under an older one counts no more.
    pub epoch: i64,
    /// When the user was made.
    pub created_at: Timestamp,
    /// When the user was changed last.
    pub changed_at: Timestamp,
    /// The last successful login.
    pub last_login: Option<Timestamp>,
    /// How many logins succeeded.
    pub logins: u64,
    /// How many failed since the last that succeeded.
    pub failed_logins: u64,
}

impl User {
    /// The most bytes of each text.
    pub const MAX_TEXT_BYTES: usize = 250;
    /// The most roles of one user.
    pub const MAX_ROLES: usize = 100;

    /// A user of the database without a password, so that nobody can log in with it yet.
    pub fn new(id: UserId, username: impl Into<String>, at: Timestamp) -> Self {
        Self {
            id,
            username: username.into(),
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            source: UserSource::Database,
            password: None,
            must_change_password: false,
            active: true,
            roles: BTreeSet::new(),
            epoch: 1,
            created_at: at,
            changed_at: at,
            last_login: None,
            logins: 0,
            failed_logins: 0,
        }
    }

    /// What no two users may share: the name without differences of case.
    pub fn key_of(username: &str) -> String {
        username.to_lowercase()
    }

    /// First and last name, or the name to log in with where both are empty.
    pub fn full_name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        if name.trim().is_empty() { self.username.clone() } else { name.trim().to_owned() }
    }

    /// Whether it can log in and has the role [`Role::ADMIN`].
    pub fn is_active_admin(&self) -> bool {
        self.active && self.roles.contains(Role::ADMIN)
    }

    /// Whether it can be kept. Every implementation of [`Users`] asks this first.
    pub fn check(&self) -> Result<(), AccountError> {
        const KIND: &str = "user";
        check_name(KIND, "the username", &self.username, Self::MAX_TEXT_BYTES)?;
        // A name may grow when its case is changed.
        check_text(KIND, "the username", &Self::key_of(&self.username), Self::MAX_TEXT_BYTES)?;
        let texts =
            [("the first name", &self.first_name), ("the last name", &self.last_name), ("the e-mail", &self.email)];
        for (what, text) in texts {
            check_text(KIND, what, text, Self::MAX_TEXT_BYTES)?;
        }
        if let Some(password) = &self.password {
            check_text(KIND, "the password's hash", password.reveal(), PasswordHash::MAX_BYTES)?;
        }
        if self.roles.len() > Self::MAX_ROLES {
            return Err(AccountError::invalid(KIND, format!("it has more than {} roles", Self::MAX_ROLES)));
        }
        Ok(())
    }
}

/// How a login went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginOutcome {
    /// The password was right.
    Succeeded,
    /// It was wrong.
    Failed,
}

/// Where users are kept. Every implementation passes the suite of `couture-store/tests/account_suite`.
#[async_trait]
pub trait Users: fmt::Debug + Send + Sync {
    /// Keeps a new user. Its number and name must be new, and its roles must be there.
    async fn create(&self, user: &User) -> Result<(), AccountError>;

    /// One user.
    async fn get(&self, id: UserId) -> Result<Option<User>, AccountError>;

    /// The user of this name, whatever its case.
    async fn find(&self, username: &str) -> Result<Option<User>, AccountError>;

    /// A page of users.
    async fn list(&self, query: &UserQuery, skip: usize, limit: usize) -> Result<Vec<User>, AccountError>;

    /// How many users the query finds.
    async fn count(&self, query: &UserQuery) -> Result<usize, AccountError>;

    /// Changes a user at `at`, durable when it returns, and tells what became of it. Where password, roles or activity change, the
    /// epoch grows and all sessions of the user are gone. [`AccountError::LastAdmin`] where no active Admin would be left.
    async fn change(&self, id: UserId, change: &UserChange, at: Timestamp) -> Result<User, AccountError>;

    /// Forgets a user with its sessions and tokens. [`AccountError::LastAdmin`] as in [`change`](Self::change).
    async fn delete(&self, id: UserId) -> Result<(), AccountError>;

    /// Counts a login. A user who is gone is none.
    async fn record_login(&self, id: UserId, outcome: LoginOutcome, at: Timestamp) -> Result<(), AccountError>;
}
