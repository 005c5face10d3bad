//! One seed: a plan, some hosts, some requests, some trouble; then calm, until everything has ended.

use std::sync::{Arc, Mutex};

use couture_core::ShardId;
use couture_core::scheduler::Planted;
use couture_core::store::{InboxId, MemoryStore, Store};
use futures_util::FutureExt;

use crate::asking::{Asking, Hosts};
use crate::faults::Faults;
use crate::host::{Host, Surroundings};
use crate::plan::Plan;
use crate::promises::Promises;
use crate::random::Random;
use crate::world::World;

pub const SHARDS: u32 = 3;
/// How long trouble lasts.
pub const TROUBLE_US: u64 = 40_000_000;
/// Everything has ended this long after trouble did: a handful of leases, timeouts and retries.
const CALM_US: u64 = 400_000_000;

/// What a seed came to.
pub struct Story {
    pub violations: Vec<String>,
    pub trace: Vec<String>,
}

/// Plays one seed.
pub fn play(seed: u64, planted: Planted, trace: bool) -> Story {
    let mut random = Random::new(seed ^ 0x5eed);
    let faults = Arc::new(Faults::draw(&mut random));
    let plan = Arc::new(Plan::draw(seed, &mut random));
    let world = World::new(seed, trace);
    world.tell(|| format!("{faults:?}"));
    let is_exclusive = faults.hosts == 1;
    let store = if is_exclusive { MemoryStore::new(SHARDS) } else { MemoryStore::new(SHARDS).shared() };
    for (pool, slots) in &plan.pools {
        store.set_pool(pool, *slots).now_or_never().expect("memory does not wait").expect("a pool can be set");
    }
    let promises = Arc::new(Promises::new(plan.clone(), faults.clock_jumps > 0, is_exclusive));
    let around = Surroundings { store, plan, faults, promises: promises.clone(), planted };
    let hosts: Arc<Vec<Mutex<Host>>> = Arc::new(
        (0..around.faults.hosts).map(|number| Mutex::new(Host::new(world.clone(), number, &around))).collect(),
    );
    for host in &*hosts {
        host.lock().unwrap().start(&around);
    }
    let wanted = Arc::new(Mutex::new(Vec::new()));
    let asking = Asking { world: world.clone(), hosts: hosts.clone(), around: around.clone(), wanted: wanted.clone() };
    asking.schedule(&mut random);
    schedule_trouble(&world, &hosts, &around, &mut random);
    world.run(TROUBLE_US, || promises.is_broken());
    promises.calm();
    asking.calm_down();
    let is_done = || {
        let wanted = wanted.lock().unwrap();
        promises.is_broken()
            || (promises.unfinished() == 0
                && promises.is_idle()
                && promises.all_scheduled()
                && promises.nobody_is_paused()
                && promises.backfills_are_over()
                && inbox(&around.store).is_empty()
                && wanted.iter().all(|(dag, run)| promises.run(dag, run).is_some()))
    };
    let ended = world.run(TROUBLE_US + CALM_US, is_done);
    let mut violations = promises.violations();
    if violations.is_empty() {
        if !ended {
            violations.push("not everything has ended in time".into());
            violations.extend(inbox(&around.store).iter().map(|message| format!("{message:?} is left in an inbox")));
            let wanted = wanted.lock().unwrap();
            let missing = wanted.iter().filter(|(dag, run)| promises.run(dag, run).is_none());
            violations.extend(missing.map(|(dag, run)| format!("{run} of {dag} was promised, but does not exist")));
        }
        promises.finished();
        violations.extend(promises.violations());
    }
    Story { violations, trace: world.take_trace() }
}

pub fn inbox(store: &MemoryStore) -> Vec<InboxId> {
    let shards: Vec<_> = (0..SHARDS).map(ShardId).collect();
    let messages =
        store.inbox(&shards, 100).now_or_never().expect("memory does not wait").expect("inboxes can be read");
    messages.into_iter().map(|(id, _)| id).collect()
}

fn schedule_trouble(world: &Arc<World>, hosts: &Hosts, around: &Surroundings, random: &mut Random) {
    for _ in 0..around.faults.crashes {
        let host = random.within(0..hosts.len() as u64) as usize;
        let down_us = random.within(1_000..15_000_000);
        let (hosts, around) = (hosts.clone(), around.clone());
        world.later(random.within(1_000_000..TROUBLE_US), move |world| {
            hosts[host].lock().unwrap().crash(around.store.is_exclusive());
            world.later(down_us, move |_| {
                let mut host = hosts[host].lock().unwrap();
                if host.executor.is_none() {
                    host.start(&around);
                }
            });
        });
    }
    for _ in 0..around.faults.clock_jumps {
        let host = random.within(0..hosts.len() as u64) as usize;
        let hour_us = 3_600_000_000;
        let by_us =
            if random.one_in(2) { random.within(0..hour_us) as i64 } else { -(random.within(0..hour_us) as i64) };
        let hosts = hosts.clone();
        world.later(random.within(1_000_000..TROUBLE_US), move |_| hosts[host].lock().unwrap().jump(by_us));
    }
}
