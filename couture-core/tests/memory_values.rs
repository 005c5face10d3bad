//! What keeps values in memory passes the suite.

use async_trait::async_trait;
use couture_core::Store;
use couture_core::conformance::values::{ValuesFixture, values_suite};
use couture_core::store::MemoryStore;
use couture_core::values::{Connections, MemoryValues, Pools, Variables};

struct Fixture {
    values: MemoryValues,
    store: MemoryStore,
}

#[async_trait]
impl ValuesFixture for Fixture {
    fn variables(&self) -> &dyn Variables {
        &self.values
    }
    fn connections(&self) -> &dyn Connections {
        &self.values
    }
    fn pools(&self) -> &dyn Pools {
        &self.store
    }
    fn store(&self) -> &dyn Store {
        &self.store
    }
    async fn reopen(&mut self) {
        self.values = self.values.clone();
    }
}

#[tokio::test]
async fn memory_passes_the_suite() {
    values_suite(|| async { Fixture { values: MemoryValues::new(), store: MemoryStore::new(4) } }).await;
}
