//! A host: its clock, its supervisor of child processes, and the server that runs on it, life after life.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use couture_core::driver::DriverParts;
use couture_core::scheduler::Planted;
use couture_core::store::{MemoryStore, Store};
use couture_core::task::{NoNotifier, Outcome};
use couture_core::{AttemptToken, Engine, EngineSettings, Timestamp, WorkerId};

use crate::clock::{EPOCH_US, SimClock};
use crate::executor::{Inner, SimExecutor};
use crate::faults::Faults;
use crate::plan::Plan;
use crate::promises::Promises;
use crate::store::SimStore;
use crate::world::{Life, World};

pub const LEASE: Duration = Duration::from_secs(6);

/// What outlives a server: children that still run, and the ends of those that do not.
pub struct Supervisor {
    children: Mutex<BTreeMap<AttemptToken, Option<Outcome>>>,
    home: Mutex<Option<Arc<Inner>>>,
    promises: Arc<Promises>,
    offset_us: Arc<AtomicI64>,
}

impl Supervisor {
    pub fn wall(&self, now_us: u64) -> Timestamp {
        Timestamp::from_micros(EPOCH_US + now_us as i64 + self.offset_us.load(Ordering::Relaxed))
    }

    /// The server that it works for now.
    pub fn home(&self) -> Option<Arc<Inner>> {
        self.home.lock().unwrap().clone()
    }

    /// A child has ended while there was no server.
    pub fn keep(&self, token: AttemptToken, outcome: Outcome) {
        if let Some(child) = self.children.lock().unwrap().get_mut(&token) {
            self.promises.ended(token, &outcome);
            *child = Some(outcome);
        }
    }

    /// The next server takes a child over.
    pub fn take(&self, token: AttemptToken) -> Option<Option<Outcome>> {
        self.children.lock().unwrap().remove(&token)
    }
}

pub struct Host {
    pub world: Arc<World>,
    pub number: usize,
    pub incarnation: u64,
    pub offset_us: Arc<AtomicI64>,
    pub supervisor: Arc<Supervisor>,
    pub executor: Option<Arc<Inner>>,
    pub engine: Arc<Mutex<Option<Engine>>>,
}

/// What all hosts have in common.
#[derive(Clone)]
pub struct Surroundings {
    pub store: MemoryStore,
    pub plan: Arc<Plan>,
    pub faults: Arc<Faults>,
    pub promises: Arc<Promises>,
    pub planted: Planted,
}

impl Host {
    pub fn new(world: Arc<World>, number: usize, around: &Surroundings) -> Self {
        let offset_us = Arc::new(AtomicI64::new(0));
        let supervisor = Supervisor {
            children: Mutex::default(),
            home: Mutex::default(),
            promises: around.promises.clone(),
            offset_us: offset_us.clone(),
        };
        Self {
            world,
            number,
            incarnation: 0,
            offset_us,
            supervisor: Arc::new(supervisor),
            executor: None,
            engine: Arc::default(),
        }
    }

    pub fn life(&self) -> Life {
        Life { host: self.number, incarnation: self.incarnation }
    }

    /// Starts a server.
    pub fn start(&mut self, around: &Surroundings) {
        self.incarnation += 1;
        let life = self.life();
        self.world.tell(|| format!("{life:?} starts"));
        let clock = Arc::new(SimClock::new(self.world.clone(), self.offset_us.clone()));
        let inner = Arc::new(Inner {
            world: self.world.clone(),
            plan: around.plan.clone(),
            faults: around.faults.clone(),
            promises: around.promises.clone(),
            supervisor: self.supervisor.clone(),
            life,
            worker: WorkerId::new(format!("host{}", self.number), self.incarnation),
            capacity: self.world.random(|random| random.within(2..12)) as usize,
            is_alive: Mutex::new(true),
            live: Mutex::default(),
            reports: Mutex::default(),
            arrived: tokio::sync::Notify::new(),
        });
        self.executor = Some(inner.clone());
        *self.supervisor.home.lock().unwrap() = Some(inner.clone());
        let store = SimStore {
            world: self.world.clone(),
            inner: around.store.clone(),
            faults: around.faults.clone(),
            promises: around.promises.clone(),
            life,
            lease_us: LEASE.as_micros() as u64,
        };
        let store: Arc<dyn Store> = Arc::new(store);
        let settings =
            EngineSettings { paused_at_creation: false, lease: LEASE, max_lost: 100, ..EngineSettings::default() };
        let (world, place) = (self.world.clone(), self.engine.clone());
        let (plan, planted) = (around.plan.clone(), around.planted);
        self.world.spawn(Some(life), async move {
            let executor = Arc::new(SimExecutor(inner));
            let (engine, driver) = loop {
                let (store, executor, clock) = (store.clone(), executor.clone(), clock.clone());
                let notifier = Arc::new(NoNotifier);
                let settings = settings.clone();
                let parts = DriverParts { store, executor, clock, notifier, settings, planted };
                match Engine::assemble(parts).await {
                    Ok(both) => break both,
                    Err(_) => world.sleep(100_000).await,
                }
            };
            *place.lock().unwrap() = Some(engine.clone());
            world.spawn(Some(life), driver);
            for dag in &plan.dags {
                while engine.register(dag.clone()).await.is_err() {
                    world.sleep(100_000).await;
                }
            }
        });
    }

    /// `kill -9`. Children under the supervisor go on, where one server alone can have the store.
    pub fn crash(&mut self, is_exclusive: bool) {
        let Some(executor) = self.executor.take() else { return };
        let life = self.life();
        self.world.tell(|| format!("{life:?} crashes"));
        *executor.is_alive.lock().unwrap() = false;
        *self.supervisor.home.lock().unwrap() = None;
        *self.engine.lock().unwrap() = None;
        self.world.end(life);
        let mut children = self.supervisor.children.lock().unwrap();
        let mut dead = BTreeSet::new();
        for (token, launch) in std::mem::take(&mut *executor.live.lock().unwrap()) {
            if is_exclusive && launch.run.dag.task(token.task).operator.is_resumable() {
                children.insert(token, None);
            } else {
                dead.insert(token);
            }
        }
        executor.promises.died(&dead);
        executor.promises.scheduler_died();
    }

    pub fn jump(&self, by_us: i64) {
        self.world.tell(|| format!("the clock of host {} jumps by {by_us} µs", self.number));
        self.offset_us.fetch_add(by_us, Ordering::Relaxed);
    }
}
