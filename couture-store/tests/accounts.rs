//! Accounts in memory and on SQLite pass the suite.

mod account_suite;

use std::sync::Arc;
use std::time::Duration;

use account_suite::{AccountFixture, account_suite};
use async_trait::async_trait;
use couture_core::{Clock, Now, SystemClock, Timestamp};
use couture_store::{
    AccountError, ApiTokens, Audit, AuditEntry, AuditFilter, AuditLost, AuditOrder, AuditRow, AuditWriter,
    MemoryAccounts, Roles, Sessions, SqlAccounts, SqlStore, Users, connect,
};
use sqlx::{Connection, Executor, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::Semaphore;

struct InMemory(MemoryAccounts);

#[async_trait]
impl AccountFixture for InMemory {
    fn users(&self) -> &dyn Users {
        &self.0
    }
    fn roles(&self) -> &dyn Roles {
        &self.0
    }
    fn sessions(&self) -> &dyn Sessions {
        &self.0
    }
    fn tokens(&self) -> &dyn ApiTokens {
        &self.0
    }
    fn audit(&self) -> &dyn Audit {
        &self.0
    }
    async fn reopen(&mut self) {}
}

struct OnSqlite {
    folder: TempDir,
    open: Option<(SqlStore, SqlAccounts)>,
}

impl OnSqlite {
    async fn new() -> Self {
        let mut fixture = Self { folder: TempDir::new().unwrap(), open: None };
        fixture.reopen().await;
        fixture
    }

    fn accounts(&self) -> &SqlAccounts {
        &self.open.as_ref().unwrap().1
    }

    fn file(&self) -> String {
        format!("sqlite://{}/data/couture.db", self.folder.path().display())
    }
}

#[async_trait]
impl AccountFixture for OnSqlite {
    fn users(&self) -> &dyn Users {
        self.accounts()
    }
    fn roles(&self) -> &dyn Roles {
        self.accounts()
    }
    fn sessions(&self) -> &dyn Sessions {
        self.accounts()
    }
    fn tokens(&self) -> &dyn ApiTokens {
        self.accounts()
    }
    fn audit(&self) -> &dyn Audit {
        self.accounts()
    }
    async fn reopen(&mut self) {
        // Dropped, not closed: as a process that ends.
        self.open = None;
        let store = connect(&self.file()).await.unwrap();
        let accounts = store.accounts();
        self.open = Some((store, accounts));
    }
}

#[tokio::test]
async fn memory_passes_the_suite() {
    account_suite(|| async { InMemory(MemoryAccounts::new()) }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_passes_the_suite() {
    account_suite(OnSqlite::new).await;
}

#[tokio::test]
async fn rows_of_the_audit_log_are_never_changed() {
    let fixture = OnSqlite::new().await;
    let row = (Timestamp::from_micros(1), AuditEntry::new("login"));
    fixture.audit().append(&[row]).await.unwrap();
    let mut connection = SqliteConnection::connect(&fixture.file()).await.unwrap();
    let error = connection.execute("UPDATE audit_row SET event = 'nothing'").await.unwrap_err();
    assert!(error.to_string().contains("never changed"), "{error}");
}

/// A log that takes rows only while it is open.
#[derive(Debug)]
struct Gated {
    inner: MemoryAccounts,
    gate: Semaphore,
    batches: std::sync::Mutex<Vec<usize>>,
}

#[async_trait]
impl Audit for Gated {
    async fn append(&self, rows: &[(Timestamp, AuditEntry)]) -> Result<(), AccountError> {
        self.gate.acquire().await.unwrap().forget();
        if !rows.is_empty() {
            self.batches.lock().unwrap().push(rows.len());
        }
        self.inner.append(rows).await
    }
    async fn get(&self, id: i64, filter: &AuditFilter) -> Result<Option<AuditRow>, AccountError> {
        Audit::get(&self.inner, id, filter).await
    }
    async fn search(
        &self,
        filter: &AuditFilter,
        order: AuditOrder,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<AuditRow>, AccountError> {
        self.inner.search(filter, order, skip, limit).await
    }
    async fn count(&self, filter: &AuditFilter, most: usize) -> Result<usize, AccountError> {
        Audit::count(&self.inner, filter, most).await
    }
    async fn trim(&self, before: Timestamp, most: usize) -> Result<usize, AccountError> {
        self.inner.trim(before, most).await
    }
}

fn gated(open: usize) -> Arc<Gated> {
    Arc::new(Gated { inner: MemoryAccounts::new(), gate: Semaphore::new(open), batches: Default::default() })
}

#[tokio::test]
async fn what_waits_is_written_together_and_in_order() {
    let audit = gated(1_000);
    let writer = AuditWriter::start(audit.clone(), Arc::new(SystemClock::new()));
    for n in 0..1_000 {
        writer.record(AuditEntry::new(n.to_string())).await.unwrap();
    }
    writer.flush().await;
    let rows = audit.search(&AuditFilter::default(), AuditOrder::OldestFirst, 0, usize::MAX).await.unwrap();
    let events: Vec<_> = rows.into_iter().map(|row| row.entry.event).collect();
    assert_eq!(events, (0..1_000).map(|n| n.to_string()).collect::<Vec<_>>());
    let batches = audit.batches.lock().unwrap().clone();
    assert!(batches.len() <= 4, "{batches:?}");
}

/// A clock that never lets anybody wait.
#[derive(Debug)]
struct Hurried;

#[async_trait]
impl Clock for Hurried {
    fn now(&self) -> Now {
        Now { wall: Timestamp::from_micros(7), mono: Duration::ZERO }
    }
    async fn sleep(&self, _: Duration) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_full_queue_refuses_after_a_while_and_recovers() {
    let audit = gated(0);
    let writer = AuditWriter::start(audit.clone(), Arc::new(Hurried));
    let mut taken = 0;
    while writer.record(AuditEntry::new("e")).await == Ok(()) {
        taken += 1;
        assert!(taken < 100_000);
    }
    assert_eq!(writer.record(AuditEntry::new("e")).await, Err(AuditLost));
    audit.gate.add_permits(100_000);
    writer.flush().await;
    assert_eq!(audit.count(&AuditFilter::default(), usize::MAX).await.unwrap(), taken);
}
