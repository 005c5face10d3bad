//! Lists and counts over many runs, and what people add.

use std::collections::{BTreeMap, BTreeSet};

use super::sample::{AT, ShardWriter, change, record, sample_origin, sample_run, sample_task};
use super::suite::{StoreFixture, TestedStore, cases};
use crate::ids::{DagId, MapIndex, RunId, RunKey, TaskIndex};
use crate::schedule::DataInterval;
use crate::state::{RunState, RunType, TaskState};
use crate::store::{
    Note, NotePlace, PastVersion, Record, RunOrder, RunOrigin, RunQuery, RunRecord, Span, TaskOrder, TaskQuery,
    TaskRecord,
};
use crate::task::XComValue;
use crate::time::Timestamp;

cases![
    runs_are_filtered,
    runs_are_counted_by_state,
    tasks_are_found_over_runs,
    mapped_tasks_are_counted_over_runs,
    one_run_goes,
    notes_are_kept,
    versions_are_numbered,
    xcoms_are_changed_by_people,
];

fn dag(id: &str) -> DagId {
    DagId::new(id).unwrap()
}

fn run_id(id: &str) -> RunId {
    RunId::new(id).unwrap()
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

/// Eight runs of three DAGs in two shards, with two tasks each.
async fn write_runs(store: &dyn TestedStore) -> Vec<(RunRecord, Vec<TaskRecord>)> {
    let mut writers = [ShardWriter::claim(store, 1).await, ShardWriter::claim(store, 0).await];
    let mut all = Vec::new();
    for n in 0..8_i64 {
        let writer = &mut writers[n as usize % 2];
        let run_type =
            [RunType::Manual, RunType::Scheduled, RunType::Backfill, RunType::AssetTriggered][n as usize % 4];
        let run = RunRecord {
            run_type,
            version: format!("v{}", n % 3),
            logical_date: at(10 * n),
            data_interval: DataInterval::new(at(10 * n), at(10 * n + 10)),
            queued_at: at(100 - n),
            state: RunState::ALL[n as usize % 4],
            started_at: (n % 3 != 0).then(|| at(200 + n)),
            ended_at: (n % 3 == 1).then(|| at(300 + 2 * n)),
            origin: if n % 4 == 0 { sample_origin() } else { RunOrigin::default() },
            ..sample_run(writer.key(0), ["a", "b", "C"][n as usize % 3], &format!("Run_{n}%"))
        };
        let tasks: Vec<_> = (0..2)
            .map(|task| {
                let mut row = sample_task(run.key, task, TaskState::ALL[(n as usize + task as usize) % 11]);
                (row.started_at, row.ended_at) = (Some(at(n * 3)), (task == 0).then(|| at(n * 5)));
                row
            })
            .collect();
        let rows = tasks.iter().cloned().map(record);
        writer.write(store, std::iter::once(Record::RunCreated(run.clone())).chain(rows).collect()).await;
        all.push((run, tasks));
    }
    all
}

async fn runs_are_filtered(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let all = write_runs(store).await;
    let span = |from: i64, until: i64| Span { from: Some(from), until: Some(until) };
    let among = |ids: &[&str]| Some(ids.iter().map(|id| dag(id)).collect::<BTreeSet<_>>());
    let none = RunQuery::default();
    let queries = [
        RunQuery { among: among(&["a", "C", "none"]), ..none.clone() },
        RunQuery { among: among(&[]), ..none.clone() },
        RunQuery { run_types: vec![RunType::Manual, RunType::Backfill], ..none.clone() },
        RunQuery { ids: Some(["Run_1%", "Run_4%", "no"].map(run_id).into()), ..none.clone() },
        RunQuery { ids: Some(BTreeSet::new()), ..none.clone() },
        RunQuery { run_id: Some("run_".into()), ..none.clone() },
        RunQuery { run_id: Some("N_3".into()), ..none.clone() },
        RunQuery { run_id: Some("3%".into()), ..none.clone() },
        RunQuery { run_id: Some("!".into()), ..none.clone() },
        RunQuery { user: Some("ada".into()), ..none.clone() },
        RunQuery { user: Some("b".into()), ..none.clone() },
        RunQuery { logical_date: span(10, 40), ..none.clone() },
        RunQuery { run_after: span(20, 50), ..none.clone() },
        RunQuery { queued: span(95, 98), ..none.clone() },
        RunQuery { started: span(201, 204), ..none.clone() },
        RunQuery { ended: Span { from: Some(303), until: None }, ..none.clone() },
        RunQuery { duration: Span { from: None, until: Some(104) }, ..none.clone() },
    ];
    let orders =
        [RunOrder::Created, RunOrder::RunAfter, RunOrder::Duration, RunOrder::State, RunOrder::Id, RunOrder::Dag];
    for query in queries {
        for (order, descending) in orders.into_iter().flat_map(|order| [(order, false), (order, true)]) {
            let query = RunQuery { order, descending, ..query.clone() };
            let mut expected: Vec<_> = all.iter().map(|(run, _)| run).filter(|run| query.takes(run)).collect();
            expected.sort_by_key(|run| (order.of(run), run.key));
            if descending {
                expected.reverse();
            }
            expected.sort_by_key(|run| order.of(run).is_none());
            let found = store.find_runs(&query, 0, 100).await.unwrap();
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query:?}");
            assert_eq!(store.count_runs(&query).await.unwrap(), found.len());
        }
        let versions: BTreeSet<_> =
            all.iter().filter(|(run, _)| query.takes(run)).map(|(run, _)| run.version.clone()).collect();
        assert_eq!(store.run_versions(&query, 10).await.unwrap(), versions.into_iter().collect::<Vec<_>>());
    }
    let mut keys: Vec<RunKey> = all.iter().map(|(run, _)| run.key).take(3).collect();
    keys.push(RunKey(i64::MAX));
    let found = store.runs_of(&keys).await.unwrap();
    keys.sort_unstable();
    assert_eq!(found.iter().map(|run| run.key).collect::<Vec<_>>(), keys[..3]);
    assert_eq!(store.runs_of(&[]).await.unwrap(), []);
}

