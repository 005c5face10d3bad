//! How the cases are run.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use couture_core::Timestamp;
use couture_store::{ApiTokens, Audit, Hashed, Role, Roles, Sessions, User, UserId, Users};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{api_tokens, audit, roles, sessions, users};

/// What keeps accounts under test, new and empty.
#[async_trait]
pub(crate) trait AccountFixture: Send + Sync {
    fn users(&self) -> &dyn Users;
    fn roles(&self) -> &dyn Roles;
    fn sessions(&self) -> &dyn Sessions;
    fn tokens(&self) -> &dyn ApiTokens;
    fn audit(&self) -> &dyn Audit;
    /// Closes it and opens the same data again, as a new process would; what has no life after its process does nothing.
    async fn reopen(&mut self);
}

/// One case.
pub(super) type Case = for<'a> fn(&'a mut dyn AccountFixture) -> BoxFuture<'a, ()>;

macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub(super) const CASES: &[(&str, super::suite::Case)] =
            &[$((concat!(module_path!(), "::", stringify!($name)), |fixture| Box::pin($name(fixture)))),*];
    };
}
pub(super) use cases;

/// Runs every case on accounts of its own, which `make` makes.
pub(crate) async fn account_suite<Make, Made, Fixture>(make: Make)
where
    Make: Fn() -> Made,
    Made: Future<Output = Fixture>,
    Fixture: AccountFixture,
{
    let mut failed = Vec::new();
    let all = [users::CASES, roles::CASES, sessions::CASES, api_tokens::CASES, audit::CASES];
    for (name, case) in all.into_iter().flatten() {
        let mut fixture = make().await;
        fixture.roles().set_built_in(&["Admin", "Viewer"].map(|name| Role::new(name, []))).await.unwrap();
        if AssertUnwindSafe(case(&mut fixture)).catch_unwind().await.is_err() {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "these cases failed (their messages are above): {failed:#?}");
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

pub(super) fn hashed(number: u8) -> Hashed {
    Hashed::new([number; 32])
}

pub(super) fn id(number: u64) -> UserId {
    UserId::new(number)
}

/// A user with these roles.
pub(super) fn user(number: u64, name: &str, roles: &[&str]) -> User {
    let roles = roles.iter().map(|role| (*role).to_owned()).collect();
    User { roles, ..User::new(id(number), name, at((number % 1_000) as i64)) }
}
