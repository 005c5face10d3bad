//! All or nothing, fenced, repeatable, journalled without gaps.

use futures_util::future::join_all;

use super::sample::{AT, ShardWriter, change, record, records, sample_dag, sample_run, sample_task, stale};
use super::suite::{StoreFixture, TestedStore, cases};
use crate::ids::{DagId, Epoch, RunKey, ShardId};
use crate::state::{RunState, TaskState};
use crate::store::{Commit, CommitError, InboxId, JournalChange, MAX_COMMIT_RECORDS, Record, StoreError};

cases![
    an_empty_commit_is_applied,
    the_journal_tells_every_record_in_order,
    a_commit_under_another_epoch_is_stale,
    a_commit_at_another_position_is_stale,
    one_stale_shard_refuses_all,
    the_last_commit_can_be_repeated,
    the_last_commit_of_many_shards_can_be_repeated,
    an_earlier_commit_cannot_be_repeated,
    a_repeat_after_a_claim_is_stale,
    what_contradicts_itself_is_refused_whole,
    the_biggest_commit_is_applied,
    one_of_many_writers_wins,
    commits_survive,
];

/// The positions and changes of the whole journal of a shard.
async fn journal(store: &dyn TestedStore, shard: ShardId) -> Vec<(u64, JournalChange)> {
    let entries = store.journal(shard, 0, 100_000).await.unwrap();
    entries.into_iter().map(|entry| (entry.sequence, entry.change)).collect()
}

async fn an_empty_commit_is_applied(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    store.commit(&Commit { at: AT, shards: Vec::new(), pools: Vec::new() }).await.unwrap();
    let mut writer = ShardWriter::claim(store, 0).await;
    writer.write(store, Vec::new()).await;
    assert_eq!(store.restore(ShardId(0)).await.unwrap().sequence, 0);
}

async fn the_journal_tells_every_record_in_order(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 1).await;
    let (key, at) = (writer.key(1), AT);
    let queued = sample_task(key, 3, TaskState::Queued);
    let mut done = sample_task(key, 3, TaskState::Success);
    done.token.launch = 9;
    let tokens = (queued.token, done.token);
    let first = vec![
        Record::Dag(sample_dag("d")),
        Record::RunCreated(sample_run(key, "d", "r")),
        record(queued),
        record(done),
        Record::InboxDone(InboxId { shard: ShardId(1), number: 77 }),
    ];
    writer.write(store, first).await;
    writer.write(store, vec![change(key, RunState::Success)]).await;
    let expected = [
        JournalChange::Dag(DagId::new("d").unwrap()),
        JournalChange::Run(key, RunState::Running),
        JournalChange::Task(tokens.0, TaskState::Queued),
        JournalChange::Task(tokens.1, TaskState::Success),
        JournalChange::Inbox,
        JournalChange::Run(key, RunState::Success),
    ];
    assert_eq!(journal(store, ShardId(1)).await, (1..).zip(expected).collect::<Vec<_>>());
    assert!(store.journal(ShardId(1), 0, 10).await.unwrap().iter().all(|entry| entry.at == at));
    assert_eq!(journal(store, ShardId(0)).await, []);
    assert_eq!(store.restore(ShardId(1)).await.unwrap().sequence, 6);
}

async fn a_commit_under_another_epoch_is_stale(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let old = ShardWriter::claim(store, 2).await;
    let mut new = ShardWriter::claim(store, 2).await;
    for epoch in [Epoch(0), old.epoch, Epoch(new.epoch.0 + 1)] {
        let writer = ShardWriter { epoch, ..new.clone() };
        let result = store.commit(&writer.commit(vec![Record::Dag(sample_dag("d"))])).await;
        assert_eq!(stale(result), [2], "{epoch:?}");
    }
    assert_eq!(store.dag(&DagId::new("d").unwrap()).await.unwrap(), None);
    new.write(store, vec![Record::Dag(sample_dag("d"))]).await;
}

async fn a_commit_at_another_position_is_stale(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let dag = || vec![Record::Dag(sample_dag("d"))];
    writer.write(store, [dag(), dag(), dag()].concat()).await;
    for sequence in [0, 1, 4, 1 << 40] {
        let commit = ShardWriter { sequence, ..writer.clone() }.commit(dag());
        assert_eq!(stale(store.commit(&commit).await), [0], "{sequence}");
    }
    let unknown = ShardWriter { shard: ShardId(9), ..writer.clone() };
    assert_eq!(stale(store.commit(&unknown.commit(dag())).await), [9]);
    assert_eq!(store.restore(ShardId(0)).await.unwrap().sequence, 3);
}

async fn one_stale_shard_refuses_all(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writers = Vec::new();
    for shard in 0..4 {
        writers.push(ShardWriter::claim(store, shard).await);
    }
    ShardWriter::claim(store, 1).await;
    ShardWriter::claim(store, 3).await;
    let parts = writers.iter().map(|writer| writer.part(vec![Record::Dag(sample_dag(&format!("d{}", writer.shard)))]));
    let commit = Commit { at: AT, shards: parts.collect(), pools: Vec::new() };
    assert_eq!(stale(store.commit(&commit).await), [1, 3]);
    assert_eq!(store.dags(None, 10).await.unwrap(), []);
    for shard in 0..4 {
        assert_eq!(journal(store, ShardId(shard)).await, [], "{shard}");
    }
}

