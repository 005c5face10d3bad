//! One seed: a plan, some hosts, some requests, some trouble; then calm, until everything has ended.

use std::sync::{Arc, Mutex};

use couture_core::scheduler::Planted;
use couture_core::store::{Answer, InboxId, MemoryStore, Message, Request, Store, Trigger};
use couture_core::{DagId, EngineError, RunId, ShardId};
use futures_util::FutureExt;
use serde_json::Value;

use crate::faults::Faults;
use crate::host::{Host, Surroundings};
use crate::plan::Plan;
use crate::promises::Promises;
use crate::random::Random;
use crate::world::World;

const SHARDS: u32 = 3;
/// How long trouble lasts.
const TROUBLE_US: u64 = 40_000_000;
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
    let promises = Arc::new(Promises::new(plan.clone(), faults.clock_jumps > 0));
    let around = Surroundings { store, plan, faults, promises: promises.clone(), planted };
    let hosts: Arc<Vec<Mutex<Host>>> = Arc::new(
        (0..around.faults.hosts).map(|number| Mutex::new(Host::new(world.clone(), number, &around))).collect(),
    );
    for host in &*hosts {
        host.lock().unwrap().start(&around);
    }
    let wanted = Arc::new(Mutex::new(Vec::new()));
    schedule_requests(&world, &hosts, &around, &wanted, &mut random);
    schedule_trouble(&world, &hosts, &around, &mut random);
    world.run(TROUBLE_US, || promises.is_broken());
    promises.calm();
    calm_down(&world, &hosts, &around);
    let is_done = || {
        let wanted = wanted.lock().unwrap();
        promises.is_broken()
            || (promises.unfinished() == 0
                && promises.is_idle()
                && promises.all_scheduled()
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

type Wanted = Arc<Mutex<Vec<(DagId, RunId)>>>;
type Hosts = Arc<Vec<Mutex<Host>>>;

fn schedule_requests(world: &Arc<World>, hosts: &Hosts, around: &Surroundings, wanted: &Wanted, random: &mut Random) {
    for n in 0..random.within(1..6) {
        let dag = random.pick(&around.plan.dags).dag_id.clone();
        let run = RunId::new(format!("run{n}")).unwrap();
        let trigger = Trigger { dag_id: dag.clone(), run_id: Some(run.clone()), logical_date: None, conf: Value::Null };
        let at = random.within(1_000_000..TROUBLE_US / 2);
        ask(world, hosts, around, wanted, Request::Trigger(trigger), at, random);
        if random.one_in(6) {
            let cancel = Request::CancelRun { dag_id: dag.clone(), run_id: run };
            ask(world, hosts, around, wanted, cancel, at + random.within(0..10_000_000), random);
        }
        if random.one_in(5) {
            let pause = Request::SetPaused { dag_id: dag.clone(), paused: true };
            ask(world, hosts, around, wanted, pause, at + random.within(0..3_000_000), random);
        }
    }
}

/// Makes a request of some server, or puts it into an inbox.
fn ask(
    world: &Arc<World>,
    hosts: &Hosts,
    around: &Surroundings,
    wanted: &Wanted,
    request: Request,
    at_us: u64,
    random: &mut Random,
) {
    let host = random.within(0..hosts.len() as u64) as usize;
    let by_inbox = !around.store.is_exclusive() && random.one_in(2);
    let (hosts, store, wanted) = (hosts.clone(), around.store.clone(), wanted.clone());
    world.later(at_us, move |world| {
        world.tell(|| format!("asked of host {host}: {request:?}"));
        let is_wanted = |request: &Request| match request {
            Request::Trigger(Trigger { dag_id, run_id: Some(run_id), .. }) => Some((dag_id.clone(), run_id.clone())),
            _ => None,
        };
        if by_inbox {
            post(&store, &request);
            return wanted.lock().unwrap().extend(is_wanted(&request));
        }
        let Some(engine) = hosts[host].lock().unwrap().engine.lock().unwrap().clone() else { return };
        let teller = world.clone();
        world.spawn(None, async move {
            let answer = engine.request(request.clone()).await;
            teller.tell(|| format!("answered: {answer:?}"));
            // What was promised must come; what was not may have happened all the same.
            if matches!(answer, Ok(Answer::Triggered { .. } | Answer::Posted)) {
                wanted.lock().unwrap().extend(is_wanted(&request));
            }
            debug_assert!(!matches!(answer, Err(EngineError::Refused(couture_core::store::Refusal::Conf))));
        });
    });
}

fn post(store: &MemoryStore, request: &Request) {
    let shard: ShardId = request.dag_id().shard(SHARDS);
    let message = Message::Request(request.clone());
    store.post(shard, &message).now_or_never().expect("memory does not wait").expect("a message can be posted");
}

fn inbox(store: &MemoryStore) -> Vec<InboxId> {
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

/// All hosts run, their clocks keep what they show, and no DAG is paused.
fn calm_down(world: &Arc<World>, hosts: &Hosts, around: &Surroundings) {
    for host in &**hosts {
        let mut host = host.lock().unwrap();
        if host.executor.is_none() {
            host.start(around);
        }
    }
    let dags: Vec<DagId> = around.plan.dags.iter().map(|dag| dag.dag_id.clone()).collect();
    for dag_id in dags {
        let request = Request::SetPaused { dag_id, paused: false };
        if around.store.is_exclusive() {
            let engine = hosts[0].lock().unwrap().engine.clone();
            let sleeper = world.clone();
            world.spawn(None, async move {
                loop {
                    let engine = engine.lock().unwrap().clone();
                    if let Some(engine) = engine
                        && engine.request(request.clone()).await.is_ok()
                    {
                        return;
                    }
                    sleeper.sleep(500_000).await;
                }
            });
        } else {
            post(&around.store, &request);
        }
    }
}
