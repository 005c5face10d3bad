//! The longest, the biggest, the oddest.

use serde_json::json;

use super::sample::{AT, ShardWriter, record, sample_dag, sample_run, sample_task};
use super::suite::{StoreFixture, cases};
use crate::ids::{DagId, MAX_ID_BYTES, MapIndex, PoolName, RunId, ShardId, TaskIndex, WorkerId};
use crate::state::TaskState;
use crate::store::{Commit, DagVersion, Record, RunRecord, TaskRecord, Trigger};
use crate::task::{Outcome, XCom, XComValue};
use crate::time::Timestamp;

cases![
    ids_are_binary,
    the_longest_ids_are_kept,
    numbers_reach_their_ends,
    big_versions_are_kept,
    the_biggest_confs_are_kept,
    long_errors_and_xcoms_are_kept,
    texts_with_nul_do_no_harm,
];

/// Texts that a careless collation or a careless statement takes for each other.
const ODD: [&str; 14] =
    [" ", "  ", " a", "%", "'); drop table run; --", "?", "A", "\\", "\"", "a", "a ", "a\u{301}", "á", "東京🦀"];

async fn ids_are_binary(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let mut keys = Vec::new();
    for text in ODD {
        keys.push(writer.create_run(fixture.store(), "d", text).await);
        fixture.store().set_pool(&PoolName::new(text).unwrap(), keys.len() as u32).await.unwrap();
    }
    fixture.reopen().await;
    let (store, dag_id) = (fixture.store(), DagId::new("d").unwrap());
    for (text, key) in ODD.iter().zip(&keys) {
        let run = store.run(&dag_id, &RunId::new(text).unwrap()).await.unwrap().unwrap();
        assert_eq!((run.key, run.run_id.as_str()), (*key, *text));
    }
    for absent in ["b", "á ", "   ", "_", "東京"] {
        assert_eq!(store.run(&dag_id, &RunId::new(absent).unwrap()).await.unwrap(), None, "{absent:?}");
    }
    let pools = store.pools().await.unwrap();
    let mut expected: Vec<_> = ODD.into_iter().zip(1..).chain([("default_pool", 128)]).collect();
    expected.sort();
    assert_eq!(pools.iter().map(|pool| (pool.name.as_str(), pool.slots)).collect::<Vec<_>>(), expected);
}

async fn the_longest_ids_are_kept(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let long = |end: &str| format!("{}{end}", "界".repeat((MAX_ID_BYTES - end.len()) / 3));
    let (one, two) = (long("1"), long("2"));
    assert_eq!(one.len(), MAX_ID_BYTES);
    let mut keys = Vec::new();
    for id in [&one, &two] {
        fixture.store().set_pool(&PoolName::new(id).unwrap(), 1).await.unwrap();
        writer.write(fixture.store(), vec![Record::Dag(sample_dag(id))]).await;
        let key = writer.create_run(fixture.store(), id, id).await;
        let xcom = XCom { key: id.as_str().into(), value: XComValue::Json("1".into()) };
        let task = TaskRecord { xcoms: vec![xcom], ..sample_task(key, 0, TaskState::Success) };
        writer.write(fixture.store(), vec![record(task)]).await;
        keys.push(key);
    }
    fixture.reopen().await;
    let store = fixture.store();
    assert_eq!(store.dags(None, 10).await.unwrap(), [sample_dag(&one), sample_dag(&two)]);
    let second = store.run(&DagId::new(&two).unwrap(), &RunId::new(&two).unwrap()).await.unwrap();
    assert_eq!(second.map(|run| run.key), Some(keys[1]));
    assert!(store.xcom(keys[0], TaskIndex(0), MapIndex::NONE, &one).await.unwrap().is_some());
    assert!(store.xcom(keys[0], TaskIndex(0), MapIndex::NONE, &two).await.unwrap().is_none());
    assert_eq!(store.pools().await.unwrap().len(), 3);
}