async fn the_last_commit_can_be_repeated(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let key = writer.create_run(fixture.store(), "d", "r").await;
    let commit = writer.commit(records(key, 3, TaskState::Queued));
    fixture.store().commit(&commit).await.unwrap();
    fixture.store().commit(&commit).await.unwrap();
    fixture.reopen().await;
    fixture.store().commit(&commit).await.unwrap();
    assert_eq!(fixture.store().restore(ShardId(0)).await.unwrap().sequence, 4);
    assert_eq!(journal(fixture.store(), ShardId(0)).await.len(), 4);
}

async fn the_last_commit_of_many_shards_can_be_repeated(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let (one, mut two) = (ShardWriter::claim(store, 0).await, ShardWriter::claim(store, 1).await);
    let dag = || vec![Record::Dag(sample_dag("d"))];
    let commit = Commit { at: AT, shards: vec![one.part(dag()), two.part(dag())], pools: Vec::new() };
    store.commit(&commit).await.unwrap();
    store.commit(&commit).await.unwrap();
    two.sequence += 1;
    two.write(store, dag()).await;
    // One of its shards has moved on: not the last any more.
    let refused = stale(store.commit(&commit).await);
    assert!(refused.contains(&1), "{refused:?}");
    assert_eq!(journal(store, ShardId(0)).await.len(), 1);
}

async fn an_earlier_commit_cannot_be_repeated(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let first = writer.commit(vec![Record::Dag(sample_dag("a"))]);
    writer.write(store, first.shards[0].records.clone()).await;
    writer.write(store, vec![Record::Dag(sample_dag("b")), Record::Dag(sample_dag("c"))]).await;
    assert_eq!(stale(store.commit(&first).await), [0]);
}

async fn a_repeat_after_a_claim_is_stale(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let writer = ShardWriter::claim(store, 0).await;
    let commit = writer.commit(vec![Record::Dag(sample_dag("a"))]);
    store.commit(&commit).await.unwrap();
    ShardWriter::claim(store, 0).await;
    assert_eq!(stale(store.commit(&commit).await), [0]);
}

async fn what_contradicts_itself_is_refused_whole(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let key = writer.create_run(store, "d", "r").await;
    let twice = |ahead| Record::RunCreated(sample_run(writer.key(ahead), "d", "twice"));
    let bad = [
        vec![Record::RunCreated(sample_run(writer.key(0), "d", "r"))],
        vec![Record::RunCreated(sample_run(key, "d", "other"))],
        vec![twice(0), twice(1)],
        vec![change(RunKey::new(ShardId(0), 999), RunState::Failed)],
    ];
    for mut records in bad {
        records.insert(0, Record::Dag(sample_dag("seen")));
        let result = store.commit(&writer.commit(records)).await;
        assert!(matches!(result, Err(CommitError::Store(StoreError::Corrupt(_)))), "{result:?}");
    }
    assert_eq!(store.dags(None, 10).await.unwrap(), []);
    assert_eq!(journal(store, ShardId(0)).await.len(), 1);
    writer.write(store, vec![change(key, RunState::Failed)]).await;
}

async fn the_biggest_commit_is_applied(fixture: &mut dyn StoreFixture) {
    let mut writers = Vec::new();
    for shard in 0..4 {
        let mut writer = ShardWriter::claim(fixture.store(), shard).await;
        let key = writer.create_run(fixture.store(), &format!("d{shard}"), "r").await;
        writers.push((writer, key));
    }
    let share = (MAX_COMMIT_RECORDS / 4) as u32;
    let parts = writers.iter().map(|(writer, key)| writer.part(records(*key, share, TaskState::Success)));
    let commit = Commit { at: AT, shards: parts.collect(), pools: Vec::new() };
    fixture.store().commit(&commit).await.unwrap();
    fixture.reopen().await;
    for (writer, key) in writers {
        let sequences: Vec<_> = journal(fixture.store(), writer.shard).await.into_iter().map(|(at, _)| at).collect();
        assert_eq!(sequences, (1..=1 + u64::from(share)).collect::<Vec<_>>());
        let tasks = fixture.store().tasks(key, None, MAX_COMMIT_RECORDS).await.unwrap();
        assert_eq!(tasks, (0..share).map(|task| sample_task(key, task, TaskState::Success)).collect::<Vec<_>>());
    }
}

async fn one_of_many_writers_wins(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let writer = ShardWriter::claim(store, 0).await;
    // As many records as there are writers before it plus one, so that no one's commit looks like another's.
    let dags = |n: usize| (0..=n).map(|_| Record::Dag(sample_dag(&format!("d{n}")))).collect();
    let commits: Vec<_> = (0..6).map(|n| writer.commit(dags(n))).collect();
    let results = join_all(commits.iter().map(|commit| store.commit(commit))).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    let winner = results.iter().position(Result::is_ok).unwrap();
    for result in results.into_iter().filter(Result::is_err) {
        assert_eq!(stale(result), [0]);
    }
    assert_eq!(store.dags(None, 10).await.unwrap(), [sample_dag(&format!("d{winner}"))]);
    assert_eq!(journal(store, ShardId(0)).await.len(), winner + 1);
}

async fn commits_survive(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let key = writer.create_run(fixture.store(), "d", "r").await;
    writer.write(fixture.store(), records(key, 3, TaskState::Queued)).await;
    fixture.reopen().await;
    assert_eq!(journal(fixture.store(), ShardId(0)).await.len(), 4);
    assert_eq!(fixture.store().tasks(key, None, 10).await.unwrap().len(), 3);
    writer.write(fixture.store(), records(key, 3, TaskState::Success)).await;
}
