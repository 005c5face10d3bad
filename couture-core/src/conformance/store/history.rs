//! History that goes.

use super::sample::{
    AT, ShardWriter, change, record, records, sample_asset_event, sample_backfill, sample_dag, sample_run,
    sample_sla_miss, sample_task,
};
use super::suite::{StoreFixture, TestedStore, cases};
use crate::ids::{DagId, MapIndex, RunId, RunKey, ShardId, TaskIndex};
use crate::state::{RunState, TaskState};
use crate::store::{
    Backfill, BackfillState, Commit, DagRecord, Note, NotePlace, PoolDelta, Record, RunRecord, TaskRecord,
};
use crate::task::{XCom, XComValue};

cases![
    what_is_over_goes,
    only_an_inactive_dag_goes,
    what_people_wrote_goes_too,
    history_goes_in_the_order_of_records,
    a_run_id_is_free_again,
    a_refused_deletion_changes_nothing,
    much_history_goes,
];

fn dag(id: &str) -> DagId {
    DagId::new(id).unwrap()
}

fn deleted(id: &str) -> Record {
    Record::HistoryDeleted(dag(id))
}

/// What is kept of a run: whether there is the run, and how many instances, tries of instance 0, and XComs of it.
async fn kept(store: &dyn TestedStore, run: RunKey) -> (bool, usize, usize, usize) {
    let tries = store.tries(run, TaskIndex(0), MapIndex::NONE).await.unwrap().len();
    let xcoms = store.xcoms(run, TaskIndex(0), "a").await.unwrap().len();
    let one = store.xcom(run, TaskIndex(0), MapIndex::NONE, "a").await.unwrap();
    assert_eq!(usize::from(one.is_some()), xcoms);
    let instances = store.tasks(run, None, 100).await.unwrap().len();
    (store.run_state(run).await.unwrap().is_some(), instances, tries, xcoms)
}

/// A run with two instances, a try and an XCom.
async fn full_run(writer: &mut ShardWriter, store: &dyn TestedStore, dag_id: &str, run_id: &str) -> RunKey {
    let key = writer.create_run(store, dag_id, run_id).await;
    let mut last = sample_task(key, 0, TaskState::Success);
    last.token.try_number = 2;
    last.xcoms = vec![XCom { key: "a".into(), value: XComValue::Json("1".into()) }];
    let first = sample_task(key, 0, TaskState::UpForRetry);
    let rows = [first, last, sample_task(key, 1, TaskState::Success)];
    writer.write(store, rows.map(record).to_vec()).await;
    key
}

async fn what_people_wrote_goes_too(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let store = fixture.store();
    let run = full_run(&mut writer, store, "d", "done").await;
    let other = full_run(&mut writer, store, "e", "done").await;
    let dag_of = |id: &str, active| Record::Dag(DagRecord { active, ..sample_dag(id) });
    let ends = [change(run, RunState::Success), change(other, RunState::Success)];
    writer.write(store, [dag_of("d", true), dag_of("e", false)].into_iter().chain(ends).collect()).await;
    let note = Note { text: "n".to_owned(), author: None, at: AT };
    for key in [run, other] {
        store.set_note(NotePlace { run: key, instance: None }, Some(&note)).await.unwrap();
        store
            .set_note(NotePlace { run: key, instance: Some((TaskIndex(0), MapIndex::NONE)) }, Some(&note))
            .await
            .unwrap();
    }
    for id in ["d", "e", "f"] {
        store.version_seen(&dag(id), "v1", Some("text"), AT).await.unwrap();
    }
    writer.write(store, vec![deleted("d")]).await;
    writer.write(store, vec![deleted("e")]).await;
    let mut left = Vec::new();
    // What belongs to runs goes little by little.
    for _ in 0..100 {
        left = store.notes(&[run, other]).await.unwrap();
        if left.is_empty() {
            break;
        }
        writer.write(store, vec![Record::Withdrawn]).await;
    }
    assert_eq!(left, []);
    let versions = async |id: &str| store.past_versions(&dag(id), 0, 10).await.unwrap().len();
    assert_eq!(
        [versions("d").await, versions("e").await, versions("f").await],
        [1, 0, 1],
        "a dag that is defined has its versions"
    );
    assert_eq!(store.source(&dag("e"), 1).await.unwrap(), None);
}

