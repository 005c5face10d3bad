//! Instances and runs that begin again, and what instances keep for that.

use std::time::Duration;

use super::sample::{AT, ShardWriter, change, record, sample_run, sample_task};
use super::suite::{StoreFixture, cases};
use crate::ids::{DagId, MapIndex, RunId, RunKey, ShardId, TaskId, TaskIndex};
use crate::state::{RunState, TaskState};
use crate::store::{Record, RunChange, RunRecord, RunSnapshot, TaskRecord};
use crate::task::{Decision, Deferral, XCom, XComValue};

cases![
    decisions_deferrals_and_lengths_are_kept,
    a_cleared_instance_leaves_its_last_try,
    what_a_cleared_instance_gave_is_gone,
    a_run_that_was_over_goes_on,
    a_run_is_pinned_to_another_version,
    a_run_and_its_instances_are_seen_together,
    what_all_instances_gave_is_found,
];

fn task(id: &str) -> TaskId {
    TaskId::new(id).unwrap()
}

async fn decisions_deferrals_and_lengths_are_kept(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let key = writer.create_run(fixture.store(), "d", "r").await;
    let follow = Decision::Follow(vec![task("a-1.b"), task("b")]);
    let many = Decision::Follow((0..3_000).map(|n| task(&format!("{n}-{}", "x".repeat(200)))).collect());
    let decisions = [follow, Decision::Follow(Vec::new()), Decision::SkipDirect, Decision::SkipAll, many];
    let on_run = Some((DagId::new("other").unwrap(), RunId::new("its \"run\"").unwrap()));
    let deferrals = [
        Deferral::after(Duration::from_nanos(1_500_000_001)).because("a 'file' \u{0} ü"),
        Deferral { on_run, ..Deferral::after(Duration::MAX) },
    ];
    let mut rows = Vec::new();
    for decision in decisions {
        let row = sample_task(key, rows.len() as u32, TaskState::Success);
        rows.push(TaskRecord {
            decision: Some(Box::new(decision)),
            length: Some(u32::MAX),
            max_tries: u32::MAX,
            ..row
        });
    }
    for deferral in deferrals {
        let row = sample_task(key, rows.len() as u32, TaskState::Deferred);
        rows.push(TaskRecord { deferral: Some(Box::new(deferral)), length: Some(0), max_tries: 3, ..row });
    }
    writer.write(fixture.store(), rows.iter().cloned().map(record).collect()).await;
    fixture.reopen().await;
    assert_eq!(fixture.store().tasks(key, None, 100).await.unwrap(), rows);
    assert_eq!(fixture.store().restore(ShardId(0)).await.unwrap().tasks, rows);
    let plain: Vec<_> = rows.iter().map(|row| sample_task(key, row.token.task.0, TaskState::Queued)).collect();
    writer.write(fixture.store(), plain.iter().cloned().map(record).collect()).await;
    assert_eq!(fixture.store().tasks(key, None, 100).await.unwrap(), plain);
}

/// A row of try `number`, which tells its state in its error.
fn row(key: RunKey, number: u32, state: TaskState) -> TaskRecord {
    let mut row = sample_task(key, 0, state);
    row.token.try_number = number;
    TaskRecord { max_tries: number + 1, error: Some(format!("{state} {number}").into()), ..row }
}

/// Numbers of tries, and states.
type Tries = &'static [(u32, TaskState)];

