//! What goes wrong with a database file: each gives a clear error, and loses nothing.

use std::fs;
use std::future::Future;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Command, Stdio};
use std::task::{Context, Poll};

use couture_core::conformance::store::{ShardWriter, sample_run, sample_task};
use couture_core::store::{CommitError, Record, Store, StoreError, StoreReader};
use couture_core::{RunKey, TaskState};
use couture_store::{ConnectError, SqlStore, connect};
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use tempfile::TempDir;

fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

async fn error(file: &Path) -> String {
    connect(&url(file)).await.expect_err("it must not open").to_string()
}

async fn change(file: &Path, sql: &str) {
    let mut connection = SqliteConnection::connect(&url(file)).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

fn tasks(run: RunKey, first: u32, count: u32, state: TaskState) -> Vec<Record> {
    (first..first + count).map(|task| Record::Task(Box::new(sample_task(run, task, state)))).collect()
}

/// A closed store in `folder`, with a run of 2,000 task instances.
async fn made(folder: &TempDir) -> (PathBuf, RunKey) {
    let file = folder.path().join("couture.db");
    let store = connect(&url(&file)).await.unwrap();
    let mut writer = ShardWriter::claim(&store, 0).await;
    let run = writer.create_run(&store, "d", "r").await;
    writer.write(&store, tasks(run, 0, 2_000, TaskState::Queued)).await;
    store.close().await;
    (file, run)
}

#[tokio::test]
async fn a_second_process_is_told_whose_folder_it_is() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("data/couture.db");
    let first = connect(&url(&file)).await.unwrap();
    let other = first.clone();
    drop(first);
    let message = error(&file).await;
    assert!(message.contains("data\" is in use; is another server running on it?"), "{message}");
    assert!(matches!(connect(&url(&file)).await, Err(ConnectError::Locked(locked)) if locked.ends_with("data")));
    drop(other);
    connect(&url(&file)).await.unwrap();
}

#[tokio::test]
async fn urls_that_name_nothing_are_refused() {
    for bad in ["", "couture.db", "sqlite://", "oracle://me:s3cret@host/db", "sqlite:///a?mode=memory", "mysql//x"] {
        let error = connect(bad).await.unwrap_err();
        assert!(matches!(error, ConnectError::Url(_)), "{bad:?} {error}");
        assert!(error.to_string().contains("sqlite:///path/to/couture.db"), "{error}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = connect(&url(&folder.path().join("file/couture.db"))).await.unwrap_err();
    assert!(matches!(error, ConnectError::Folder { .. }), "{error}");
}

#[tokio::test]
async fn what_is_not_our_database_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let (text, other) = (folder.path().join("text"), folder.path().join("other.db"));
    fs::write(&text, "not a database at all, but long enough to be one ".repeat(100)).unwrap();
    assert!(error(&text).await.contains("is not a database of Couture, or is damaged; restore it from a backup"));
    fs::File::create(&other).unwrap();
    change(&other, "CREATE TABLE invoice (number INTEGER)").await;
    assert!(error(&other).await.contains("holds tables that are not Couture's; name an empty database"));
    change(&other, "INSERT INTO invoice VALUES (1)").await;
}

#[tokio::test]
async fn a_newer_schema_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let (file, _) = made(&folder).await;
    change(&file, "INSERT INTO couture_schema VALUES (1000)").await;
    let message = error(&file).await;
    assert!(message.contains("was written by a newer Couture (schema 1000"), "{message}");
    change(&file, "DELETE FROM couture_schema WHERE version = 1000").await;
    connect(&url(&file)).await.unwrap();
}

#[tokio::test]
async fn damage_is_told_with_advice() {
    let folder = TempDir::new().unwrap();
    let (file, run) = made(&folder).await;
    let whole = fs::read(&file).unwrap();
    // The schema is in the first pages, and what was written last in the others.
    let mut damaged = whole.clone();
    let half = damaged.len() / 4_096 / 2 * 4_096;
    damaged[half..].fill(0xa5);
    fs::write(&file, damaged).unwrap();
    let store = connect(&url(&file)).await.unwrap();
    let error = store.tasks(run, None, 10_000).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt(_)), "{error:?}");
    assert!(error.to_string().contains("is damaged; stop the server and restore the file from a backup"), "{error}");
    store.close().await;
    fs::write(&file, whole).unwrap();
    let store = connect(&url(&file)).await.unwrap();
    assert_eq!(store.tasks(run, None, 10_000).await.unwrap().len(), 2_000);
}