async fn runs_are_counted_by_state(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let all = write_runs(store).await;
    for (dags, since) in
        [(None, None), (Some(["b", "C"]), None), (None, Some(at(96))), (Some(["a", "b"]), Some(at(95)))]
    {
        let dags = dags.map(|dags| dags.into_iter().map(dag).collect::<BTreeSet<_>>());
        let mut expected = BTreeMap::new();
        for (run, _) in &all {
            let is_meant = dags.as_ref().is_none_or(|dags| dags.contains(&run.dag_id));
            if is_meant && since.is_none_or(|since| run.queued_at >= since) {
                *expected.entry((run.dag_id.clone(), run.state.code())).or_insert(0) += 1;
            }
        }
        let found = store.count_run_states(dags.as_ref(), since).await.unwrap();
        let found: Vec<_> = found.into_iter().map(|of| ((of.dag_id, of.state.code()), of.count)).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
    }
    let dates = store.run_dates(&dag("a"), at(0), at(50), 10).await.unwrap();
    assert_eq!(dates, [(at(0), RunState::Queued), (at(30), RunState::Failed)]);
    assert_eq!(store.run_dates(&dag("a"), at(0), at(90), 1).await.unwrap().len(), 1);
}

async fn tasks_are_found_over_runs(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let all = write_runs(store).await;
    let none = TaskQuery::default();
    let second = BTreeMap::from([("v1".to_owned(), vec![TaskIndex(1)]), ("v2".to_owned(), vec![])]);
    let queries = [
        none.clone(),
        TaskQuery { runs: RunQuery::of(dag("b")), ..none.clone() },
        TaskQuery { tasks: Some(second), ..none.clone() },
        TaskQuery { tasks: Some(BTreeMap::new()), ..none.clone() },
        TaskQuery { states: vec![TaskState::Success, TaskState::Failed], ..none.clone() },
        TaskQuery { map_index: Some(MapIndex(0)), ..none.clone() },
        TaskQuery { started: Span { from: Some(3), until: Some(12) }, ..none.clone() },
        TaskQuery { ended: Span { from: Some(10), until: None }, ..none.clone() },
        TaskQuery { duration: Span { from: None, until: Some(6) }, ..none.clone() },
    ];
    let orders =
        [TaskOrder::Run, TaskOrder::Started, TaskOrder::Ended, TaskOrder::Duration, TaskOrder::State, TaskOrder::Try];
    for (query, order) in queries.iter().flat_map(|query| orders.map(|order| (query, order))) {
        for descending in [false, true] {
            let query = TaskQuery { order, descending, ..query.clone() };
            let mut expected: Vec<_> = all
                .iter()
                .flat_map(|(run, tasks)| tasks.iter().map(move |task| (run, task)))
                .filter(|(run, task)| query.takes(run, task))
                .collect();
            expected.sort_by_key(|(run, task)| {
                let place = (task.token.run.0, i64::from(task.token.task.0));
                let value = order.of(run, task);
                match descending {
                    true => (value.is_none(), value.map(|value| -value), (-place.0, -place.1)),
                    false => (value.is_none(), value, place),
                }
            });
            let expected: Vec<_> = expected.into_iter().map(|(_, task)| task.clone()).collect();
            assert_eq!(store.find_tasks(&query, 0, 100).await.unwrap(), expected, "{query:?}");
            let page: Vec<_> = expected.iter().skip(2).take(3).cloned().collect();
            assert_eq!(store.find_tasks(&query, 2, 3).await.unwrap(), page);
            assert_eq!(store.count_tasks(&query, 100).await.unwrap(), expected.len());
            assert_eq!(store.count_tasks(&query, 2).await.unwrap(), expected.len().min(2));
        }
    }
    let counted = store.count_task_states(&RunQuery::of(dag("b")), 100).await.unwrap();
    let all_of = all.iter().filter(|(run, _)| run.dag_id == dag("b")).flat_map(|(_, tasks)| tasks);
    let mut states: Vec<_> = all_of.map(|task| task.state).filter(|state| *state != TaskState::Expanded).collect();
    assert_eq!(counted.iter().map(|(_, count)| count).sum::<usize>(), states.len());
    states.sort_by_key(|state| state.code());
    states.dedup();
    assert_eq!(counted.iter().map(|(state, _)| *state).collect::<Vec<_>>(), states);
}

