//! A store on a server.

use async_trait::async_trait;
use couture_core::conformance::store::{StoreFixture, TestedStore};
use couture_store::{ConnectOptions, SqlStore, connect_with};

use super::server::{Kind, Server};

/// A store on a server.
pub(crate) struct Fixture {
    kind: &'static Kind,
    url: String,
    shards: u32,
    store: SqlStore,
}

impl Fixture {
    /// A new store of `shards` shards on the server of `kind`.
    pub(crate) async fn new(kind: &'static Kind, shards: u32) -> Self {
        let url = Server::of(kind).await.database().await;
        let store = open(&url, shards).await;
        Self { kind, url, shards, store }
    }
}

#[allow(dead_code, reason = "each test program uses a part of this file")]
impl Fixture {
    /// The URL of its database.
    pub(crate) fn url(&self) -> &str {
        &self.url
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
        self.store = open(&self.url, self.shards + 1).await;
    }
}