async fn what_is_over_goes(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let store = fixture.store();
    let done = full_run(&mut writer, store, "d", "done").await;
    let open = full_run(&mut writer, store, "d", "open").await;
    let other = full_run(&mut writer, store, "D", "done").await;
    let state_of = |state, ahead, of| Backfill { state, ..sample_backfill(writer.key(ahead), of) };
    let backfills = [
        state_of(BackfillState::Finished, 0, "d"),
        state_of(BackfillState::Running, 1, "d"),
        state_of(BackfillState::Cancelled, 2, "d"),
        state_of(BackfillState::Finished, 3, "D"),
    ];
    let misses =
        [sample_sla_miss(done, "d", "t", 5), sample_sla_miss(open, "d", "t", 6), sample_sla_miss(other, "D", "t", 5)];
    let mut made: Vec<_> = backfills.iter().cloned().map(|row| Record::Backfill(Box::new(row))).collect();
    made.extend(misses.iter().cloned().map(|miss| Record::SlaMissed(Box::new(miss))));
    made.push(Record::AssetChanged(Box::new(sample_asset_event("a", 5))));
    made.extend([change(done, RunState::Success), change(other, RunState::Failed)]);
    writer.write(store, made).await;
    writer.write(store, vec![deleted("d")]).await;
    for reopened in [false, true] {
        if reopened {
            fixture.reopen().await;
        }
        let store = fixture.store();
        assert_eq!(kept(store, done).await, (false, 0, 0, 0));
        assert_eq!(kept(store, open).await, (true, 2, 1, 1));
        assert_eq!(kept(store, other).await, (true, 2, 1, 1));
        assert_eq!(store.run_snapshot(done).await.unwrap(), None);
        assert_eq!(store.run(&dag("d"), &RunId::new("done").unwrap()).await.unwrap(), None);
        let left = [backfills[3].clone(), backfills[1].clone()];
        assert_eq!(store.backfills(None, None, 10).await.unwrap(), left);
        assert_eq!(store.sla_misses(None, 10).await.unwrap(), [misses[1].clone(), misses[2].clone()]);
        assert_eq!(store.asset_events(None, true, 0, 10).await.unwrap().len(), 1);
        assert_eq!(store.restore(ShardId(0)).await.unwrap().tasks.len(), 2);
    }
}

async fn only_an_inactive_dag_goes(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let gone = |id: &str| DagRecord { active: false, ..sample_dag(id) };
    writer.write(store, vec![Record::Dag(sample_dag("active")), Record::Dag(gone("a")), Record::Dag(gone("b"))]).await;
    writer.write(store, vec![deleted("active"), deleted("a"), deleted("none")]).await;
    assert_eq!(store.dags(None, 10).await.unwrap(), [sample_dag("active"), gone("b")]);
    // Within one commit, too, and in order.
    let commit = vec![
        Record::Dag(gone("active")),
        deleted("active"),
        deleted("b"),
        Record::Dag(gone("b")),
        Record::Dag(gone("c")),
        deleted("c"),
    ];
    writer.write(store, commit).await;
    assert_eq!(store.dags(None, 10).await.unwrap(), [gone("b")]);
}