async fn numbers_reach_their_ends(fixture: &mut dyn StoreFixture) {
    let writer = ShardWriter::claim(fixture.store(), 3).await;
    let (first, last) = (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX));
    let run = RunRecord {
        logical_date: first,
        queued_at: last,
        started_at: Some(first),
        ended_at: Some(last),
        ..sample_run(writer.key(0), "d", "r")
    };
    let mut low = sample_task(run.key, 0, TaskState::Running);
    low.token.map_index = MapIndex(i32::MIN);
    (low.queued_at, low.started_at, low.ended_at, low.retry_at) = (Some(first), Some(first), Some(first), Some(first));
    let mut high = sample_task(run.key, u32::MAX, TaskState::Running);
    high.token.map_index = MapIndex(i32::MAX);
    (high.token.try_number, high.token.launch, high.lost) = (u32::MAX, u32::MAX, u32::MAX);
    high.worker = Some(WorkerId::new("w", u64::MAX));
    (high.queued_at, high.started_at, high.ended_at, high.retry_at) = (Some(last), Some(last), Some(last), Some(last));
    let records = vec![Record::RunCreated(run.clone()), record(low.clone()), record(high.clone())];
    let commit = Commit { at: last, shards: vec![writer.part(records)], pools: Vec::new() };
    fixture.store().commit(&commit).await.unwrap();
    fixture.reopen().await;
    let store = fixture.store();
    assert_eq!(store.runs(None, None, 10).await.unwrap(), std::slice::from_ref(&run));
    assert_eq!(store.tasks(run.key, None, 10).await.unwrap(), [low.clone(), high.clone()]);
    let after = Some((high.token.task, high.token.map_index));
    assert_eq!(store.tasks(run.key, after, 10).await.unwrap(), []);
    let entries = store.journal(ShardId(3), 0, 10).await.unwrap();
    assert!(entries.iter().all(|entry| entry.at == last));
    assert_eq!(entries[2].change, Record::Task(Box::new(high)).journal());
}

async fn big_versions_are_kept(fixture: &mut dyn StoreFixture) {
    for bytes in [1 << 20, (1 << 20) + 1, 9_000_000] {
        let json: Vec<u8> = (0..bytes).map(|n| (n % 251) as u8).collect();
        let version = DagVersion { version: format!("v{bytes}"), json };
        fixture.store().put_version(&version).await.unwrap();
        fixture.store().put_version(&version).await.unwrap();
        fixture.reopen().await;
        assert!(fixture.store().version(&version.version).await.unwrap() == Some(version.json), "{bytes}");
    }
}

async fn the_biggest_confs_are_kept(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let text = "x".repeat(Trigger::MAX_CONF_BYTES - 100);
    let runs: Vec<_> = (0..20)
        .map(|n| RunRecord { conf: json!({"text": text, "n": n}), ..sample_run(writer.key(n), "d", &format!("{n}")) })
        .collect();
    writer.write(fixture.store(), runs.iter().cloned().map(Record::RunCreated).collect()).await;
    fixture.reopen().await;
    for run in runs {
        let seen = fixture.store().run(&run.dag_id, &run.run_id).await.unwrap();
        assert!(seen == Some(run));
    }
}

async fn long_errors_and_xcoms_are_kept(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let key = writer.create_run(fixture.store(), "d", "r").await;
    let value = XComValue::Json(format!("\"{}\"", "v".repeat(XComValue::MAX_INLINE_BYTES - 2)).into());
    let row = |task| TaskRecord {
        error: Some("e".repeat(Outcome::MAX_ERROR_BYTES).into()),
        xcoms: (0..4).map(|n| XCom { key: format!("k{n}").into(), value: value.clone() }).collect(),
        ..sample_task(key, task, TaskState::Failed)
    };
    writer.write(fixture.store(), (0..200).map(|task| record(row(task))).collect()).await;
    fixture.reopen().await;
    let seen = fixture.store().xcom(key, TaskIndex(199), MapIndex::NONE, "k3").await.unwrap();
    assert!(seen == Some(value.clone()));
    let tasks = fixture.store().tasks(key, None, 1_000).await.unwrap();
    assert!(tasks == (0..200).map(|task| TaskRecord { xcoms: Vec::new(), ..row(task) }).collect::<Vec<_>>());
}

/// Some databases cannot hold the character NUL in a text. It may then be shown as another one, but never refuses a commit.
async fn texts_with_nul_do_no_harm(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let key = writer.create_run(store, "d", "r").await;
    let xcom = XCom { key: "a\0b".into(), value: XComValue::Json("1".into()) };
    let mut task = sample_task(key, 0, TaskState::Failed);
    task.error = Some("a\0b".into());
    task.worker = Some(WorkerId::new("a\0b", 1));
    writer.write(store, vec![record(TaskRecord { xcoms: vec![xcom], ..task })]).await;
    store.beat(&WorkerId::new("a\0b", 1)).await.unwrap();
    assert!(store.xcom(key, TaskIndex(0), MapIndex::NONE, "a\0b").await.unwrap().is_some());
    let error = store.tasks(key, None, 1).await.unwrap()[0].error.clone().unwrap();
    assert!(error.starts_with('a') && error.ends_with('b') && error.chars().count() == 3, "{error:?}");
    assert!(store.journal(writer.shard, 0, 10).await.unwrap().iter().all(|entry| entry.at == AT));
}
