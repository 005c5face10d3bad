//! Claims and heartbeats.

use futures_util::future::join_all;

use super::suite::{StoreFixture, cases};
use crate::ids::{Epoch, ShardId, WorkerId};
use crate::store::Shard;

cases![
    a_new_store_has_free_shards,
    claim_is_compare_and_set,
    one_of_many_claims_wins,
    a_shard_can_be_given_up,
    claims_survive,
    an_unknown_shard_is_not_given,
    beats_change_their_own_value_only,
    the_forgotten_have_no_beat,
    worker_names_are_any_text,
];

fn free(id: u32) -> Shard {
    Shard { id: ShardId(id), epoch: Epoch(0), owner: None }
}

async fn a_new_store_has_free_shards(fixture: &mut dyn StoreFixture) {
    assert_eq!(fixture.store().shards().await.unwrap(), [free(0), free(1), free(2), free(3)]);
}

async fn claim_is_compare_and_set(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let (one, two) = (WorkerId::new("one", 1), WorkerId::new("two", 1));
    assert_eq!(store.claim(ShardId(1), Epoch(0), Some(&one)).await.unwrap(), Some(Epoch(1)));
    assert_eq!(store.claim(ShardId(1), Epoch(0), Some(&two)).await.unwrap(), None);
    assert_eq!(store.claim(ShardId(1), Epoch(2), Some(&two)).await.unwrap(), None);
    assert_eq!(store.shards().await.unwrap()[1].owner, Some(one.clone()));
    assert_eq!(store.claim(ShardId(1), Epoch(1), Some(&two)).await.unwrap(), Some(Epoch(2)));
    let expected = Shard { id: ShardId(1), epoch: Epoch(2), owner: Some(two) };
    assert_eq!(store.shards().await.unwrap(), [free(0), expected, free(2), free(3)]);
}

async fn one_of_many_claims_wins(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let workers: Vec<_> = (0..8).map(|n| WorkerId::new(format!("w{n}"), 1)).collect();
    let claims = workers.iter().map(|worker| store.claim(ShardId(2), Epoch(0), Some(worker)));
    let won: Vec<_> = join_all(claims).await.into_iter().map(Result::unwrap).collect();
    let winner = won.iter().position(Option::is_some).expect("someone wins");
    assert_eq!(won.iter().flatten().count(), 1, "{won:?}");
    assert_eq!(store.shards().await.unwrap()[2].owner.as_ref(), Some(&workers[winner]));
}

async fn a_shard_can_be_given_up(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    store.claim(ShardId(0), Epoch(0), Some(&WorkerId::new("one", 1))).await.unwrap();
    assert_eq!(store.claim(ShardId(0), Epoch(1), None).await.unwrap(), Some(Epoch(2)));
    assert_eq!(store.shards().await.unwrap()[0], Shard { epoch: Epoch(2), ..free(0) });
}

async fn claims_survive(fixture: &mut dyn StoreFixture) {
    let worker = WorkerId::new("one", u64::MAX);
    fixture.store().claim(ShardId(3), Epoch(0), Some(&worker)).await.unwrap();
    fixture.reopen().await;
    let expected = Shard { id: ShardId(3), epoch: Epoch(1), owner: Some(worker) };
    assert_eq!(fixture.store().shards().await.unwrap()[3], expected);
}

async fn an_unknown_shard_is_not_given(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    assert_eq!(store.claim(ShardId(4), Epoch(0), None).await.unwrap(), None);
    assert!(store.restore(ShardId(4)).await.is_err());
}

async fn beats_change_their_own_value_only(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let (one, two) = (WorkerId::new("w", 1), WorkerId::new("w", 2));
    assert_eq!(store.beats().await.unwrap(), []);
    store.beat(&one).await.unwrap();
    store.beat(&two).await.unwrap();
    let before = store.beats().await.unwrap();
    assert_eq!(before.iter().map(|(worker, _)| worker).collect::<Vec<_>>(), [&one, &two]);
    store.beat(&two).await.unwrap();
    let after = store.beats().await.unwrap();
    assert_eq!(after[0], before[0]);
    assert_eq!(after[1].0, two);
    assert_ne!(after[1].1, before[1].1);
}

async fn the_forgotten_have_no_beat(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let (one, two) = (WorkerId::new("w", 1), WorkerId::new("w", 2));
    store.beat(&one).await.unwrap();
    store.beat(&two).await.unwrap();
    store.forget(&one).await.unwrap();
    store.forget(&WorkerId::new("never seen", 1)).await.unwrap();
    let left: Vec<_> = store.beats().await.unwrap().into_iter().map(|(worker, _)| worker).collect();
    assert_eq!(left, [two]);
}

async fn worker_names_are_any_text(fixture: &mut dyn StoreFixture) {
    let names = ["Host", "a#b", "a'b\"", "host", "host ", &"n".repeat(200), "wörk"];
    let workers: Vec<_> = names.iter().map(|name| WorkerId::new(name, 7)).collect();
    for worker in &workers {
        fixture.store().beat(worker).await.unwrap();
    }
    fixture.reopen().await;
    let seen: Vec<_> = fixture.store().beats().await.unwrap().into_iter().map(|(worker, _)| worker).collect();
    assert_eq!(seen, workers);
}
