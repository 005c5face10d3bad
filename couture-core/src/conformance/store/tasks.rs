//! Task instances, their tries, and what they gave.

use super::sample::{ShardWriter, record, sample_task};
use super::suite::{StoreFixture, TestedStore, cases};
use crate::ids::{MapIndex, RunKey, ShardId, TaskIndex, WorkerId};
use crate::state::TaskState;
use crate::store::{Record, TaskRecord};
use crate::task::{XCom, XComValue};
use crate::time::Timestamp;

cases![
    every_field_is_kept,
    the_last_row_counts,
    the_last_row_of_a_commit_counts,
    earlier_tries_are_kept,
    a_try_lost_and_launched_again_is_one_try,
    xcoms_are_kept,
    xcoms_are_replaced_with_their_row,
    xcoms_of_mapped_instances_are_apart,
    the_same_xcom_twice_in_a_row,
    an_instance_without_row_gave_nothing,
];

fn json(key: &str, value: &str) -> XCom {
    XCom { key: key.into(), value: XComValue::Json(value.into()) }
}

fn with_xcoms(task: TaskRecord, xcoms: &[XCom]) -> Record {
    record(TaskRecord { xcoms: xcoms.to_vec(), ..task })
}

async fn xcom(store: &dyn TestedStore, run: RunKey, task: u32, key: &str) -> Option<String> {
    match store.xcom(run, TaskIndex(task), MapIndex::NONE, key).await.unwrap()? {
        XComValue::Json(text) => Some(text.into()),
        XComValue::Artifact(key) => Some(format!("artifact {key}")),
    }
}

async fn every_field_is_kept(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 2).await;
    let key = writer.create_run(fixture.store(), "d", "r").await;
    let mut rows = Vec::new();
    for (n, state) in (0..).zip(TaskState::ALL.iter().copied()) {
        let time = |offset| Some(Timestamp::from_micros(i64::from(n) * 10 + offset));
        let mut full = sample_task(key, n, state);
        full.token.try_number = 3 + n;
        full.token.launch = 2 + n;
        full.token.map_index = MapIndex(n as i32 - 1);
        full.worker = Some(WorkerId::new(format!("host/{n}#x"), u64::from(n) << 40));
        full.lost = n;
        (full.queued_at, full.started_at, full.ended_at, full.retry_at) = (time(1), time(2), time(3), time(4));
        full.error = Some(format!("error {n}: 'ü' \"\n\t\\ 🦀").into());
        let mut empty = sample_task(key, 100 + n, state);
        (empty.token.try_number, empty.token.launch) = (0, 0);
        (empty.worker, empty.queued_at, empty.ended_at) = (None, None, None);
        rows.extend([full, empty]);
    }
    rows.sort_by_key(TaskRecord::instance);
    writer.write(fixture.store(), rows.iter().cloned().map(record).collect()).await;
    fixture.reopen().await;
    assert_eq!(fixture.store().tasks(key, None, 100).await.unwrap(), rows);
    assert_eq!(fixture.store().restore(ShardId(2)).await.unwrap().tasks, rows);
}

async fn the_last_row_counts(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let key = writer.create_run(store, "d", "r").await;
    let failed = TaskRecord { error: Some("boom".into()), ..sample_task(key, 0, TaskState::Failed) };
    let cleared = TaskRecord { worker: None, queued_at: None, ..sample_task(key, 0, TaskState::Queued) };
    for row in [failed, cleared] {
        writer.write(store, vec![record(row.clone())]).await;
        assert_eq!(store.tasks(key, None, 10).await.unwrap(), [row]);
    }
}

async fn the_last_row_of_a_commit_counts(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let key = writer.create_run(store, "d", "r").await;
    let states = [TaskState::Queued, TaskState::Running, TaskState::Success];
    let rows = states.into_iter().flat_map(|state| (0..50).map(move |task| (task, state)));
    writer.write(store, rows.map(|(task, state)| record(sample_task(key, task, state))).collect()).await;
    let expected: Vec<_> = (0..50).map(|task| sample_task(key, task, TaskState::Success)).collect();
    assert_eq!(store.tasks(key, None, 100).await.unwrap(), expected);
    assert_eq!(store.journal(writer.shard, 1, 1_000).await.unwrap().len(), 150);
}

async fn earlier_tries_are_kept(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let store = fixture.store();
    let key = writer.create_run(store, "d", "r").await;
    let row = |number, state| {
        let mut row = sample_task(key, 5, state);
        row.token.try_number = number;
        row.error = (state == TaskState::UpForRetry).then(|| format!("error of {number}").into());
        row
    };
    let tries = |number| store.tries(key, TaskIndex(5), number);
    writer.write(store, vec![record(row(1, TaskState::Queued))]).await;
    writer.write(store, vec![record(row(1, TaskState::UpForRetry))]).await;
    assert_eq!(tries(MapIndex::NONE).await.unwrap(), [], "the first is still the current one");
    // The next try begins and fails within one commit.
    let second = [row(2, TaskState::Queued), row(2, TaskState::Running), row(2, TaskState::UpForRetry)];
    writer.write(store, second.map(record).to_vec()).await;
    assert_eq!(tries(MapIndex::NONE).await.unwrap(), [row(1, TaskState::UpForRetry)]);
    writer.write(store, vec![record(row(3, TaskState::Queued))]).await;
    let both = [row(1, TaskState::UpForRetry), row(2, TaskState::UpForRetry)];
    assert_eq!(tries(MapIndex::NONE).await.unwrap(), both);
    writer.write(store, vec![record(row(3, TaskState::Success))]).await;
    fixture.reopen().await;
    let store = fixture.store();
    assert_eq!(store.tries(key, TaskIndex(5), MapIndex::NONE).await.unwrap(), both);
    assert_eq!(store.tries(key, TaskIndex(5), MapIndex(0)).await.unwrap(), []);
    assert_eq!(store.tries(key, TaskIndex(4), MapIndex::NONE).await.unwrap(), []);
    assert_eq!(store.tasks(key, None, 10).await.unwrap(), [row(3, TaskState::Success)]);
}

