//! Pools.

use super::suite::ValuesFixture;
use crate::conformance::store::{ShardWriter, cases, sample_dag};
use crate::ids::PoolName;
use crate::store::{Commit, DEFAULT_POOL_SLOTS, PoolDelta, Record};
use crate::time::Timestamp;
use crate::values::{PoolError, PoolSettings, Pools};

cases![
    pools_are_there_after_a_restart,
    slots_out_of_bounds_are_refused,
    what_exists_and_what_does_not,
    the_default_pool_stays,
    a_pool_in_use_stays,
    descriptions_are_bounded,
];

fn name(text: &str) -> PoolName {
    PoolName::new(text).unwrap()
}

fn pool(text: &str, slots: u32, description: Option<&str>) -> PoolSettings {
    PoolSettings { name: name(text), slots, used: 0, description: description.map(String::from) }
}

async fn names(pools: &dyn Pools) -> Vec<String> {
    pools.list().await.unwrap().into_iter().map(|pool| pool.name.to_string()).collect()
}

async fn pools_are_there_after_a_restart(fixture: &mut dyn ValuesFixture) {
    let pools = fixture.pools();
    pools.create(&name("b"), 3, Some("for b")).await.unwrap();
    pools.create(&name("a"), 1, None).await.unwrap();
    pools.set(&name("a"), 2, Some("for a")).await.unwrap();
    pools.set(&name("default_pool"), 7, Some("all")).await.unwrap();
    pools.set(&name("default_pool"), 7, None).await.unwrap();
    fixture.reopen().await;
    let expected = [pool("a", 2, Some("for a")), pool("b", 3, Some("for b")), pool("default_pool", 7, None)];
    assert_eq!(fixture.pools().list().await.unwrap(), expected);
    let slots: Vec<_> = fixture.store().pools().await.unwrap().into_iter().map(|pool| pool.slots).collect();
    assert_eq!(slots, [2, 3, 7]);
    fixture.pools().delete(&name("b")).await.unwrap();
    fixture.pools().create(&name("b"), 1, None).await.unwrap();
    assert_eq!(fixture.pools().list().await.unwrap()[1], pool("b", 1, None));
}

async fn slots_out_of_bounds_are_refused(fixture: &mut dyn ValuesFixture) {
    let pools = fixture.pools();
    for slots in [0, -1, i64::MIN, i64::from(PoolSettings::MAX_SLOTS) + 1, i64::MAX] {
        assert!(
            matches!(pools.create(&name("p"), slots, None).await, Err(PoolError::Slots(refused)) if refused == slots)
        );
        assert!(matches!(pools.set(&name("default_pool"), slots, None).await, Err(PoolError::Slots(_))));
    }
    assert_eq!(pools.list().await.unwrap(), [pool("default_pool", DEFAULT_POOL_SLOTS, None)]);
    pools.create(&name("p"), PoolSettings::MAX_SLOTS.into(), None).await.unwrap();
}

async fn what_exists_and_what_does_not(fixture: &mut dyn ValuesFixture) {
    let pools = fixture.pools();
    pools.create(&name("p"), 1, Some("mine")).await.unwrap();
    assert!(matches!(pools.create(&name("p"), 2, None).await, Err(PoolError::Exists(_))));
    assert_eq!(pools.list().await.unwrap()[1], pool("p", 1, Some("mine")));
    assert!(matches!(pools.set(&name("q"), 2, Some("x")).await, Err(PoolError::Missing(_))));
    assert!(matches!(pools.delete(&name("q")).await, Err(PoolError::Missing(_))));
    assert_eq!(names(pools).await, ["default_pool", "p"]);
}

async fn the_default_pool_stays(fixture: &mut dyn ValuesFixture) {
    assert!(matches!(fixture.pools().delete(&PoolName::default()).await, Err(PoolError::Default(_))));
    assert_eq!(names(fixture.pools()).await, ["default_pool"]);
}

async fn a_pool_in_use_stays(fixture: &mut dyn ValuesFixture) {
    fixture.pools().create(&name("p"), 3, None).await.unwrap();
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    let mut take = async |slots| {
        let shards = vec![writer.part(vec![Record::Dag(sample_dag("d"))])];
        let pools = vec![PoolDelta { pool: name("p"), slots }];
        fixture.store().commit(&Commit { at: Timestamp::from_micros(0), shards, pools }).await.unwrap();
        writer.sequence += 1;
    };
    take(2).await;
    assert!(matches!(fixture.pools().delete(&name("p")).await, Err(PoolError::InUse { used: 2, .. })));
    fixture.pools().set(&name("p"), 1, None).await.unwrap();
    assert_eq!(fixture.pools().list().await.unwrap()[1].used, 2);
    take(-2).await;
    fixture.pools().delete(&name("p")).await.unwrap();
    assert_eq!(names(fixture.pools()).await, ["default_pool"]);
}

async fn descriptions_are_bounded(fixture: &mut dyn ValuesFixture) {
    let pools = fixture.pools();
    for text in ["a\0b", &"x".repeat(PoolSettings::MAX_DESCRIPTION_BYTES + 1)] {
        assert!(matches!(pools.create(&name("p"), 1, Some(text)).await, Err(PoolError::Description)));
        assert!(matches!(pools.set(&name("default_pool"), 1, Some(text)).await, Err(PoolError::Description)));
    }
    pools.create(&name("p"), 1, Some(&"ü".repeat(PoolSettings::MAX_DESCRIPTION_BYTES / 2))).await.unwrap();
}
