//! The store on SQLite passes the suite.

use async_trait::async_trait;
use couture_core::conformance::store::{StoreFixture, TestedStore, check_commands, commands, store_suite};
use couture_store::{ConnectOptions, SqlStore, connect_with};
use proptest::prelude::*;
use tempfile::TempDir;

struct Fixture {
    folder: TempDir,
    store: Option<SqlStore>,
}

impl Fixture {
    async fn new(shards: u32) -> Self {
        let mut fixture = Self { folder: TempDir::new().unwrap(), store: None };
        fixture.open(shards).await;
        fixture
    }

    async fn open(&mut self, shards: u32) {
        let url = format!("sqlite://{}/data/couture.db", self.folder.path().display());
        let options = ConnectOptions { shards, ..ConnectOptions::default() };
        self.store = Some(connect_with(&url, &options).await.unwrap());
    }
}

#[async_trait]
impl StoreFixture for Fixture {
    fn store(&self) -> &dyn TestedStore {
        self.store.as_ref().unwrap()
    }

    async fn reopen(&mut self) {
        // Dropped, not closed: as a process that ends.
        self.store = None;
        self.open(99).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_passes_the_suite() {
    store_suite(Fixture::new).await;
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn sqlite_answers_as_memory_does(commands in commands(40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let fixture = Fixture::new(4).await;
            check_commands(fixture.store(), &commands).await;
        });
    }
}
