//! Opens the database that the settings name.

use std::path::Path;
use std::sync::Arc;

use couture_core::store::MemoryStore;
use couture_core::{Store, StoreReader};
use couture_store::{ConnectError, ConnectOptions};

use crate::settings::Settings;

/// The database, for the engine and for people.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) reader: Arc<dyn StoreReader>,
}

/// The address of a database in memory, which is gone with the process: for trials and tests.
pub(crate) const MEMORY_URL: &str = "memory:";

impl Backend {
    pub(crate) async fn open(settings: &Settings, data: &Path) -> Result<Self, ConnectError> {
        let shards = settings.scheduler.shards;
        let url = match settings.database.url.as_str() {
            MEMORY_URL => return Ok(Self::of(MemoryStore::new(shards))),
            "" => format!("sqlite://{}", data.join("couture.db").display()),
            url => url.to_owned(),
        };
        let options = ConnectOptions { shards, ..ConnectOptions::default() };
        Ok(Self::of(couture_store::connect_with(&url, &options).await?))
    }

    fn of<S: Store + StoreReader + 'static>(store: S) -> Self {
        let store = Arc::new(store);
        Self { store: store.clone(), reader: store }
    }
}
