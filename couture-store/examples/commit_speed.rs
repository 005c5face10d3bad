//! Measures how fast a store commits: `cargo run --release -p couture-store --example commit_speed [-- LOAD [URL]]`.
//!
//! `LOAD` is `all`, or a part of the name of a load. Without a URL it makes a SQLite file in the system's temporary folder. Prints a line
//! for each load: records and commits a second, and how long single commits took.

use std::time::{Duration, Instant};

use couture_core::conformance::store::{ShardWriter, sample_task};
use couture_core::store::{Commit, PoolDelta, Record, Store};
use couture_core::{PoolName, RunKey, TaskState};
use couture_store::{SqlStore, connect};

const BIG: u32 = 4_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("couture-commit-speed-{}", std::process::id()));
    let wanted = std::env::args().nth(1).filter(|load| load != "all").unwrap_or_default();
    let url = std::env::args().nth(2).unwrap_or_else(|| format!("sqlite://{}/couture.db", folder.display()));
    let store = connect(&url).await?;
    let mut writer = ShardWriter::claim(&store, 0).await;
    let run = writer.create_run(&store, "speed", &format!("run {}", writer.sequence)).await;
    for (name, size, period, commits) in loads(run) {
        if name.contains(&wanted) {
            report(&name, size, &measure(&store, &mut writer, commits, period).await);
        }
    }
    restore(&store, &writer).await;
    store.close().await;
    let _ = std::fs::remove_dir_all(folder);
    Ok(())
}

type Load = (String, u32, Duration, Box<dyn Iterator<Item = Vec<Record>>>);

fn loads(run: RunKey) -> Vec<Load> {
    let new = (0..100).map(move |n| records(run, n * BIG, BIG, TaskState::Queued));
    let same = (0..100).map(move |n| records(run, n * BIG, BIG, TaskState::Success));
    let both = (100..200).map(move |n| {
        let mut all = records(run, n * BIG / 2, BIG / 2, TaskState::Success);
        all.extend(records(run, (n + 200) * BIG / 2, BIG / 2, TaskState::Queued));
        all
    });
    let mut loads: Vec<Load> = vec![
        ("queued, new rows".to_owned(), BIG, Duration::ZERO, Box::new(new)),
        ("success, same rows".to_owned(), BIG, Duration::ZERO, Box::new(same)),
        ("half queued, half success".to_owned(), BIG, Duration::ZERO, Box::new(both)),
    ];
    for size in [1, 2, 7, 16, 40] {
        let small = (0..4_000 / size).map(move |n| records(run, 1_000_000 + n * size, size, TaskState::Queued));
        loads.push((format!("commits of {size}"), size, Duration::ZERO, Box::new(small)));
    }
    let steady = (0..4_000).map(move |n| records(run, 2_000_000 + n, 1, TaskState::Queued));
    loads.push(("one each ms".to_owned(), 1, Duration::from_millis(1), Box::new(steady)));
    loads
}

fn records(run: RunKey, first: u32, count: u32, state: TaskState) -> Vec<Record> {
    (first..first + count).map(|task| Record::Task(Box::new(sample_task(run, task, state)))).collect()
}

/// Commits all, one each `period`, and tells how long each took.
#[allow(clippy::disallowed_methods, reason = "it measures time")]
async fn measure(
    store: &SqlStore,
    writer: &mut ShardWriter,
    commits: impl Iterator<Item = Vec<Record>>,
    period: Duration,
) -> Vec<Duration> {
    let mut times = Vec::new();
    for (n, records) in commits.enumerate() {
        let count = records.len() as u64;
        let slots = if n % 2 == 0 { 1 } else { -1 };
        let pools = vec![PoolDelta { pool: PoolName::default(), slots }];
        let commit = Commit { pools, ..writer.commit(records) };
        let start = Instant::now();
        store.commit(&commit).await.expect("the commit is right");
        times.push(start.elapsed());
        writer.sequence += count;
        if !period.is_zero() {
            tokio::time::sleep(period.saturating_sub(start.elapsed())).await;
        }
    }
    times
}

#[allow(clippy::disallowed_methods, reason = "it measures time")]
async fn restore(store: &SqlStore, writer: &ShardWriter) {
    let start = Instant::now();
    let snapshot = store.restore(writer.shard).await.expect("the shard is there");
    println!("{:<28} {} task instances in {:.2?}", "restore", snapshot.tasks.len(), start.elapsed());
}

fn report(name: &str, size: u32, times: &[Duration]) {
    let total: Duration = times.iter().sum();
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let at = |part: f64| sorted[((sorted.len() - 1) as f64 * part) as usize];
    let commits = times.len() as f64 / total.as_secs_f64();
    println!(
        "{name:<28} {:>9.0} records/s {commits:>7.0} commits/s   p50 {:.2?} p99 {:.2?} max {:.2?}",
        commits * f64::from(size),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}
