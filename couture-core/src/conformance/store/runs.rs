//! DAGs, their versions and their runs.

use serde_json::json;

use super::sample::{AT, ShardWriter, change, record, records, sample_dag, sample_run, sample_task};
use super::suite::{StoreFixture, cases};
use crate::ids::{DagId, RunId, RunKey, ShardId};
use crate::state::{RunState, RunType, TaskState};
use crate::store::{DagRecord, DagVersion, Record, RunChange, RunRecord};
use crate::time::Timestamp;

cases![
    dags_are_put_and_replaced,
    versions_are_kept_once,
    runs_are_kept_whole,
    run_changes_are_applied,
    a_run_made_and_ended_in_one_commit,
    run_ids_are_found,
    run_ids_are_found_among_many,
    restore_tells_what_is_unfinished,
    restore_of_a_new_shard_is_empty,
];

async fn dags_are_put_and_replaced(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let paused = DagRecord { paused: true, ..sample_dag("d") };
    writer.write(fixture.store(), vec![Record::Dag(paused.clone()), Record::Dag(sample_dag("e"))]).await;
    assert_eq!(fixture.store().dag(&paused.dag_id).await.unwrap(), Some(paused.clone()));
    let gone = DagRecord { active: false, version: "v2".to_owned(), ..sample_dag("d") };
    writer.write(fixture.store(), vec![Record::Dag(paused), Record::Dag(gone.clone())]).await;
    fixture.reopen().await;
    assert_eq!(fixture.store().dag(&gone.dag_id).await.unwrap(), Some(gone.clone()));
    assert_eq!(fixture.store().dags(None, 10).await.unwrap(), [gone, sample_dag("e")]);
    assert_eq!(fixture.store().dag(&DagId::new("D").unwrap()).await.unwrap(), None);
}

async fn versions_are_kept_once(fixture: &mut dyn StoreFixture) {
    let version = |version: &str, json: &[u8]| DagVersion { version: version.to_owned(), json: json.to_owned() };
    let one = version("one", b"{\"a\":\"\xc3\xbc\"}");
    fixture.store().put_version(&one).await.unwrap();
    fixture.store().put_version(&one).await.unwrap();
    fixture.store().put_version(&version("none", b"")).await.unwrap();
    fixture.reopen().await;
    assert_eq!(fixture.store().version("one").await.unwrap(), Some(one.json));
    assert_eq!(fixture.store().version("none").await.unwrap(), Some(Vec::new()));
    assert_eq!(fixture.store().version("two").await.unwrap(), None);
}

async fn runs_are_kept_whole(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 3).await;
    let first = RunRecord {
        run_type: RunType::Scheduled,
        logical_date: Timestamp::from_micros(-1),
        conf: json!({"a": [1, -2.5, null, true, "ü\u{0}\"'"], "deep": {"b": {}}}),
        state: RunState::Queued,
        started_at: None,
        ..sample_run(writer.key(0), "d", "scheduled__2026-01-01T00:00:00+00:00")
    };
    let second = RunRecord {
        run_type: RunType::Backfill,
        conf: json!({}),
        ended_at: Some(AT),
        cancelled: true,
        state: RunState::Failed,
        ..sample_run(writer.key(1), "d", "b")
    };
    writer.write(fixture.store(), vec![Record::RunCreated(first.clone()), Record::RunCreated(second.clone())]).await;
    fixture.reopen().await;
    let store = fixture.store();
    assert_eq!(store.run(&first.dag_id, &first.run_id).await.unwrap().as_ref(), Some(&first));
    assert_eq!(store.run(&DagId::new("e").unwrap(), &first.run_id).await.unwrap(), None);
    assert_eq!(store.run(&first.dag_id, &RunId::new("B").unwrap()).await.unwrap(), None);
    assert_eq!(store.runs(None, None, 10).await.unwrap(), [second, first.clone()]);
    assert_eq!(store.restore(ShardId(3)).await.unwrap().runs, [first]);
}

async fn run_changes_are_applied(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let mut expected = Vec::new();
    for n in 0..100 {
        let key = writer.create_run(store, "d", &format!("r{n}")).await;
        expected.push(sample_run(key, "d", &format!("r{n}")));
    }
    let mut changes = Vec::new();
    for (n, run) in expected.iter_mut().enumerate().skip(1) {
        run.state = if n % 2 == 0 { RunState::Failed } else { RunState::Success };
        run.started_at = (n % 3 == 0).then_some(Timestamp::from_micros(n as i64));
        run.ended_at = (n % 5 != 0).then_some(AT);
        run.cancelled = n % 7 == 0;
        changes.push(change(run.key, RunState::Queued));
        changes.push(Record::RunChanged(RunChange {
            key: run.key,
            state: run.state,
            started_at: run.started_at,
            ended_at: run.ended_at,
            cancelled: run.cancelled,
            version: None,
        }));
    }
    writer.write(store, changes).await;
    expected.reverse();
    assert_eq!(store.runs(None, None, 200).await.unwrap(), expected);
}