async fn a_cleared_instance_leaves_its_last_try(fixture: &mut dyn StoreFixture) {
    use TaskState::{Cleared, Failed, Queued, Success, UpForRetry, UpstreamFailed};
    // What is committed, list by list, and the earlier tries at the end.
    let table: &[(&[Tries], Tries)] = &[
        (&[&[(1, Success)], &[(1, Cleared)]], &[]),
        (&[&[(1, Success)], &[(1, Cleared)], &[(2, Queued)]], &[(1, Success)]),
        (&[&[(1, Success)], &[(1, Cleared), (2, Queued)]], &[(1, Success)]),
        (&[&[(1, Success), (1, Cleared)], &[(2, Queued)]], &[(1, Success)]),
        (&[&[(1, Success), (1, Cleared), (2, Queued)]], &[(1, Success)]),
        (&[&[(0, UpstreamFailed)], &[(0, Cleared)], &[(1, Queued)]], &[]),
        (&[&[(0, UpstreamFailed), (0, Cleared), (1, Queued)]], &[]),
        (&[&[(1, UpForRetry)], &[(1, Failed)], &[(1, Cleared)], &[(2, Queued)]], &[(1, Failed)]),
        (&[&[(1, UpForRetry), (1, Failed), (1, Cleared), (2, Queued)]], &[(1, Failed)]),
        (
            &[&[(1, Failed)], &[(1, Cleared), (2, UpForRetry), (2, Failed), (2, Cleared), (3, Queued)]],
            &[(1, Failed), (2, Failed)],
        ),
        (&[&[(1, Failed)], &[(1, Cleared)], &[(1, Cleared)], &[(2, Queued)]], &[(1, Cleared)]),
        (&[&[(1, Cleared)], &[(1, Queued)]], &[]),
    ];
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let store = fixture.store();
    for (case, (commits, expected)) in table.iter().enumerate() {
        let key = writer.create_run(store, "d", &format!("r{case}")).await;
        for rows in *commits {
            writer.write(store, rows.iter().map(|(number, state)| record(row(key, *number, *state))).collect()).await;
        }
        let expected: Vec<_> = expected.iter().map(|(number, state)| row(key, *number, *state)).collect();
        assert_eq!(store.tries(key, TaskIndex(0), MapIndex::NONE).await.unwrap(), expected, "{case}");
    }
}

async fn what_a_cleared_instance_gave_is_gone(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let key = writer.create_run(store, "d", "r").await;
    let given = vec![XCom { key: "a".into(), value: XComValue::Json("1".into()) }];
    let rows: Vec<_> = (0..600).map(|n| sample_task(key, n, TaskState::Success)).collect();
    let with_xcoms = rows.iter().map(|row| record(TaskRecord { xcoms: given.clone(), ..row.clone() }));
    writer.write(store, with_xcoms.collect()).await;
    let cleared: Vec<_> =
        rows[..599].iter().map(|row| TaskRecord { state: TaskState::Cleared, ..row.clone() }).collect();
    writer.write(store, cleared.into_iter().map(record).collect()).await;
    for (task, expected) in [(0, 0), (300, 0), (598, 0), (599, 1)] {
        assert_eq!(store.xcoms(key, TaskIndex(task), "a").await.unwrap().len(), expected, "{task}");
    }
    assert_eq!(store.xcom(key, TaskIndex(0), MapIndex::NONE, "a").await.unwrap(), None);
    writer.write(store, rows.iter().map(|row| record(next(row))).collect()).await;
    for old in [&rows[0], &rows[598]] {
        let tries = store.tries(key, old.token.task, MapIndex::NONE).await.unwrap();
        assert_eq!(tries, std::slice::from_ref(old));
    }
    assert_eq!(store.tries(key, TaskIndex(599), MapIndex::NONE).await.unwrap(), []);
}

/// The next try of `row`.
fn next(row: &TaskRecord) -> TaskRecord {
    let mut next = sample_task(row.token.run, row.token.task.0, TaskState::Queued);
    next.token.try_number = row.token.try_number + 1;
    next
}

async fn a_run_that_was_over_goes_on(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let key = writer.create_run(fixture.store(), "d", "r").await;
    writer.write(fixture.store(), vec![record(sample_task(key, 0, TaskState::Failed))]).await;
    writer.write(fixture.store(), vec![change(key, RunState::Failed)]).await;
    assert!(fixture.store().restore(ShardId(0)).await.unwrap().runs.is_empty());
    writer.write(fixture.store(), vec![change(key, RunState::Queued)]).await;
    fixture.reopen().await;
    let snapshot = fixture.store().restore(ShardId(0)).await.unwrap();
    assert_eq!(snapshot.runs, [RunRecord { state: RunState::Queued, ..sample_run(key, "d", "r") }]);
    assert_eq!(snapshot.tasks, [sample_task(key, 0, TaskState::Failed)]);
    assert_eq!(fixture.store().run_state(key).await.unwrap(), Some(RunState::Queued));
    assert_eq!(fixture.store().run_state(RunKey::new(ShardId(0), 99)).await.unwrap(), None);
}

