//! Lists of what tasks gave.

use super::sample::{AT, ShardWriter, change, record, sample_run, sample_task};
use super::suite::{StoreFixture, TestedStore, cases};
use crate::ids::{DagId, MapIndex, RunKey, TaskIndex};
use crate::state::{RunState, TaskState};
use crate::store::{GivenXCom, Record, XComFilter};
use crate::task::{XCom, XComValue};
use crate::time::Timestamp;

cases![xcoms_are_listed_and_counted, the_newest_come_first, what_counts_no_more_is_not_listed];

/// That an instance of a task gave these keys and values, and ended so long after others.
fn gave(run: RunKey, task: u32, map_index: i32, ended: i64, given: &[(&str, &str)]) -> Record {
    let mut row = sample_task(run, task, TaskState::Success);
    row.token.map_index = MapIndex(map_index);
    row.ended_at = Some(Timestamp::from_micros(AT.as_micros() + ended));
    row.xcoms = given
        .iter()
        .map(|(key, value)| XCom {
            key: (*key).into(),
            value: match value.strip_prefix("artifact ") {
                Some(artifact) => XComValue::Artifact(artifact.into()),
                None => XComValue::Json((*value).into()),
            },
        })
        .collect();
    record(row)
}

/// Run id, task, map index, key and length.
fn shown(given: &GivenXCom) -> (String, u32, i32, String, Option<u64>) {
    (given.run_id.to_string(), given.task.0, given.map_index.0, given.key.to_string(), given.bytes)
}

async fn xcoms_are_listed_and_counted(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 1).await;
    let first = writer.create_run(fixture.store(), "d", "first").await;
    let second = writer.create_run(fixture.store(), "d", "second").await;
    let other = writer.create_run(fixture.store(), "D", "other").await;
    let rows = vec![
        gave(first, 0, -1, 7, &[("b", "[\"ü\"]"), ("B", "artifact x/y"), ("a", "1")]),
        gave(first, 1, 0, 8, &[("a", "12")]),
        gave(first, 1, 1, 9, &[("a", "123")]),
        gave(second, 0, -1, 9, &[("a", "null")]),
        gave(other, 0, -1, 9, &[("a", "{}"), ("a ", "[]")]),
    ];
    writer.write(fixture.store(), rows).await;
    fixture.reopen().await;
    let store = fixture.store();
    let all = [
        ("other", 0, -1, "a", Some(2)),
        ("other", 0, -1, "a ", Some(2)),
        ("second", 0, -1, "a", Some(4)),
        ("first", 0, -1, "B", None),
        ("first", 0, -1, "a", Some(1)),
        ("first", 0, -1, "b", Some(6)),
        ("first", 1, 0, "a", Some(2)),
        ("first", 1, 1, "a", Some(3)),
    ];
    let filter = XComFilter::default;
    let cases = [
        (filter(), vec![0, 1, 2, 3, 4, 5, 6, 7]),
        (XComFilter { dag_id: Some(DagId::new("d").unwrap()), ..filter() }, vec![2, 3, 4, 5, 6, 7]),
        (XComFilter { run: Some(first), ..filter() }, vec![3, 4, 5, 6, 7]),
        (XComFilter { run: Some(first), task: Some(TaskIndex(1)), ..filter() }, vec![6, 7]),
        (XComFilter { run: Some(first), map_index: Some(MapIndex::NONE), ..filter() }, vec![3, 4, 5]),
        (XComFilter { key: Some("a".into()), ..filter() }, vec![0, 2, 4, 6, 7]),
        (XComFilter { key: Some("none".into()), ..filter() }, vec![]),
    ];
    for (filter, expected) in cases {
        let expected: Vec<_> = expected.into_iter().map(|at: usize| all[at]).collect();
        assert_eq!(store.count_xcoms(&filter).await.unwrap(), expected.len(), "{filter:?}");
        for (offset, limit) in [(0, 100), (1, 3), (0, 0), (100, 1)] {
            let found = store.find_xcoms(&filter, offset, limit).await.unwrap();
            let found: Vec<_> = found.iter().map(shown).collect();
            let page = expected.iter().skip(offset).take(limit);
            let page: Vec<_> = page
                .map(|(run, task, map, key, size)| (run.to_string(), *task, *map, key.to_string(), *size))
                .collect();
            assert_eq!(found, page, "{filter:?} {offset} {limit}");
        }
    }
    let found = store.find_xcoms(&XComFilter { run: Some(first), ..filter() }, 0, 1).await.unwrap();
    let run = sample_run(first, "d", "first");
    let big = XCom { key: "B".into(), value: XComValue::Artifact("x/y".into()) };
    let at = Some(Timestamp::from_micros(AT.as_micros() + 7));
    assert_eq!(found, [GivenXCom::new(&run, (TaskIndex(0), MapIndex::NONE), at, &big)]);
}

