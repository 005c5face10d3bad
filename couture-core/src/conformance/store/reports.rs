//! Backfills, SLA misses and changes of assets.

use serde_json::{Value, json};

use super::sample::{AT, ShardWriter, change, sample_asset_event, sample_backfill, sample_run, sample_sla_miss};
use super::suite::{StoreFixture, cases};
use crate::ids::{AssetName, AttemptToken, DagId, MapIndex, RunKey, ShardId, TaskId, TaskIndex};
use crate::state::RunState;
use crate::store::{AssetEvent, AssetSource, Backfill, BackfillState, JournalChange, Record, Reprocess, SlaMiss};
use crate::time::Timestamp;

cases![
    backfills_are_kept_whole,
    backfills_are_paged,
    unfinished_backfills_are_restored,
    sla_misses_are_kept_once,
    sla_misses_are_listed,
    sla_misses_of_unfinished_runs_are_restored,
    asset_events_are_kept_whole,
    asset_events_are_listed_in_order,
    the_journal_tells_of_reports,
];

fn dag(id: &str) -> DagId {
    DagId::new(id).unwrap()
}

fn backfill(backfill: Backfill) -> Record {
    Record::Backfill(Box::new(backfill))
}

fn missed(miss: SlaMiss) -> Record {
    Record::SlaMissed(Box::new(miss))
}

fn changed(event: AssetEvent) -> Record {
    Record::AssetChanged(Box::new(event))
}

async fn backfills_are_kept_whole(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 1).await;
    let first = sample_backfill(writer.key(0), "d");
    let second = Backfill {
        from: Timestamp::from_micros(i64::MIN),
        to: Timestamp::from_micros(i64::MAX),
        max_active_runs: u32::MAX,
        reprocess: Reprocess::Completed,
        reverse: true,
        conf: json!({"a": ["ü\u{0}'", null]}),
        state: BackfillState::Cancelled,
        reached: Some(AT),
        ended_at: Some(AT),
        ..sample_backfill(writer.key(1), "e")
    };
    writer.write(fixture.store(), vec![backfill(first.clone()), backfill(second.clone())]).await;
    fixture.reopen().await;
    assert_eq!(fixture.store().backfills(None, None, 10).await.unwrap(), [second.clone(), first.clone()]);
    let mut now = first;
    for (state, reprocess) in [
        (BackfillState::Running, Reprocess::None),
        (BackfillState::Paused, Reprocess::Failed),
        (BackfillState::Finished, Reprocess::None),
    ] {
        let before = Backfill { reached: None, ..now.clone() };
        now = Backfill { state, reprocess, reached: Some(now.from), ..now };
        writer.write(fixture.store(), vec![backfill(before), backfill(now.clone())]).await;
        let found = fixture.store().backfills(Some(&dag("d")), None, 10).await.unwrap();
        assert_eq!(found, std::slice::from_ref(&now));
    }
}

async fn backfills_are_paged(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let rows: Vec<_> = (0..10).map(|n| sample_backfill(writer.key(n), if n % 3 == 0 { "d" } else { "D" })).collect();
    writer.write(store, rows.iter().cloned().map(backfill).collect()).await;
    for of in [None, Some("d"), Some("D"), Some("none")] {
        let mut expected: Vec<_> =
            rows.iter().filter(|row| of.is_none_or(|of| row.dag_id.as_str() == of)).map(|row| row.number).collect();
        expected.reverse();
        let of = of.map(dag);
        for limit in [1, 3, 10, 11] {
            let (mut seen, mut before) = (Vec::new(), None);
            loop {
                let page = store.backfills(of.as_ref(), before, limit).await.unwrap();
                assert!(page.len() <= limit);
                let Some(last) = page.last() else { break };
                before = Some(last.number);
                seen.extend(page.iter().map(|row| row.number));
            }
            assert_eq!(seen, expected, "{of:?} {limit}");
        }
    }
}

async fn unfinished_backfills_are_restored(fixture: &mut dyn StoreFixture) {
    let mut writers = [ShardWriter::claim(fixture.store(), 1).await, ShardWriter::claim(fixture.store(), 2).await];
    let mut rows = Vec::new();
    for writer in &mut writers {
        let states = [BackfillState::Running, BackfillState::Paused, BackfillState::Finished, BackfillState::Cancelled];
        let of = |(n, state)| Backfill { state, ..sample_backfill(writer.key(n), "d") };
        let made: Vec<_> = (0..).zip(states).map(of).collect();
        writer.write(fixture.store(), made.iter().cloned().map(backfill).collect()).await;
        rows.push(made);
    }
    fixture.reopen().await;
    for (writer, rows) in writers.iter().zip(rows) {
        assert_eq!(fixture.store().restore(writer.shard).await.unwrap().backfills, rows[..2]);
    }
    assert_eq!(fixture.store().restore(ShardId(0)).await.unwrap().backfills, []);
}

async fn sla_misses_are_kept_once(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let key = writer.create_run(fixture.store(), "d", "r").await;
    let first = sample_sla_miss(key, "d", "t", 5);
    let late = |run| SlaMiss { at: Timestamp::from_micros(1), run, ..first.clone() };
    writer.write(fixture.store(), vec![missed(first.clone()), missed(late(key))]).await;
    writer.write(fixture.store(), vec![missed(late(RunKey::new(ShardId(0), 9)))]).await;
    fixture.reopen().await;
    assert_eq!(fixture.store().sla_misses(None, 10).await.unwrap(), [first]);
}