async fn mapped_tasks_are_counted_over_runs(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 1).await;
    let keys = [writer.create_run(store, "d", "1").await, writer.create_run(store, "d", "2").await];
    let row = |run: RunKey, task: u32, map_index: i32, state: TaskState, started: i64| {
        let mut row = sample_task(run, task, state);
        row.token.map_index = MapIndex(map_index);
        TaskRecord { started_at: Some(at(started)), ended_at: Some(at(started + 5)), ..row }
    };
    let rows = [
        row(keys[0], 0, -1, TaskState::Expanded, 1),
        row(keys[0], 0, 0, TaskState::Success, 7),
        row(keys[0], 0, 1, TaskState::Success, 3),
        row(keys[0], 0, 2, TaskState::Failed, 4),
        row(keys[0], 1, -1, TaskState::Success, 2),
        row(keys[1], 0, 0, TaskState::Running, 9),
    ];
    writer.write(store, rows.iter().cloned().map(record).collect()).await;
    let plain = store.plain_tasks(&keys).await.unwrap();
    assert_eq!(plain, [rows[0].clone(), rows[4].clone()]);
    let counts = store.mapped_counts(&keys).await.unwrap();
    let told: Vec<_> =
        counts.iter().map(|of| (of.run, of.task.0, of.state, of.count, of.started_at, of.ended_at)).collect();
    let mut expected = [
        (keys[0], 0, TaskState::Success, 2, Some(at(3)), Some(at(12))),
        (keys[0], 0, TaskState::Failed, 1, Some(at(4)), Some(at(9))),
        (keys[1], 0, TaskState::Running, 1, Some(at(9)), Some(at(14))),
    ];
    expected.sort_by_key(|(run, task, state, ..)| (*run, *task, state.code()));
    assert_eq!(told, expected);
    assert_eq!(store.plain_tasks(&[]).await.unwrap(), []);
    assert_eq!(store.mapped_counts(&[]).await.unwrap(), []);
}

