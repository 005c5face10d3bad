//! The store in memory passes the suite.

use async_trait::async_trait;
use couture_core::conformance::store::{ShardWriter, StoreFixture, TestedStore, check_commands, commands, store_suite};
use couture_core::store::{MemoryStore, Store};
use proptest::prelude::*;

struct Fixture(MemoryStore);

#[async_trait]
impl StoreFixture for Fixture {
    fn store(&self) -> &dyn TestedStore {
        &self.0
    }
    async fn reopen(&mut self) {
        self.0 = self.0.clone();
    }
}

#[tokio::test]
async fn memory_passes_the_suite() {
    store_suite(|shards| async move { Fixture(MemoryStore::new(shards)) }).await;
}

#[tokio::test]
async fn clones_share_their_content() {
    let store = MemoryStore::new(2);
    let other = store.clone().shared();
    assert!(store.is_exclusive() && !other.is_exclusive());
    ShardWriter::claim(&store, 1).await.create_run(&store, "d", "r").await;
    assert_eq!(other.restore(couture_core::ShardId(1)).await.unwrap().runs.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// The comparison itself: a store equals itself, and every command can be applied.
    #[test]
    fn random_commands(commands in commands(40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(check_commands(&MemoryStore::new(4), &commands));
    }
}
