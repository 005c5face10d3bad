//! Lists, page by page.

use super::sample::{ShardWriter, record, records, sample_dag, sample_run, sample_task};
use super::suite::{StoreFixture, TestedStore, cases};
use crate::ids::{DagId, MapIndex, TaskIndex};
use crate::state::{RunState, TaskState};
use crate::store::{OrderValue, Record, RunOrder, RunQuery, RunRecord, TaskRecord};
use crate::time::Timestamp;

cases![
    dags_are_paged_in_byte_order,
    runs_are_paged_newest_first,
    runs_are_found_and_counted,
    mapped_tasks_are_counted,
    tasks_are_paged,
    the_journal_is_paged,
];

/// Page sizes that cut 10 elements in every way that matters.
const LIMITS: [usize; 5] = [1, 3, 5, 10, 11];

async fn dags_are_paged_in_byte_order(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let ids = ["-", "A", "B", "Z", "_", "a", "aa", "b", "ä", "東"];
    let mut writers = [ShardWriter::claim(store, 0).await, ShardWriter::claim(store, 1).await];
    for (n, id) in ids.iter().rev().enumerate() {
        writers[n % 2].write(store, vec![Record::Dag(sample_dag(id))]).await;
    }
    for limit in LIMITS {
        let (mut seen, mut after) = (Vec::new(), None::<DagId>);
        loop {
            let page = store.dags(after.as_ref(), limit).await.unwrap();
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = Some(last.dag_id.clone());
            seen.extend(page.iter().map(|dag| dag.dag_id.as_str().to_owned()));
        }
        assert_eq!(seen, ids, "{limit}");
    }
    let after = DagId::new("a-not-there").unwrap();
    assert_eq!(store.dags(Some(&after), 1).await.unwrap()[0].dag_id.as_str(), "aa");
}

async fn runs_are_paged_newest_first(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 1).await;
    let mut other = ShardWriter::claim(store, 0).await;
    let mut all = vec![sample_run(other.create_run(store, "z", "r").await, "z", "r")];
    for n in 0..9 {
        let dag = if n % 3 == 0 { "d" } else { "D" };
        let run_id = format!("r{n}");
        all.push(sample_run(writer.create_run(store, dag, &run_id).await, dag, &run_id));
    }
    all.reverse();
    for dag in [None, Some("d"), Some("D"), Some("none")] {
        let expected: Vec<_> =
            all.iter().filter(|run| dag.is_none_or(|dag| run.dag_id.as_str() == dag)).cloned().collect();
        let dag = dag.map(|dag| DagId::new(dag).unwrap());
        for limit in LIMITS {
            let (mut seen, mut before) = (Vec::new(), None);
            loop {
                let page = store.runs(dag.as_ref(), before, limit).await.unwrap();
                assert!(page.len() <= limit);
                let Some(last) = page.last() else { break };
                before = Some(last.key);
                seen.extend(page);
            }
            assert_eq!(seen, expected, "{dag:?} {limit}");
        }
    }
}

/// Twelve runs of two DAGs, in every state, some without a start or an end.
async fn write_mixed_runs(store: &dyn TestedStore) -> Vec<RunRecord> {
    let mut writers = [ShardWriter::claim(store, 1).await, ShardWriter::claim(store, 0).await];
    let mut runs = Vec::new();
    for n in 0..12_i64 {
        let writer = &mut writers[n as usize % 2];
        let time = |at: i64| Timestamp::from_micros(at % 5 - 2);
        let run = RunRecord {
            state: RunState::ALL[n as usize % 4],
            logical_date: time(n * 3),
            queued_at: time(n * 7),
            started_at: (n % 3 > 0).then(|| time(n * 11)),
            ended_at: (n % 4 > 1).then(|| time(n)),
            ..sample_run(writer.key(0), if n % 2 == 0 { "d" } else { "D" }, &format!("r{n}"))
        };
        writer.write(store, vec![Record::RunCreated(run.clone())]).await;
        runs.push(run);
    }
    runs
}

fn run_queries() -> Vec<RunQuery> {
    let mut queries = Vec::new();
    for dag_id in [None, Some("d"), Some("none")] {
        let dag_id = dag_id.map(|dag| DagId::new(dag).unwrap());
        for states in [vec![], vec![RunState::Queued, RunState::Running], vec![RunState::Queued, RunState::Failed]] {
            for order in [RunOrder::Created, RunOrder::LogicalDate, RunOrder::Started, RunOrder::Ended, RunOrder::Id] {
                for before in [None, Some(Timestamp::from_micros(1))] {
                    let query = RunQuery {
                        dag_id: dag_id.clone(),
                        states: states.clone(),
                        before,
                        order,
                        ..RunQuery::default()
                    };
                    queries.push(RunQuery { descending: true, ..query.clone() });
                    queries.push(query);
                }
            }
        }
    }
    queries
}

