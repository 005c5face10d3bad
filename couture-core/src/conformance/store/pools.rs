//! Slots, taken by compare-and-set.

use futures_util::future::join_all;

use super::sample::{AT, ShardWriter, sample_dag};
use super::suite::{StoreFixture, TestedStore, cases};
use crate::ids::PoolName;
use crate::store::{Commit, CommitError, DEFAULT_POOL_SLOTS, Pool, PoolDelta, Record};

cases![
    the_default_pool_is_there,
    pools_are_made_and_changed,
    slots_are_taken_and_given_back,
    a_full_pool_refuses_the_whole_commit,
    slots_can_be_given_back_in_an_over_full_pool,
    an_unknown_pool_refuses,
    stale_comes_before_full,
    a_repeat_takes_no_slots,
    rivals_never_take_too_much,
];

fn name(text: &str) -> PoolName {
    PoolName::new(text).unwrap()
}

fn delta(pool: &str, slots: i64) -> PoolDelta {
    PoolDelta { pool: name(pool), slots }
}

/// One record and these deltas; each commit is a new one of its shard.
async fn take(store: &dyn TestedStore, writer: &mut ShardWriter, pools: Vec<PoolDelta>) -> Result<(), CommitError> {
    let shards = vec![writer.part(vec![Record::Dag(sample_dag("d"))])];
    store.commit(&Commit { at: AT, shards, pools }).await?;
    writer.sequence += 1;
    Ok(())
}

#[track_caller]
fn full(result: Result<(), CommitError>) -> Vec<PoolName> {
    match result {
        Err(CommitError::PoolFull(pools)) => pools,
        other => panic!("expected a full pool, got {other:?}"),
    }
}

async fn used(store: &dyn TestedStore, pool: &str) -> i64 {
    store.pools().await.unwrap().into_iter().find(|p| p.name == name(pool)).unwrap().used
}

async fn the_default_pool_is_there(fixture: &mut dyn StoreFixture) {
    let expected = [Pool { name: PoolName::default(), slots: DEFAULT_POOL_SLOTS, used: 0 }];
    assert_eq!(fixture.store().pools().await.unwrap(), expected);
    fixture.store().set_pool(&PoolName::default(), 3).await.unwrap();
    fixture.reopen().await;
    assert_eq!(fixture.store().pools().await.unwrap()[0].slots, 3);
}

async fn pools_are_made_and_changed(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    store.set_pool(&name("b"), 2).await.unwrap();
    store.set_pool(&name("B "), u32::MAX).await.unwrap();
    let mut writer = ShardWriter::claim(store, 0).await;
    take(store, &mut writer, vec![delta("b", 2)]).await.unwrap();
    store.set_pool(&name("b"), 0).await.unwrap();
    let pools = store.pools().await.unwrap();
    let seen: Vec<_> = pools.iter().map(|pool| (pool.name.as_str(), pool.slots, pool.used)).collect();
    assert_eq!(seen, [("B ", u32::MAX, 0), ("b", 0, 2), ("default_pool", DEFAULT_POOL_SLOTS, 0)]);
}

async fn slots_are_taken_and_given_back(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    store.set_pool(&name("p"), 3).await.unwrap();
    let mut writer = ShardWriter::claim(store, 0).await;
    for (slots, expected) in [(2, 2), (1, 3), (0, 3), (-2, 1), (2, 3), (-3, 0)] {
        take(store, &mut writer, vec![delta("p", slots), delta("default_pool", 0)]).await.unwrap();
        assert_eq!(used(store, "p").await, expected);
    }
}

async fn a_full_pool_refuses_the_whole_commit(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    for pool in ["p", "q", "r"] {
        store.set_pool(&name(pool), 3).await.unwrap();
    }
    let mut writer = ShardWriter::claim(store, 0).await;
    let result = take(store, &mut writer, vec![delta("p", 4), delta("q", 1), delta("r", i64::from(u32::MAX))]).await;
    assert_eq!(full(result), [name("p"), name("r")]);
    assert_eq!(used(store, "q").await, 0);
    assert_eq!(store.dags(None, 10).await.unwrap(), []);
    assert_eq!(store.restore(writer.shard).await.unwrap().sequence, 0);
    take(store, &mut writer, vec![delta("p", 3), delta("q", 1)]).await.unwrap();
    assert_eq!(full(take(store, &mut writer, vec![delta("p", 1)]).await), [name("p")]);
}

async fn slots_can_be_given_back_in_an_over_full_pool(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    store.set_pool(&name("p"), 5).await.unwrap();
    let mut writer = ShardWriter::claim(store, 0).await;
    take(store, &mut writer, vec![delta("p", 5)]).await.unwrap();
    store.set_pool(&name("p"), 1).await.unwrap();
    take(store, &mut writer, vec![delta("p", -1)]).await.unwrap();
    take(store, &mut writer, vec![delta("p", 0)]).await.unwrap();
    assert_eq!(full(take(store, &mut writer, vec![delta("p", 1)]).await), [name("p")]);
    assert_eq!(used(store, "p").await, 4);
}

async fn an_unknown_pool_refuses(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    for slots in [1, 0, -1] {
        let result = take(store, &mut writer, vec![delta("nowhere", slots), delta("default_pool", 1)]).await;
        assert_eq!(full(result), [name("nowhere")], "{slots}");
    }
    assert_eq!(used(store, "default_pool").await, 0);
}

async fn stale_comes_before_full(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut old = ShardWriter::claim(store, 0).await;
    ShardWriter::claim(store, 0).await;
    assert_eq!(super::sample::stale(take(store, &mut old, vec![delta("default_pool", 1_000)]).await), [0]);
}

async fn a_repeat_takes_no_slots(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    let mut writer = ShardWriter::claim(store, 0).await;
    let before = writer.clone();
    let slots = i64::from(DEFAULT_POOL_SLOTS);
    take(store, &mut writer, vec![delta("default_pool", slots)]).await.unwrap();
    take(store, &mut before.clone(), vec![delta("default_pool", slots)]).await.unwrap();
    assert_eq!(used(store, "default_pool").await, slots);
}

async fn rivals_never_take_too_much(fixture: &mut dyn StoreFixture) {
    let store = fixture.store();
    store.set_pool(&name("p"), 5).await.unwrap();
    let mut writers = Vec::new();
    for shard in 0..4 {
        writers.push(ShardWriter::claim(store, shard).await);
    }
    let takes = writers.iter_mut().map(|writer| async move {
        let mut taken = 0;
        for _ in 0..4 {
            match take(store, writer, vec![delta("p", 1)]).await {
                Ok(()) => taken += 1,
                Err(CommitError::PoolFull(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        taken
    });
    assert_eq!(join_all(takes).await.into_iter().sum::<i64>(), 5);
    assert_eq!(used(store, "p").await, 5);
}