async fn the_newest_come_first(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let run = writer.create_run(fixture.store(), "d", "r").await;
    let rows = vec![
        gave(run, 0, -1, 0, &[("z", "1"), ("a", "2"), ("m", "3"), ("z", "4"), ("b", "artifact x")]),
        gave(run, 1, 0, 5, &[("v", "0")]),
        gave(run, 1, 1, 9, &[("v", "1"), ("u", "1")]),
        gave(run, 1, 2, 5, &[("v", "2")]),
    ];
    writer.write(fixture.store(), rows).await;
    fixture.reopen().await;
    let cases = [
        (0, 100, vec![(-1, "b"), (-1, "z"), (-1, "m"), (-1, "a")]),
        (0, 1, vec![(-1, "b")]),
        (1, 100, vec![(1, "u"), (1, "v"), (2, "v"), (0, "v")]),
        (1, 0, vec![]),
        (2, 100, vec![]),
    ];
    for (task, limit, expected) in cases {
        let found = fixture.store().newest_xcoms(run, TaskIndex(task), limit).await.unwrap();
        let found: Vec<_> = found.iter().map(|(map_index, xcom)| (map_index.0, &*xcom.key)).collect();
        assert_eq!(found, expected, "{task} {limit}");
    }
    let newest = fixture.store().newest_xcoms(run, TaskIndex(0), 2).await.unwrap();
    let values = [XComValue::Artifact("x".into()), XComValue::Json("4".into())];
    assert_eq!(newest.into_iter().map(|(_, xcom)| xcom.value).collect::<Vec<_>>(), values);
}

async fn kept(store: &dyn TestedStore, run: RunKey) -> (usize, usize, usize) {
    let filter = XComFilter { run: Some(run), ..XComFilter::default() };
    let found = store.find_xcoms(&filter, 0, 100).await.unwrap().len();
    let newest = store.newest_xcoms(run, TaskIndex(0), 100).await.unwrap().len();
    (found, store.count_xcoms(&filter).await.unwrap(), newest)
}

async fn what_counts_no_more_is_not_listed(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let run = writer.create_run(store, "d", "r").await;
    writer.write(store, vec![gave(run, 0, -1, 0, &[("a", "1"), ("b", "2")])]).await;
    assert_eq!(kept(store, run).await, (2, 2, 2));
    writer.write(store, vec![gave(run, 0, -1, 1, &[("b", "3")])]).await;
    assert_eq!(kept(store, run).await, (1, 1, 1));
    writer.write(store, vec![record(sample_task(run, 0, TaskState::Queued))]).await;
    assert_eq!(kept(store, run).await, (0, 0, 0));
    writer.write(store, vec![gave(run, 0, -1, 1, &[("b", "3")]), change(run, RunState::Success)]).await;
    assert_eq!(kept(store, run).await, (1, 1, 1));
    writer.write(store, vec![Record::HistoryDeleted(DagId::new("d").unwrap())]).await;
    assert_eq!(kept(store, run).await, (0, 0, 0));
}