async fn runs_are_found_and_counted(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let all = write_mixed_runs(store).await;
    let rest = RunQuery { after: Some(all[4].key), ..RunQuery::default() };
    for query in run_queries().into_iter().chain([rest]) {
        let expected = expected_runs(&all, &query);
        assert_eq!(store.count_runs(&query).await.unwrap(), expected.len(), "{query:?}");
        for (offset, limit) in [(0, 100), (0, 2), (3, 2), (50, 1)] {
            let found = store.find_runs(&query, offset, limit).await.unwrap();
            let page: Vec<_> = expected.iter().skip(offset).take(limit).cloned().collect();
            assert_eq!(found, page, "{query:?} {offset} {limit}");
        }
    }
}

/// From the definition: those without a value last, whichever way.
fn expected_runs(all: &[RunRecord], query: &RunQuery) -> Vec<RunRecord> {
    let is_by_key = query.dag_id.is_some() && query.order == RunOrder::Created;
    let value = |run: &RunRecord| if is_by_key { Some(OrderValue::Number(0)) } else { query.order.of(run) };
    let (mut valued, mut others): (Vec<_>, Vec<_>) =
        all.iter().filter(|run| query.takes(run)).cloned().partition(|run| value(run).is_some());
    valued.sort_by_key(|run| (value(run), run.key));
    others.sort_by_key(|run| run.key);
    if query.descending {
        valued.reverse();
        others.reverse();
    }
    valued.into_iter().chain(others).collect()
}

async fn mapped_tasks_are_counted(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 1).await;
    let keys = [writer.create_run(store, "d", "1").await, writer.create_run(store, "d", "2").await];
    let row = |task: u32, map_index: i32, state: TaskState, length: Option<u32>| {
        let mut row = sample_task(keys[0], task, state);
        row.token.map_index = MapIndex(map_index);
        record(TaskRecord { length, ..row })
    };
    let rows = vec![
        row(0, -1, TaskState::Success, Some(7)),
        row(1, -1, TaskState::Expanded, Some(3)),
        row(1, 1, TaskState::Running, None),
        row(2, -1, TaskState::Cleared, Some(2)),
        row(2, 4, TaskState::Removed, None),
        row(3, -1, TaskState::Cleared, None),
        row(4, -1, TaskState::Expanded, Some(5)),
        row(5, 0, TaskState::Success, Some(9)),
        row(6, -1, TaskState::Skipped, None),
    ];
    writer.write(store, rows).await;
    let expected = [(1, 3), (2, 5), (4, 5), (5, 1)].map(|(task, count)| (TaskIndex(task), count));
    assert_eq!(store.mapped_tasks(keys[0]).await.unwrap(), expected);
    assert_eq!(store.mapped_tasks(keys[1]).await.unwrap(), []);
}

async fn tasks_are_paged(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 1).await;
    let keys = [writer.create_run(store, "d", "1").await, writer.create_run(store, "d", "2").await];
    let place = |n: i32| (n as u32 / 4, MapIndex(n % 4 - 1));
    for key in keys {
        let rows = (0..10).rev().map(|n| {
            let mut row = sample_task(key, place(n).0, TaskState::Queued);
            row.token.map_index = place(n).1;
            record(row)
        });
        writer.write(store, rows.collect()).await;
    }
    let expected: Vec<_> = (0..10).map(place).collect();
    for limit in LIMITS {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = store.tasks(keys[0], after, limit).await.unwrap();
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = Some((last.token.task, last.token.map_index));
            seen.extend(page.iter().map(|row| (row.token.task.0, row.token.map_index)));
        }
        assert_eq!(seen, expected, "{limit}");
    }
}

async fn the_journal_is_paged(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 1).await;
    let key = writer.create_run(store, "d", "1").await;
    writer.write(store, records(key, 9, TaskState::Queued)).await;
    for limit in LIMITS {
        let (mut seen, mut after) = (Vec::new(), 0);
        loop {
            let page = store.journal(writer.shard, after, limit).await.unwrap();
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = last.sequence;
            seen.extend(page.iter().map(|entry| entry.sequence));
        }
        assert_eq!(seen, (1..=10).collect::<Vec<_>>(), "{limit}");
    }
    assert_eq!(store.journal(writer.shard, u64::MAX >> 1, 10).await.unwrap(), []);
    let positions = store.positions().await.unwrap();
    assert!(positions.is_sorted() && positions.len() == store.shards().await.unwrap().len());
    assert!(positions.contains(&(writer.shard, writer.sequence)), "{positions:?}");
}
