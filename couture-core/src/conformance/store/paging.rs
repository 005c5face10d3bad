//! Lists, page by page.

use super::sample::{ShardWriter, record, records, sample_dag, sample_run, sample_task};
use super::suite::{StoreFixture, cases};
use crate::ids::{DagId, MapIndex};
use crate::state::TaskState;
use crate::store::Record;

cases![dags_are_paged_in_byte_order, runs_are_paged_newest_first, tasks_are_paged, the_journal_is_paged];

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