async fn a_run_made_and_ended_in_one_commit(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let run = sample_run(writer.key(0), "d", "r");
    let made = vec![
        Record::RunCreated(run.clone()),
        record(sample_task(run.key, 0, TaskState::Queued)),
        record(sample_task(run.key, 0, TaskState::Success)),
        change(run.key, RunState::Success),
    ];
    writer.write(store, made).await;
    let expected = RunRecord { state: RunState::Success, ended_at: Some(AT), ..run };
    assert_eq!(store.runs(None, None, 10).await.unwrap(), std::slice::from_ref(&expected));
    assert_eq!(store.tasks(expected.key, None, 10).await.unwrap(), [sample_task(expected.key, 0, TaskState::Success)]);
    assert_eq!(store.journal(ShardId(0), 0, 10).await.unwrap().len(), 4);
    assert!(store.restore(ShardId(0)).await.unwrap().runs.is_empty());
}

async fn run_ids_are_found(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    writer.create_run(store, "d", "a").await;
    writer.create_run(store, "d", "b").await;
    writer.create_run(store, "e", "c").await;
    let id = |text| RunId::new(text).unwrap();
    let asked = [id("a"), id("A"), id("a "), id("b"), id("c")];
    let found = store.existing_run_ids(&DagId::new("d").unwrap(), &asked).await.unwrap();
    assert_eq!(found, [id("a"), id("b")]);
    assert_eq!(store.existing_run_ids(&DagId::new("d").unwrap(), &[]).await.unwrap(), []);
}

async fn run_ids_are_found_among_many(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let runs = (0..1_500).map(|n| Record::RunCreated(sample_run(writer.key(n), "d", &format!("run {}", 2 * n))));
    let runs = runs.collect();
    writer.write(store, runs).await;
    let asked: Vec<_> = (0..3_000).map(|n| RunId::new(format!("run {n}")).unwrap()).collect();
    let found = store.existing_run_ids(&DagId::new("d").unwrap(), &asked).await.unwrap();
    assert_eq!(found, asked.iter().step_by(2).cloned().collect::<Vec<_>>());
}

async fn restore_tells_what_is_unfinished(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 1).await;
    let mut other = ShardWriter::claim(fixture.store(), 2).await;
    let store = fixture.store();
    writer.write(store, vec![Record::Dag(sample_dag("b")), Record::Dag(sample_dag("a"))]).await;
    other.write(store, vec![Record::Dag(sample_dag("c"))]).await;
    let done = writer.create_run(store, "a", "done").await;
    let open = writer.create_run(store, "a", "open").await;
    let queued = RunRecord { state: RunState::Queued, ..sample_run(writer.key(0), "b", "queued") };
    writer.write(store, vec![Record::RunCreated(queued.clone())]).await;
    let elsewhere = other.create_run(store, "c", "open").await;
    for (writer, key) in [(&mut writer, done), (&mut other, elsewhere)] {
        writer.write(store, records(key, 3, TaskState::Success)).await;
    }
    let states = [TaskState::Success, TaskState::Queued, TaskState::UpForRetry, TaskState::Failed];
    let tasks: Vec<_> = (0..).zip(states).map(|(task, state)| sample_task(open, task, state)).collect();
    writer.write(store, tasks.iter().cloned().map(record).collect()).await;
    writer.write(store, vec![change(done, RunState::Success)]).await;
    fixture.reopen().await;

    let snapshot = fixture.store().restore(ShardId(1)).await.unwrap();
    assert_eq!(snapshot.sequence, writer.sequence);
    assert_eq!(snapshot.dags, [sample_dag("a"), sample_dag("b")]);
    assert_eq!(snapshot.runs, [sample_run(open, "a", "open"), queued]);
    assert_eq!(snapshot.tasks, tasks);
    let snapshot = fixture.store().restore(ShardId(2)).await.unwrap();
    assert_eq!((snapshot.dags.len(), snapshot.runs.len(), snapshot.tasks.len()), (1, 1, 3));
}

async fn restore_of_a_new_shard_is_empty(fixture: &mut dyn StoreFixture) {
    let snapshot = fixture.store().restore(ShardId(0)).await.unwrap();
    assert_eq!(snapshot.sequence, 0);
    assert!(snapshot.dags.is_empty() && snapshot.runs.is_empty() && snapshot.tasks.is_empty());
    let run = RunKey::new(ShardId(0), 1);
    assert_eq!(fixture.store().tasks(run, None, 10).await.unwrap(), []);
}