async fn one_run_goes(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let done = writer.create_run(store, "d", "done").await;
    let open = writer.create_run(store, "d", "open").await;
    for key in [done, open] {
        writer.write(store, vec![record(sample_task(key, 0, TaskState::Success))]).await;
    }
    let note = Note { text: "n".into(), author: None, at: AT };
    store.set_note(NotePlace { run: done, instance: None }, Some(&note)).await.unwrap();
    let deleted = |key| Record::RunDeleted { dag_id: dag("d"), key };
    // The change of state and the deletion are one commit: the order counts.
    writer.write(store, vec![change(done, RunState::Success), deleted(done), deleted(open)]).await;
    fixture.reopen().await;
    let store = fixture.store();
    assert_eq!(store.run_state(done).await.unwrap(), None);
    assert_eq!(store.tasks(done, None, 10).await.unwrap(), []);
    assert_eq!(store.run_state(open).await.unwrap(), Some(RunState::Running));
    assert_eq!(store.tasks(open, None, 10).await.unwrap().len(), 1);
    // Its id is free again.
    let again = RunRecord { ..sample_run(writer.key(0), "d", "done") };
    writer.write(store, vec![Record::RunCreated(again)]).await;
    assert_eq!(store.count_runs(&RunQuery::of(dag("d"))).await.unwrap(), 2);
}

async fn notes_are_kept(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let keys = [writer.create_run(store, "d", "1").await, writer.create_run(store, "d", "2").await];
    let places = [
        NotePlace { run: keys[0], instance: None },
        NotePlace { run: keys[0], instance: Some((TaskIndex(0), MapIndex::NONE)) },
        NotePlace { run: keys[1], instance: Some((TaskIndex(3), MapIndex(7))) },
    ];
    let note = |text: &str| Note { text: text.into(), author: Some("anna".into()), at: AT };
    for place in places {
        store.set_note(place, Some(&note("first"))).await.unwrap();
        store.set_note(place, Some(&note("sec%ond \"ü"))).await.unwrap();
    }
    fixture.reopen().await;
    let store = fixture.store();
    let expected = places.map(|place| (place, note("sec%ond \"ü")));
    assert_eq!(store.notes(&keys).await.unwrap(), expected);
    assert_eq!(store.notes(&keys[1..]).await.unwrap(), expected[2..]);
    store.set_note(places[1], None).await.unwrap();
    assert_eq!(store.notes(&keys[..1]).await.unwrap(), expected[..1]);
    assert_eq!(store.notes(&[]).await.unwrap(), []);
}

async fn versions_are_numbered(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    for (version, source) in [("x", Some("one")), ("x", Some("other")), ("y", None), ("x", Some("three"))] {
        store.version_seen(&dag("d"), version, source, AT).await.unwrap();
    }
    store.version_seen(&dag("D"), "z", None, AT).await.unwrap();
    fixture.reopen().await;
    let store = fixture.store();
    let past = |number, version: &str| PastVersion { number, version: version.to_owned(), at: AT };
    let all = [past(3, "x"), past(2, "y"), past(1, "x")];
    assert_eq!(store.past_versions(&dag("d"), 0, 10).await.unwrap(), all);
    assert_eq!(store.past_versions(&dag("d"), 1, 1).await.unwrap(), all[1..2]);
    assert_eq!(store.past_versions(&dag("none"), 0, 10).await.unwrap(), []);
    for (number, source) in [(1, Some("one")), (2, None), (3, Some("three")), (4, None)] {
        assert_eq!(store.source(&dag("d"), number).await.unwrap().as_deref(), source);
    }
}

async fn xcoms_are_changed_by_people(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let key = writer.create_run(store, "d", "1").await;
    writer.write(store, vec![record(sample_task(key, 0, TaskState::Success))]).await;
    let place = (TaskIndex(0), MapIndex::NONE);
    let json = |text: &str| XComValue::Json(text.into());
    for text in ["1", "[2]"] {
        assert!(store.set_xcom(key, place, "k", Some(&json(text))).await.unwrap());
        assert_eq!(store.xcom(key, place.0, place.1, "k").await.unwrap(), Some(json(text)));
    }
    assert!(!store.set_xcom(key, (TaskIndex(1), MapIndex::NONE), "k", Some(&json("1"))).await.unwrap());
    assert!(store.set_xcom(key, place, "k", None).await.unwrap());
    assert_eq!(store.xcom(key, place.0, place.1, "k").await.unwrap(), None);
}
