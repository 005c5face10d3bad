//! Faults that only the inside can cause.

use couture_core::conformance::store::{ShardWriter, sample_task};
use couture_core::store::{CommitError, Record, StoreError, StoreReader};
use couture_core::{RunKey, TaskState};
use tempfile::TempDir;

use super::{SqlStore, connect};
use crate::error::ConnectError;
use crate::sql::Database;

async fn store(folder: &TempDir) -> SqlStore {
    connect(&format!("sqlite://{}/couture.db", folder.path().display())).await.unwrap()
}

fn tasks(run: RunKey, first: u32, count: u32) -> Vec<Record> {
    let task = |task| Record::Task(Box::new(sample_task(run, task, TaskState::Queued)));
    (first..first + count).map(task).collect()
}

#[tokio::test]
async fn a_full_disk_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let store = store(&folder).await;
    let mut writer = ShardWriter::claim(&store, 0).await;
    let run = writer.create_run(&store, "d", "r").await;
    writer.write(&store, tasks(run, 0, 100)).await;
    let limit = |pages: &'static str| store.database().execute(pages, store.database().args());
    limit("PRAGMA max_page_count = 1").await.unwrap();
    for _ in 0..3 {
        let error = writer.try_write(&store, tasks(run, 100, 4_000)).await.unwrap_err();
        let CommitError::Store(StoreError::Unavailable(reason)) = error else { panic!("{error:?}") };
        assert!(reason.to_string().contains("finds no space on its disk; free some"), "{reason}");
        assert_eq!(store.tasks(run, None, 10_000).await.unwrap().len(), 100);
    }
    limit("PRAGMA max_page_count = 1000000").await.unwrap();
    writer.write(&store, tasks(run, 100, 4_000)).await;
    assert_eq!(store.tasks(run, None, 10_000).await.unwrap().len(), 4_100);
    assert_eq!(store.journal(writer.shard, 0, 10_000).await.unwrap().len(), 4_101);
}

#[tokio::test]
async fn an_older_schema_is_brought_up_to_date() {
    let folder = TempDir::new().unwrap();
    let store = store(&folder).await;
    let run = ShardWriter::claim(&store, 0).await.create_run(&store, "d", "r").await;
    let Database::Sqlite(_) = store.database() else { panic!("it is SQLite") };
    let mut migrations = store.database().dialect().migrations().to_vec();
    let first = migrations.len() as i64;
    migrations.push("CREATE TABLE added (n BIGINT);\nINSERT INTO added VALUES (7);");
    migrations.push("CREATE TABLE added_too (n BIGINT);\nINSERT INTO nowhere VALUES (1);");
    // The second fails as a whole, and the first stays.
    let migrate = |migrations: Vec<&'static str>| {
        let store = store.clone();
        async move { store.database().migrate(&migrations, "").await }
    };
    let error = migrate(migrations.clone()).await.unwrap_err();
    assert!(error.to_string().contains("no such table: nowhere"), "{error}");
    let numbers = |sql: &'static str| {
        let store = store.clone();
        async move {
            let mut numbers = Vec::new();
            let read = |row: crate::sql::Row| {
                numbers.push(row.int(0)?);
                Ok(())
            };
            store.database().fetch(sql, store.database().args(), read).await.map(|()| numbers)
        }
    };
    assert_eq!(numbers("SELECT MAX(version) FROM couture_schema").await.unwrap(), [first + 1]);
    assert!(numbers("SELECT n FROM added_too").await.is_err());
    migrations.pop();
    migrations.push("CREATE TABLE added_too (n BIGINT);");
    migrate(migrations.clone()).await.unwrap();
    migrate(migrations.clone()).await.unwrap();
    assert_eq!(numbers("SELECT n FROM added").await.unwrap(), [7]);
    assert_eq!(store.runs(None, None, 10).await.unwrap()[0].key, run);
    migrations.pop();
    let error = migrate(migrations).await.unwrap_err();
    assert!(matches!(error, ConnectError::Newer { found, known, .. } if found == first + 2 && known == first + 1));
}
