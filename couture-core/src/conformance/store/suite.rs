//! How the cases are run.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{
    browsing, clearing, commits, dates, extremes, history, inbox, paging, pools, reports, runs, shards, tasks, xcoms,
};
use crate::store::{Annals, Store, StoreReader};

/// All sides of a store.
pub trait TestedStore: Store + StoreReader + Annals {}

impl<S: Store + StoreReader + Annals> TestedStore for S {}

/// One store under test, new and empty.
#[async_trait]
pub trait StoreFixture: Send {
    /// The store as it is open now.
    fn store(&self) -> &dyn TestedStore;

    /// Closes the store and opens the same data again, as a new process would; a store without a life after its process does
    /// nothing.
    async fn reopen(&mut self);
}

/// One case.
pub(super) type Case = for<'a> fn(&'a mut dyn StoreFixture) -> BoxFuture<'a, ()>;

/// Makes named cases of async functions over a fixture.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub(super) const CASES: &[(&str, super::suite::Case)] = &[
            $((concat!(module_path!(), "::", stringify!($name)), |fixture| Box::pin($name(fixture)))),*
        ];
    };
}
pub(in crate::conformance) use cases;

/// Runs every case on a store of its own, which `make` makes with this number of shards.
///
/// # Panics
/// If a case fails; the message names all that failed.
pub async fn store_suite<Make, Made, Fixture>(make: Make)
where
    Make: Fn(u32) -> Made,
    Made: Future<Output = Fixture>,
    Fixture: StoreFixture,
{
    let all = [
        shards::CASES,
        commits::CASES,
        pools::CASES,
        runs::CASES,
        tasks::CASES,
        xcoms::CASES,
        inbox::CASES,
        paging::CASES,
        extremes::CASES,
        clearing::CASES,
        dates::CASES,
        reports::CASES,
        history::CASES,
        browsing::CASES,
    ];
    let mut failed = Vec::new();
    for (name, case) in all.into_iter().flatten() {
        let mut fixture = make(4).await;
        if AssertUnwindSafe(case(&mut fixture)).catch_unwind().await.is_err() {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "these cases failed (their messages are above): {failed:#?}");
}