/// Polls `commit` at most `polls` times, with pauses in which the database goes on, then drops it.
fn poll_and_drop(commit: impl Future<Output = Result<(), CommitError>>, polls: usize) -> bool {
    let mut commit = pin!(commit);
    for _ in 0..polls {
        if let Poll::Ready(done) = commit.as_mut().poll(&mut Context::from_waker(futures_util::task::noop_waker_ref()))
        {
            done.unwrap();
            return true;
        }
        std::thread::yield_now();
    }
    false
}

#[tokio::test]
async fn a_commit_that_nobody_waits_for_can_be_repeated() {
    let folder = TempDir::new().unwrap();
    let store = connect(&url(&folder.path().join("couture.db"))).await.unwrap();
    let mut writer = ShardWriter::claim(&store, 0).await;
    let run = writer.create_run(&store, "d", "r").await;
    let mut dropped = 0;
    for n in 0..150 {
        let commit = writer.commit(tasks(run, n * 700, if n % 2 == 0 { 700 } else { 1 }, TaskState::Queued));
        dropped += usize::from(!poll_and_drop(store.commit(&commit), n as usize % 40));
        store.commit(&commit).await.unwrap();
        writer.sequence += commit.shards[0].records.len() as u64;
    }
    assert!(dropped > 20, "{dropped}");
    assert_eq!(store.restore(writer.shard).await.unwrap().tasks.len(), 75 * 701);
    assert_eq!(store.journal(writer.shard, 0, 100_000).await.unwrap().len() as u64, writer.sequence);
}

const CHILD: &str = "COUTURE_TEST_DATABASE";

/// Commits until it is killed, and tells each commit that was acknowledged. Runs only in the child process of the test below.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_that_commits() {
    let Ok(url) = std::env::var(CHILD) else { return };
    let store = connect(&url).await.unwrap();
    let mut writer = ShardWriter::claim(&store, 3).await;
    println!("\nsequence {}", writer.sequence);
    for n in 0_u32.. {
        let run = writer.key(0);
        let mut records = vec![Record::RunCreated(sample_run(run, "d", &format!("{} {n}", writer.epoch.0)))];
        records.extend(tasks(run, 0, [1, 40, 900][n as usize % 3], TaskState::Queued));
        writer.write(&store, records).await;
        println!("sequence {}", writer.sequence);
    }
}

#[tokio::test]
async fn a_kill_loses_no_acknowledged_commit() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("couture.db");
    for round in 0..8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_commits", "--nocapture"])
            .env(CHILD, url(&file))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = 0;
        let mut commits = 0;
        while commits < 3 + round * 5 {
            let line = lines.next().expect("the child runs until it is killed").unwrap();
            if let Some(sequence) = line.strip_prefix("sequence ") {
                acknowledged = sequence.parse::<u64>().unwrap();
                commits += 1;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it still said before it died counts, too.
        for line in lines.map_while(Result::ok) {
            acknowledged = line.strip_prefix("sequence ").and_then(|s| s.parse().ok()).unwrap_or(acknowledged);
        }
        check_whole(&connect(&url(&file)).await.unwrap(), acknowledged).await;
    }
}

/// The journal reaches `acknowledged`, and tells exactly of what is there: every commit whole or not at all.
async fn check_whole(store: &SqlStore, acknowledged: u64) {
    let shard = couture_core::ShardId(3);
    let snapshot = store.restore(shard).await.unwrap();
    assert!(snapshot.sequence >= acknowledged, "{} < {acknowledged}", snapshot.sequence);
    assert_eq!(snapshot.sequence as usize, snapshot.runs.len() + snapshot.tasks.len());
    for run in &snapshot.runs {
        let tasks = store.tasks(run.key, None, 1_000).await.unwrap().len();
        assert!([1, 40, 900].contains(&tasks), "{tasks}");
    }
    let journal = store.journal(shard, 0, usize::MAX).await.unwrap();
    assert!(journal.iter().map(|entry| entry.sequence).eq(1..=snapshot.sequence));
    store.close().await;
}