async fn a_run_is_pinned_to_another_version(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let pinned = |key, state, version: Option<&str>| {
        let ended_at = (state == RunState::Failed).then_some(AT);
        let version = version.map(str::to_owned);
        Record::RunChanged(RunChange { key, state, started_at: None, ended_at, cancelled: false, version })
    };
    let mut keys = Vec::new();
    for n in 0..40 {
        keys.push(writer.create_run(store, "d", &format!("r{n}")).await);
    }
    let mut changes: Vec<_> = keys.iter().map(|key| pinned(*key, RunState::Failed, Some("v2"))).collect();
    // The last version given counts, not that of the last change.
    changes.extend([pinned(keys[0], RunState::Failed, Some("v3")), pinned(keys[0], RunState::Running, None)]);
    let (made, other) = (writer.key(changes.len() as u64), writer.key(changes.len() as u64 + 1));
    changes.push(Record::RunCreated(sample_run(made, "d", "made")));
    changes.push(Record::RunCreated(sample_run(other, "d", "other")));
    changes.push(pinned(made, RunState::Running, Some("v4")));
    changes.push(pinned(made, RunState::Failed, None));
    writer.write(store, changes).await;
    writer.write(store, vec![pinned(keys[1], RunState::Running, None)]).await;
    let mut versions = vec![(keys[0], "v3"), (made, "v4"), (other, "v1")];
    versions.extend(keys[1..].iter().map(|key| (*key, "v2")));
    for (key, version) in versions {
        assert_eq!(store.run_snapshot(key).await.unwrap().unwrap().run.version, version, "{key:?}");
    }
}

async fn a_run_and_its_instances_are_seen_together(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 2).await;
    let store = fixture.store();
    let (key, other) = (writer.create_run(store, "d", "r").await, writer.create_run(store, "d", "other").await);
    let mut rows: Vec<_> = (0..300).map(|n| sample_task(key, n, TaskState::Success)).collect();
    rows[7].decision = Some(Box::new(Decision::SkipAll));
    let mut given = rows.clone();
    given[0].xcoms = vec![XCom { key: "a".into(), value: XComValue::Json("1".into()) }];
    writer.write(store, given.into_iter().map(record).collect()).await;
    writer.write(store, vec![record(sample_task(other, 0, TaskState::Failed))]).await;
    writer.write(store, vec![change(key, RunState::Success)]).await;
    let run = RunRecord { state: RunState::Success, ended_at: Some(AT), ..sample_run(key, "d", "r") };
    assert_eq!(store.run_snapshot(key).await.unwrap(), Some(RunSnapshot { run, tasks: rows }));
    assert_eq!(store.run_snapshot(RunKey::new(ShardId(2), 999)).await.unwrap(), None);
}

async fn what_all_instances_gave_is_found(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let key = writer.create_run(store, "d", "r").await;
    let rows = (-1..300).rev().map(|n| {
        let mut row = sample_task(key, 4, TaskState::Success);
        row.token.map_index = MapIndex(n);
        let name = if n % 3 == 0 { "other" } else { "v" };
        let value = if n % 2 == 0 { XComValue::Json(n.to_string().into()) } else { XComValue::Artifact("x".into()) };
        record(TaskRecord { xcoms: vec![XCom { key: name.into(), value }], ..row })
    });
    writer.write(store, rows.collect()).await;
    let given = store.xcoms(key, TaskIndex(4), "v").await.unwrap();
    let value =
        |n: i32| if n % 2 == 0 { XComValue::Json(n.to_string().into()) } else { XComValue::Artifact("x".into()) };
    let expected: Vec<_> = (-1..300).filter(|n| n % 3 != 0).map(|n| (MapIndex(n), value(n))).collect();
    assert_eq!(given, expected);
    for (task, name) in [(4, "V"), (3, "v"), (5, "v")] {
        assert_eq!(store.xcoms(key, TaskIndex(task), name).await.unwrap(), [], "{task} {name}");
    }
}
