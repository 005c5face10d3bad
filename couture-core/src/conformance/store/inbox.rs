//! Requests that wait.

use serde_json::json;

use super::sample::{ShardWriter, sample_origin};
use super::suite::{StoreFixture, TestedStore, cases};
use crate::executor::Report;
use crate::ids::{DagId, RunId, ShardId};
use crate::schedule::DataInterval;
use crate::store::{InboxId, Message, Record, Request, Trigger};
use crate::task::{Outcome, XCom, XComValue};
use crate::time::Timestamp;

cases![
    requests_are_kept_whole,
    the_oldest_come_first,
    the_done_go,
    numbers_are_never_used_again,
    a_request_for_no_shard_is_refused,
    a_done_request_of_a_refused_commit_stays,
    what_a_commit_posts_comes_with_it_or_not_at_all,
];

fn pause(dag_id: &str) -> Message {
    Message::Request(Request::SetPaused { dag_id: DagId::new(dag_id).unwrap(), paused: true })
}

async fn waiting(store: &dyn TestedStore, shards: &[u32], limit: usize) -> Vec<(InboxId, Message)> {
    let shards: Vec<_> = shards.iter().copied().map(ShardId).collect();
    let inbox = store.inbox(&shards, limit).await.unwrap();
    inbox.into_iter().map(|(id, request)| (id, request.unwrap())).collect()
}

async fn requests_are_kept_whole(fixture: &mut dyn StoreFixture) {
    let trigger = Trigger {
        run_id: Some(RunId::new("a 'b' \"ü\" 🦀").unwrap()),
        logical_date: Some(Timestamp::from_micros(1_500_000)),
        conf: json!({"a": "ü\u{0}'"}),
        data_interval: Some(DataInterval::new(Timestamp::from_micros(1), Timestamp::from_micros(2))),
        origin: sample_origin(),
        ..Trigger::of(DagId::new("d").unwrap())
    };
    let bare = Trigger::of(DagId::new("d").unwrap());
    let cancel = Request::CancelRun { dag_id: DagId::new("d").unwrap(), run_id: RunId::new("r").unwrap() };
    let token = "7-3--1-2-1".parse().unwrap();
    let report = Report::Ended {
        token,
        started_at: None,
        ended_at: Timestamp::from_micros(5),
        outcome: Outcome::succeeded(vec![XCom { key: "k".into(), value: XComValue::Json("[1]".into()) }]),
    };
    let requests = [Request::Trigger(trigger), Request::Trigger(bare), cancel].map(Message::Request);
    let messages = requests.into_iter().chain([pause("d"), Message::Report(report)]);
    let mut posted = Vec::new();
    for request in messages {
        posted.push((fixture.store().post(ShardId(2), &request).await.unwrap(), request));
    }
    fixture.reopen().await;
    assert_eq!(waiting(fixture.store(), &[2], 10).await, posted);
}

async fn the_oldest_come_first(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut posted = [Vec::new(), Vec::new()];
    for n in 0..20 {
        for shard in [0, 1] {
            posted[shard as usize].push(store.post(ShardId(shard), &pause(&format!("d{n}"))).await.unwrap());
        }
    }
    assert!(posted.iter().all(|ids| ids.is_sorted()));
    let ids = |of: Vec<(InboxId, Message)>| of.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids(waiting(store, &[1], 5).await), posted[1][..5]);
    assert_eq!(ids(waiting(store, &[2], 5).await), []);
    assert_eq!(ids(waiting(store, &[], 5).await), []);
    let both = ids(waiting(store, &[0, 1, 2], 7).await);
    for shard in [0, 1] {
        let of_shard: Vec<_> = both.iter().filter(|id| id.shard == ShardId(shard)).copied().collect();
        assert_eq!(of_shard, posted[shard as usize][..7], "a long inbox leaves room for the others");
    }
}

async fn the_done_go(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let mut ids = Vec::new();
    for n in 0..300 {
        ids.push(store.post(ShardId(0), &pause(&format!("d{n}"))).await.unwrap());
    }
    let done = ids.iter().filter(|id| **id != ids[7]).map(|id| Record::InboxDone(*id)).collect();
    writer.write(store, done).await;
    let left: Vec<_> = waiting(store, &[0], 1_000).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(left, [ids[7]]);
    writer.write(store, vec![Record::InboxDone(ids[0]), Record::InboxDone(ids[7])]).await;
    assert_eq!(waiting(store, &[0], 10).await, []);
}

async fn numbers_are_never_used_again(fixture: &mut dyn StoreFixture) {
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let mut last = None;
    for _ in 0..3 {
        let id = fixture.store().post(ShardId(0), &pause("d")).await.unwrap();
        assert!(last < Some(id), "{last:?} {id:?}");
        writer.write(fixture.store(), vec![Record::InboxDone(id)]).await;
        last = Some(id);
        fixture.reopen().await;
    }
}

async fn a_request_for_no_shard_is_refused(fixture: &mut dyn StoreFixture) {
    assert!(fixture.store().post(ShardId(4), &pause("d")).await.is_err());
}

async fn a_done_request_of_a_refused_commit_stays(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut old = ShardWriter::claim(store, 0).await;
    let id = store.post(ShardId(0), &pause("d")).await.unwrap();
    ShardWriter::claim(store, 0).await;
    assert!(old.try_write(store, vec![Record::InboxDone(id)]).await.is_err());
    assert_eq!(waiting(store, &[0], 10).await, [(id, pause("d"))]);
}

async fn what_a_commit_posts_comes_with_it_or_not_at_all(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut old = ShardWriter::claim(store, 0).await;
    let messages = ["a", "b", "c"].map(pause);
    let posted = |to: u32| {
        let records =
            messages.iter().cloned().map(|message| Record::Posted { to: ShardId(to), message: message.into() });
        records.collect::<Vec<_>>()
    };
    let commit = old.commit([posted(1), posted(2)].concat());
    store.commit(&commit).await.unwrap();
    store.commit(&commit).await.unwrap();
    ShardWriter::claim(store, 0).await;
    old.sequence += commit.shards[0].records.len() as u64;
    assert!(old.try_write(store, posted(1)).await.is_err());
    fixture.reopen().await;
    for shard in [1, 2] {
        let inbox = waiting(fixture.store(), &[shard], 10).await;
        assert!(inbox.is_sorted_by_key(|(id, _)| *id));
        assert_eq!(inbox.into_iter().map(|(_, message)| message).collect::<Vec<_>>(), messages);
    }
}
