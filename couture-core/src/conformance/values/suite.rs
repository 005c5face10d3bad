//! How the cases are run.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{connections, pools, variables};
use crate::store::Store;
use crate::values::{Connections, Pools, Variables};

/// What keeps values under test, new and empty.
#[async_trait]
pub trait ValuesFixture: Send + Sync {
    /// Variables.
    fn variables(&self) -> &dyn Variables;

    /// Connections.
    fn connections(&self) -> &dyn Connections;

    /// Pools.
    fn pools(&self) -> &dyn Pools;

    /// The store of the same pools.
    fn store(&self) -> &dyn Store;

    /// Closes it and opens the same data again, as a new process would; what has no life after its process does nothing.
    async fn reopen(&mut self);
}

/// One case.
pub(super) type Case = for<'a> fn(&'a mut dyn ValuesFixture) -> BoxFuture<'a, ()>;

/// Runs every case on values of its own, which `make` makes.
///
/// # Panics
/// If a case fails; the message names all that failed.
pub async fn values_suite<Make, Made, Fixture>(make: Make)
where
    Make: Fn() -> Made,
    Made: Future<Output = Fixture>,
    Fixture: ValuesFixture,
{
    let mut failed = Vec::new();
    for (name, case) in [variables::CASES, connections::CASES, pools::CASES].into_iter().flatten() {
        let mut fixture = make().await;
        if AssertUnwindSafe(case(&mut fixture)).catch_unwind().await.is_err() {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "these cases failed (their messages are above): {failed:#?}");
}