async fn sla_misses_are_listed(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let key = writer.create_run(store, "d", "r").await;
    let rows = [("d", "b", 5), ("D", "ä", 7), ("d", "a", 5), ("d", "a", 6), ("D", "a", 5), ("d", "A", -5)];
    let misses = rows.map(|(of, task, date)| sample_sla_miss(key, of, task, date));
    writer.write(store, misses.iter().cloned().map(missed).collect()).await;
    let table: [(Option<&str>, usize, &[usize]); 5] = [
        (None, 10, &[1, 3, 4, 2, 0, 5]),
        (None, 3, &[1, 3, 4]),
        (Some("d"), 10, &[3, 2, 0, 5]),
        (Some("D"), 1, &[1]),
        (Some("none"), 10, &[]),
    ];
    for (of, limit, expected) in table {
        let found = store.sla_misses(of.map(dag).as_ref(), limit).await.unwrap();
        assert_eq!(found, expected.iter().map(|n| misses[*n].clone()).collect::<Vec<_>>(), "{of:?} {limit}");
    }
}

async fn sla_misses_of_unfinished_runs_are_restored(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 1).await;
    let store = fixture.store();
    let (open, done) = (writer.create_run(store, "d", "open").await, writer.create_run(store, "d", "done").await);
    let misses =
        [sample_sla_miss(open, "d", "b", 5), sample_sla_miss(open, "d", "a", 5), sample_sla_miss(done, "d", "a", 6)];
    writer.write(store, misses.iter().cloned().map(missed).collect()).await;
    writer.write(store, vec![change(done, RunState::Success)]).await;
    fixture.reopen().await;
    let restored = fixture.store().restore(ShardId(1)).await.unwrap().sla_misses;
    assert_eq!(restored, [misses[1].clone(), misses[0].clone()]);
    assert_eq!(fixture.store().restore(ShardId(0)).await.unwrap().sla_misses, []);
}

async fn asset_events_are_kept_whole(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let token = AttemptToken {
        run: RunKey::new(ShardId(3), 1 << 39),
        task: TaskIndex(u32::MAX),
        map_index: MapIndex(i32::MAX),
        try_number: 7,
        launch: 8,
    };
    let source = AssetSource { dag_id: dag("d"), task_id: TaskId::new("t").unwrap(), token };
    let full = AssetEvent {
        source: Some(source),
        extra: json!({"rows": 7, "text": "ü\u{0}'\""}),
        ..sample_asset_event(&"界".repeat(83), i64::MIN)
    };
    let big = AssetEvent { extra: Value::String("x".repeat(3 << 20)), ..sample_asset_event("b", i64::MAX) };
    writer.write(fixture.store(), vec![changed(full.clone()), changed(big.clone())]).await;
    fixture.reopen().await;
    assert_eq!(fixture.store().asset_events(None, true, 0, 10).await.unwrap(), [big, full]);
}

async fn asset_events_are_listed_in_order(fixture: &mut dyn StoreFixture) {
    let mut writers = [ShardWriter::claim(fixture.store(), 0).await, ShardWriter::claim(fixture.store(), 1).await];
    let mut events = Vec::new();
    // In the order in which they were committed, whatever their times.
    for n in 0..6 {
        let made: Vec<_> =
            (0..100).map(|m| sample_asset_event(if m % 3 == 0 { "a" } else { "A" }, i64::from(m * (n % 2)))).collect();
        writers[n as usize % 2].write(fixture.store(), made.iter().cloned().map(changed).collect()).await;
        events.extend(made);
    }
    events.reverse();
    let cases = [
        (None, 0, 1_000),
        (None, 0, 150),
        (None, 599, 9),
        (Some("a"), 0, 1_000),
        (Some("A"), 3, 7),
        (Some("none"), 0, 10),
    ];
    for (of, offset, limit) in cases {
        let asset = of.map(|of| AssetName::new(of).unwrap());
        let mut of_asset: Vec<_> =
            events.iter().filter(|event| of.is_none_or(|of| event.asset.as_str() == of)).cloned().collect();
        assert_eq!(fixture.store().count_asset_events(asset.as_ref()).await.unwrap(), of_asset.len(), "{of:?}");
        for newest_first in [true, false] {
            let found = fixture.store().asset_events(asset.as_ref(), newest_first, offset, limit).await.unwrap();
            let expected: Vec<_> = of_asset.iter().skip(offset).take(limit).cloned().collect();
            assert_eq!(found, expected, "{of:?} {offset} {limit} {newest_first}");
            of_asset.reverse();
        }
    }
}

async fn the_journal_tells_of_reports(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let key = writer.key(0);
    let records = vec![
        Record::RunCreated(sample_run(key, "d", "r")),
        changed(sample_asset_event("asset", 5)),
        missed(sample_sla_miss(key, "d", "t", 5)),
        backfill(sample_backfill(writer.key(3), "b")),
        Record::Withdrawn,
        Record::HistoryDeleted(dag("gone")),
    ];
    writer.write(store, records).await;
    let expected = vec![
        JournalChange::Run(key, RunState::Running),
        JournalChange::Asset(AssetName::new("asset").unwrap()),
        JournalChange::SlaMiss(dag("d")),
        JournalChange::Backfill(dag("b")),
        JournalChange::Withdrawn,
        JournalChange::HistoryDeleted(dag("gone")),
    ];
    let entries = store.journal(ShardId(0), 0, 100).await.unwrap();
    assert_eq!(entries.into_iter().map(|entry| entry.change).collect::<Vec<_>>(), expected);
}