async fn a_try_lost_and_launched_again_is_one_try(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let key = writer.create_run(store, "d", "r").await;
    let mut first = sample_task(key, 0, TaskState::UpForRetry);
    writer.write(store, vec![record(first.clone())]).await;
    first.token.launch = 2;
    first.lost = 1;
    writer.write(store, vec![record(first.clone())]).await;
    let mut second = sample_task(key, 0, TaskState::Queued);
    second.token.try_number = 2;
    writer.write(store, vec![record(second)]).await;
    assert_eq!(store.tries(key, TaskIndex(0), MapIndex::NONE).await.unwrap(), [first]);
}

async fn xcoms_are_kept(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let key = writer.create_run(fixture.store(), "d", "r").await;
    let artifact = XCom { key: "big".into(), value: XComValue::Artifact("xcom/1/2".into()) };
    let given =
        [json("return_value", "{\"a\":\"ü\\u0000'\"}"), artifact, json("Return_value", "null"), json("x ", "1")];
    writer.write(fixture.store(), vec![with_xcoms(sample_task(key, 0, TaskState::Success), &given)]).await;
    fixture.reopen().await;
    let store = fixture.store();
    let check = [
        ("return_value", Some("{\"a\":\"ü\\u0000'\"}")),
        ("big", Some("artifact xcom/1/2")),
        ("Return_value", Some("null")),
        ("x ", Some("1")),
        ("x", None),
        ("RETURN_VALUE", None),
    ];
    for (name, expected) in check {
        assert_eq!(xcom(store, key, 0, name).await.as_deref(), expected, "{name:?}");
    }
    assert_eq!(xcom(store, key, 1, "big").await, None);
    assert_eq!(store.tasks(key, None, 10).await.unwrap(), [sample_task(key, 0, TaskState::Success)]);
}

async fn xcoms_are_replaced_with_their_row(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let key = writer.create_run(store, "d", "r").await;
    let row = || sample_task(key, 0, TaskState::Success);
    writer.write(store, vec![with_xcoms(row(), &[json("a", "1"), json("b", "2")])]).await;
    writer.write(store, vec![with_xcoms(row(), &[json("b", "3"), json("c", "4")])]).await;
    assert_eq!(xcom(store, key, 0, "a").await, None);
    assert_eq!(xcom(store, key, 0, "b").await.as_deref(), Some("3"));
    assert_eq!(xcom(store, key, 0, "c").await.as_deref(), Some("4"));
    writer.write(store, vec![record(sample_task(key, 0, TaskState::Queued))]).await;
    assert_eq!(xcom(store, key, 0, "b").await, None, "a new attempt has given nothing yet");
    // Only what the last row of a commit gives is given.
    let twice = vec![with_xcoms(row(), &[json("a", "5"), json("b", "6")]), with_xcoms(row(), &[json("a", "7")])];
    writer.write(store, twice).await;
    assert_eq!(xcom(store, key, 0, "a").await.as_deref(), Some("7"));
    assert_eq!(xcom(store, key, 0, "b").await, None);
}

async fn xcoms_of_mapped_instances_are_apart(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let key = writer.create_run(store, "d", "r").await;
    let rows = (-1..20).map(|n| {
        let mut row = sample_task(key, 0, TaskState::Success);
        row.token.map_index = MapIndex(n);
        with_xcoms(row, &[json("v", &n.to_string())])
    });
    writer.write(store, rows.collect()).await;
    for n in -1..20 {
        let value = store.xcom(key, TaskIndex(0), MapIndex(n), "v").await.unwrap();
        assert_eq!(value, Some(XComValue::Json(n.to_string().into())));
    }
    let places: Vec<_> = store.tasks(key, None, 100).await.unwrap().iter().map(|row| row.token.map_index.0).collect();
    assert_eq!(places, (-1..20).collect::<Vec<_>>());
}

async fn the_same_xcom_twice_in_a_row(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let key = writer.create_run(store, "d", "r").await;
    let given = [json("a", "1"), json("b", "2"), json("a", "3")];
    writer.write(store, vec![with_xcoms(sample_task(key, 0, TaskState::Success), &given)]).await;
    assert_eq!(xcom(store, key, 0, "a").await.as_deref(), Some("3"));
    assert_eq!(xcom(store, key, 0, "b").await.as_deref(), Some("2"));
}

async fn an_instance_without_row_gave_nothing(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let run = RunKey::new(ShardId(0), 1);
    assert_eq!(xcom(store, run, 0, "return_value").await, None);
    assert_eq!(store.tries(run, TaskIndex(0), MapIndex::NONE).await.unwrap(), []);
}
