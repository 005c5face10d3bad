//! Runs by their logical dates.

use super::sample::{ShardWriter, sample_changes, sample_dag, sample_run, sample_task};
use super::suite::{StoreFixture, cases};
use crate::ids::{AssetName, DagId, RunKey, ShardId};
use crate::schedule::DataInterval;
use crate::state::{RunType, TaskState};
use crate::store::{DagRecord, Record, RunRecord};
use crate::time::Timestamp;

cases![intervals_and_assets_are_kept, previous_runs_are_found, runs_of_dates_are_listed, ten_thousand_dags_are_written];

const fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

async fn intervals_and_assets_are_kept(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let asset = |name: &str| AssetName::new(name).unwrap();
    let dags = [
        DagRecord { last_interval: Some(DataInterval::new(at(i64::MIN), at(i64::MAX))), ..sample_dag("a") },
        DagRecord { changed_assets: sample_changes([asset("s3://ü/'x'"), asset("z")]), ..sample_dag("b") },
        DagRecord {
            changed_assets: sample_changes((0..5_000).map(|n| asset(&format!("{n:0250}")))),
            last_interval: Some(DataInterval::at(at(7))),
            ..sample_dag("c")
        },
    ];
    let run = RunRecord {
        run_type: RunType::AssetTriggered,
        data_interval: DataInterval::new(at(-7), at(i64::MAX)),
        backfill: Some(i64::MAX),
        ..sample_run(writer.key(3), "a", "r")
    };
    let records = dags.iter().cloned().map(Record::Dag).chain([Record::RunCreated(run.clone())]);
    writer.write(fixture.store(), records.collect()).await;
    fixture.reopen().await;
    let snapshot = fixture.store().restore(ShardId(0)).await.unwrap();
    assert_eq!(snapshot.dags, dags);
    assert_eq!(snapshot.runs, [run]);
    let plain = ["a", "b", "c"].map(sample_dag);
    writer.write(fixture.store(), plain.iter().cloned().map(Record::Dag).collect()).await;
    assert_eq!(fixture.store().dags(None, 10).await.unwrap(), plain);
}

/// Writes runs of DAG "d" with these dates and types, and one of another DAG.
async fn write_runs(fixture: &mut dyn StoreFixture, runs: &[(i64, RunType)]) -> Vec<RunRecord> {
    let mut writer = ShardWriter::claim(fixture.store(), 1).await;
    let run = |(n, (date, run_type)): (usize, &(i64, RunType))| RunRecord {
        logical_date: at(*date),
        run_type: *run_type,
        ..sample_run(writer.key(n as u64), "d", &format!("r{n}"))
    };
    let runs: Vec<_> = runs.iter().enumerate().map(run).collect();
    let other = RunRecord { logical_date: at(15), ..sample_run(writer.key(runs.len() as u64), "D", "r") };
    let records = runs.iter().cloned().chain([other]).map(Record::RunCreated).collect();
    writer.write(fixture.store(), records).await;
    runs
}

async fn previous_runs_are_found(fixture: &mut dyn StoreFixture) {
    use RunType::{AssetTriggered, Backfill, Manual, Scheduled};
    let types = [(30, Scheduled), (10, Scheduled), (20, Manual), (20, Backfill), (20, AssetTriggered), (40, Manual)];
    let runs = write_runs(fixture, &types).await;
    let (store, dag_id) = (fixture.store(), DagId::new("d").unwrap());
    let table = [
        (10, false, None),
        (11, false, Some(1)),
        (20, false, Some(1)),
        (21, false, Some(4)),
        (21, true, Some(3)),
        (31, true, Some(0)),
        (i64::MAX, false, Some(5)),
        (i64::MAX, true, Some(0)),
        (i64::MIN, true, None),
    ];
    for (before, scheduled_only, expected) in table {
        let found = store.previous_run(&dag_id, at(before), scheduled_only).await.unwrap();
        assert_eq!(found, expected.map(|n: usize| runs[n].key), "{before} {scheduled_only}");
    }
    assert_eq!(store.previous_run(&DagId::new("none").unwrap(), at(99), false).await.unwrap(), None);
}

async fn runs_of_dates_are_listed(fixture: &mut dyn StoreFixture) {
    let types = [30, 10, 20, 20, i64::MAX, i64::MIN].map(|date| (date, RunType::Scheduled));
    let runs = write_runs(fixture, &types).await;
    let (store, dag_id) = (fixture.store(), DagId::new("d").unwrap());
    let table: [(i64, i64, usize, &[usize]); 8] = [
        (10, 30, 10, &[1, 2, 3, 0]),
        (11, 29, 10, &[2, 3]),
        (10, 30, 2, &[1, 2]),
        (20, 20, 1, &[2]),
        (20, 10, 10, &[]),
        (31, i64::MAX, 10, &[4]),
        (i64::MIN, i64::MAX, 100, &[5, 1, 2, 3, 0, 4]),
        (10, 30, 0, &[]),
    ];
    for (first, last, limit, expected) in table {
        let found = store.runs_between(&dag_id, at(first), at(last), limit).await.unwrap();
        let expected: Vec<_> = expected.iter().map(|n| runs[*n].clone()).collect();
        assert_eq!(found, expected, "{first} {last} {limit}");
    }
}

async fn ten_thousand_dags_are_written(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let count = 10_000;
    let id = |n: usize| format!("d{n:05}");
    for first in (0..count).step_by(1_250) {
        let mut records = Vec::new();
        for n in first..first + 1_250 {
            let key = writer.key(records.len() as u64 + 1);
            let dag = DagRecord { last_interval: Some(DataInterval::at(at(n as i64))), ..sample_dag(&id(n)) };
            let run = RunRecord { run_type: RunType::Scheduled, ..sample_run(key, &id(n), "r") };
            let task = Record::Task(Box::new(sample_task(key, 0, TaskState::Queued)));
            records.extend([Record::Dag(dag), Record::RunCreated(run), task]);
        }
        writer.write(fixture.store(), records).await;
    }
    fixture.reopen().await;
    let snapshot = fixture.store().restore(ShardId(0)).await.unwrap();
    assert_eq!((snapshot.dags.len(), snapshot.runs.len(), snapshot.tasks.len()), (count, count, count));
    assert_eq!(snapshot.sequence, 3 * count as u64);
    let expected = |n: usize| DagRecord { last_interval: Some(DataInterval::at(at(n as i64))), ..sample_dag(&id(n)) };
    assert!(snapshot.dags.iter().enumerate().all(|(n, dag)| *dag == expected(n)));
    let keys: Vec<RunKey> = snapshot.tasks.iter().map(|task| task.token.run).collect();
    assert_eq!(keys, snapshot.runs.iter().map(|run| run.key).collect::<Vec<_>>());
}