async fn history_goes_in_the_order_of_records(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let mut keys = Vec::new();
    for n in 0..4 {
        keys.push(full_run(&mut writer, store, "d", &format!("r{n}")).await);
    }
    let made = writer.key(2);
    let commit = vec![
        change(keys[0], RunState::Success),
        change(keys[1], RunState::Success),
        Record::RunCreated(RunRecord { state: RunState::Failed, ended_at: Some(AT), ..sample_run(made, "d", "made") }),
        record(sample_task(made, 0, TaskState::Failed)),
        change(keys[1], RunState::Running),
        deleted("d"),
        change(keys[2], RunState::Success),
        record(sample_task(keys[2], 2, TaskState::Success)),
    ];
    writer.write(store, commit).await;
    assert_eq!(kept(store, keys[0]).await, (false, 0, 0, 0));
    assert_eq!(kept(store, keys[1]).await, (true, 2, 1, 1));
    assert_eq!(kept(store, keys[2]).await, (true, 3, 1, 1));
    assert_eq!(kept(store, keys[3]).await, (true, 2, 1, 1));
    assert_eq!(kept(store, made).await, (false, 0, 0, 0));
    assert_eq!(store.run_state(keys[2]).await.unwrap(), Some(RunState::Success));
    assert_eq!(store.journal(ShardId(0), writer.sequence - 8, 100).await.unwrap().len(), 8);
}

async fn a_run_id_is_free_again(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let first = full_run(&mut writer, store, "d", "r").await;
    writer.write(store, vec![change(first, RunState::Success), deleted("d")]).await;
    let second = full_run(&mut writer, store, "d", "r").await;
    let third = writer.key(2);
    let again = vec![
        change(second, RunState::Failed),
        deleted("d"),
        Record::RunCreated(sample_run(third, "d", "r")),
        record(sample_task(third, 0, TaskState::Queued)),
    ];
    writer.write(store, again).await;
    assert_eq!(store.runs(None, None, 10).await.unwrap(), [sample_run(third, "d", "r")]);
    assert_eq!(kept(store, second).await, (false, 0, 0, 0));
    assert_eq!(kept(store, third).await, (true, 1, 0, 0));
}

async fn a_refused_deletion_changes_nothing(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let done = full_run(&mut writer, store, "d", "r").await;
    writer.write(store, vec![change(done, RunState::Success)]).await;
    let pool = store.pools().await.unwrap().remove(0).name;
    let full = Commit { pools: vec![PoolDelta { pool, slots: 1_000 }], ..writer.commit(vec![deleted("d")]) };
    let wrong = writer.commit(vec![deleted("d"), change(RunKey::new(ShardId(0), 999), RunState::Failed)]);
    let gone = writer.commit(vec![deleted("d"), change(done, RunState::Failed)]);
    for commit in [full, wrong, gone] {
        store.commit(&commit).await.unwrap_err();
        assert_eq!(kept(store, done).await, (true, 2, 1, 1));
    }
}

async fn much_history_goes(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let big = writer.create_run(fixture.store(), "d", "big").await;
    // Many instances, and many tries and values.
    let rows = (0..3_000).map(|n| {
        let mut row = sample_task(big, n / 1_500, TaskState::UpForRetry);
        row.token.map_index = MapIndex((n % 1_500) as i32);
        let xcoms = vec![XCom { key: "a".into(), value: XComValue::Json("1".into()) }];
        record(TaskRecord { xcoms, ..row })
    });
    writer.write(fixture.store(), rows.collect()).await;
    let mut keys = vec![big];
    for n in 0..100 {
        let key = writer.create_run(fixture.store(), "d", &format!("r{n}")).await;
        writer.write(fixture.store(), records(key, 5, TaskState::Success)).await;
        keys.push(key);
    }
    let open = full_run(&mut writer, fixture.store(), "d", "open").await;
    let over = keys.iter().map(|key| change(*key, RunState::Success)).chain([deleted("d")]);
    writer.write(fixture.store(), over.collect()).await;
    // A store may remove what nobody sees any more while it is used.
    for round in 0..8 {
        for key in &keys {
            assert_eq!(kept(fixture.store(), *key).await, (false, 0, 0, 0), "{round}");
        }
        assert_eq!(kept(fixture.store(), open).await, (true, 2, 1, 1), "{round}");
        writer.write(fixture.store(), vec![Record::Dag(sample_dag("other"))]).await;
        if round == 2 {
            fixture.reopen().await;
        }
    }
}
