//! A store on a server.

use async_trait::async_trait;
use couture_core::Store;
use couture_core::conformance::store::{StoreFixture, TestedStore};
use couture_core::conformance::values::ValuesFixture;
use couture_core::values::{Connections, Pools, Variables};
use couture_store::{
    ApiTokens, Audit, ConnectOptions, FernetKeys, Roles, Sessions, SqlAccounts, SqlStore, SqlValues, Users,
    connect_with,
};

use super::server::{Database, Kind, Server};
use crate::account_suite::AccountFixture;

/// A store on a server.
pub(crate) struct Fixture {
    kind: &'static Kind,
    database: Database,
    shards: u32,
    store: SqlStore,
    keys: FernetKeys,
    values: SqlValues,
    accounts: SqlAccounts,
}

impl Fixture {
    /// A new store of `shards` shards on the server of `kind`.
    pub(crate) async fn new(kind: &'static Kind, shards: u32) -> Self {
        let database = Server::of(kind).await.database().await;
        let store = open(&database.url, shards).await;
        let keys = FernetKeys::parse(&FernetKeys::generate()).unwrap();
        let values = store.values(keys.clone());
        let accounts = store.accounts();
        Self { kind, database, shards, store, keys, values, accounts }
    }
}

impl Fixture {
    /// The URL of its database.
    pub(crate) fn url(&self) -> &str {
        &self.database.url
    }

    /// Runs a statement on the server, outside of the store.
    pub(crate) async fn execute(&self, sql: &str) {
        let server = Server::of(self.kind).await;
        (self.kind.execute)(server.port, sql.to_owned()).await.unwrap();
    }
}

async fn open(url: &str, shards: u32) -> SqlStore {
    connect_with(url, &ConnectOptions { shards, connections: 4 }).await.unwrap()
}

#[async_trait]
impl StoreFixture for Fixture {
    fn store(&self) -> &dyn TestedStore {
        &self.store
    }

    async fn reopen(&mut self) {
        self.store.close().await;
        self.store = open(&self.database.url, self.shards + 1).await;
    }
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
        StoreFixture::reopen(self).await;
        self.values = self.store.values(self.keys.clone());
    }
}

#[async_trait]
impl AccountFixture for Fixture {
    fn users(&self) -> &dyn Users {
        &self.accounts
    }

    fn roles(&self) -> &dyn Roles {
        &self.accounts
    }

    fn sessions(&self) -> &dyn Sessions {
        &self.accounts
    }

    fn tokens(&self) -> &dyn ApiTokens {
        &self.accounts
    }

    fn audit(&self) -> &dyn Audit {
        &self.accounts
    }

    async fn reopen(&mut self) {
        StoreFixture::reopen(self).await;
        self.accounts = self.store.accounts();
    }
}
