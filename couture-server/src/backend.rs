//! Opens the database that the settings name.

use std::path::Path;
use std::sync::Arc;

use couture_core::store::{Annals, MemoryStore};
use couture_core::values::{Connections, MemoryValues, Pools, Variables};
use couture_core::{Store, StoreReader};
use couture_store::{ConnectOptions, FernetKeys, MemoryAccounts, SqlValues};

use crate::auth::Accounts;
use crate::error::StartError;
use crate::fernet_key::FernetKey;
use crate::settings::Settings;

/// The database, for the engine and for people.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) reader: Arc<dyn StoreReader>,
    pub(crate) annals: Arc<dyn Annals>,
    pub(crate) kept: KeptValues,
    pub(crate) accounts: Accounts,
}

/// What people keep beside the engine's facts.
#[derive(Clone, Debug)]
pub struct KeptValues {
    /// Variables.
    pub variables: Arc<dyn Variables>,
    /// Connections.
    pub connections: Arc<dyn Connections>,
    /// Pools.
    pub pools: Arc<dyn Pools>,
    /// Variables and connections once more, where they are encrypted on disk.
    pub encrypted: Option<SqlValues>,
}

/// The address of a database in memory, which is gone with the process: for trials and tests.
pub(crate) const MEMORY_URL: &str = "memory:";

impl Backend {
    pub(crate) async fn open(settings: &Settings, data: &Path) -> Result<Self, StartError> {
        let shards = settings.scheduler.shards;
        let url = match settings.database.url.as_str() {
            MEMORY_URL => return Ok(Self::in_memory(shards)),
            "" => format!("sqlite://{}", data.join("couture.db").display()),
            url => url.to_owned(),
        };
        let options = ConnectOptions { shards, ..ConnectOptions::default() };
        let store = couture_store::connect_with(&url, &options).await?;
        let key = FernetKey::find(data)?;
        let values = store.values(FernetKeys::clone(key.keys()));
        let has_the_key = values.has_the_key().await.map_err(couture_store::ConnectError::from)?;
        key.check(has_the_key)?;
        let store = Arc::new(store);
        let shared = Arc::new(values.clone());
        let kept = KeptValues {
            variables: shared.clone(),
            connections: shared,
            pools: store.clone(),
            encrypted: Some(values).filter(|_| !key.keys().is_empty()),
        };
        let accounts = store.accounts().into();
        Ok(Self { store: store.clone(), reader: store.clone(), annals: store, kept, accounts })
    }

    fn in_memory(shards: u32) -> Self {
        let (store, values) = (Arc::new(MemoryStore::new(shards)), Arc::new(MemoryValues::new()));
        let kept = KeptValues { variables: values.clone(), connections: values, pools: store.clone(), encrypted: None };
        Self {
            store: store.clone(),
            reader: store.clone(),
            annals: store,
            kept,
            accounts: MemoryAccounts::new().into(),
        }
    }
}
