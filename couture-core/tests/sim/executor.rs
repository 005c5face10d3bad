//! An executor whose attempts take virtual time and end as the plan says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use couture_core::task::{Deferral, Outcome};
use couture_core::{AttemptToken, Executor, Launch, Report, Timestamp, WorkerId};
use tokio::sync::Notify;

use crate::faults::Faults;
use crate::host::Supervisor;
use crate::plan::{Fate, Plan};
use crate::promises::Promises;
use crate::world::{Life, World};

/// How long an attempt takes to obey.
const KILL_US: u64 = 300_000;

#[derive(Clone)]
pub struct SimExecutor(pub Arc<Inner>);

pub struct Inner {
    pub world: Arc<World>,
    pub plan: Arc<Plan>,
    pub faults: Arc<Faults>,
    pub promises: Arc<Promises>,
    pub supervisor: Arc<Supervisor>,
    pub life: Life,
    pub worker: WorkerId,
    pub capacity: usize,
    pub is_alive: Mutex<bool>,
    pub live: Mutex<BTreeMap<AttemptToken, Launch>>,
    pub reports: Mutex<Vec<Report>>,
    pub arrived: Notify,
}

impl std::fmt::Debug for SimExecutor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SimExecutor")
    }
}

impl Inner {
    fn wall(&self) -> Timestamp {
        self.supervisor.wall(self.world.now_us())
    }

    fn deliver(self: &Arc<Self>, report: Report, delay_us: u64) {
        let this = self.clone();
        self.world.later(delay_us, move |_| {
            if *this.is_alive.lock().unwrap() {
                this.reports.lock().unwrap().push(report);
                this.arrived.notify_one();
            }
        });
    }

    fn report(self: &Arc<Self>, report: Report) {
        let (delay, again) = self.world.random(|random| {
            let faults = if self.promises.is_calm() { &Faults::none() } else { &*self.faults };
            let late = random.one_in(faults.late_reports);
            let delay = if late { random.within(0..20_000_000) } else { random.within(0..1_000) };
            (delay, random.one_in(faults.duplicate_reports).then(|| random.within(0..30_000_000)))
        });
        if let Some(again) = again {
            self.deliver(report.clone(), again);
        }
        self.deliver(report, delay);
    }

    fn begin(self: &Arc<Self>, launch: Launch) {
        let token = launch.token;
        let dag = launch.run.dag.clone();
        let pokes = launch.waited.map(|waited| waited.pokes + 1).unwrap_or_default();
        if self.live.lock().unwrap().insert(token, launch).is_some() {
            return;
        }
        // A child that outlived its server is found again by its token.
        match self.supervisor.take(token) {
            Some(Some(outcome)) => return self.end(token, outcome),
            Some(None) => return,
            None => {}
        }
        self.world.tell(|| format!("{:?} starts {token}", self.life));
        // To look whether a wait is over is no attempt: an old and a new owner of a shard may both do it.
        if pokes == 0 {
            self.promises.started(token, self.life);
        }
        let lost = self.world.random(|random| !self.promises.is_calm() && random.one_in(self.faults.lost_attempts));
        let fate = self.plan.fate(&dag, token);
        let hangs = fate == Fate::Hangs && !lost;
        let duration = self.plan.duration_us(&dag, token);
        // What ends at once need not tell that it has begun.
        if hangs || duration > 100 {
            self.report(Report::Started { token, at: self.wall() });
        }
        if hangs {
            return;
        }
        let outcome = match fate {
            _ if lost => Outcome::Lost { reason: "bad luck".into() },
            Fate::Waits(times) if pokes < times => {
                Outcome::Deferred(Deferral::after(Duration::from_micros(self.world.random(|r| r.within(0..3_000_000)))))
            }
            Fate::Succeeds | Fate::Waits(_) => Outcome::Succeeded {
                xcoms: Vec::new(),
                length: None,
                decision: self.plan.decision(&dag, token),
                asset_extras: Vec::new(),
            },
            Fate::Fails => Outcome::Failed { error: "planned".into(), retryable: true },
            Fate::FailsForGood => Outcome::Failed { error: "planned".into(), retryable: false },
            Fate::Skips | Fate::Hangs => Outcome::Skipped { reason: "planned".into() },
        };
        let supervisor = self.supervisor.clone();
        let this = self.clone();
        self.world.later(duration, move |_| {
            // What outlived its server has moved to the supervisor, and from there, perhaps, to the next server.
            let home = if *this.is_alive.lock().unwrap() { Some(this) } else { supervisor.home() };
            match home {
                Some(home) => home.end(token, outcome),
                None => supervisor.keep(token, outcome),
            }
        });
    }

    pub fn end(self: &Arc<Self>, token: AttemptToken, outcome: Outcome) {
        if self.live.lock().unwrap().remove(&token).is_none() {
            return;
        }
        self.world.tell(|| format!("{:?} ends {token}: {outcome:?}", self.life));
        self.promises.ended(token, &outcome);
        let ended_at = self.wall();
        self.report(Report::Ended { token, started_at: Some(ended_at), ended_at, outcome });
    }
}

#[async_trait]
impl Executor for SimExecutor {
    fn worker(&self) -> &WorkerId {
        &self.0.worker
    }

    fn capacity(&self) -> usize {
        self.0.capacity
    }

    fn launch(&self, launches: Vec<Launch>) {
        for launch in launches {
            self.0.begin(launch);
        }
    }

    async fn resume(&self, launches: Vec<Launch>) {
        for launch in launches {
            let token = launch.token;
            if self.0.live.lock().unwrap().contains_key(&token) {
                continue;
            }
            match self.0.supervisor.take(token) {
                Some(spooled) => {
                    self.0.world.tell(|| format!("{:?} adopts {token}: {spooled:?}", self.0.life));
                    self.0.live.lock().unwrap().insert(token, launch);
                    match spooled {
                        Some(outcome) => self.0.end(token, outcome),
                        None => self.0.report(Report::Started { token, at: self.0.wall() }),
                    }
                }
                None => {
                    self.0.world.tell(|| format!("{:?} does not have {token}", self.0.life));
                    let outcome = Outcome::Lost { reason: "not here".into() };
                    self.0.report(Report::Ended { token, started_at: None, ended_at: self.0.wall(), outcome });
                }
            }
        }
    }

    fn kill(&self, tokens: &[AttemptToken]) {
        for token in tokens.iter().copied() {
            let this = self.0.clone();
            let delay = self.0.world.random(|random| random.within(0..KILL_US));
            self.0.world.later(delay, move |_| {
                let home = if *this.is_alive.lock().unwrap() { Some(this) } else { None };
                if let Some(home) = home {
                    home.end(token, Outcome::Killed);
                }
            });
        }
    }

    fn fence(&self) {
        let tokens: Vec<_> = self.0.live.lock().unwrap().keys().copied().collect();
        self.0.world.tell(|| format!("{:?} ends all its attempts", self.0.life));
        self.kill(&tokens);
    }

    async fn reports(&self) -> Vec<Report> {
        loop {
            let reports = std::mem::take(&mut *self.0.reports.lock().unwrap());
            if !reports.is_empty() {
                return reports;
            }
            self.0.arrived.notified().await;
        }
    }

    async fn settled(&self, _: &[AttemptToken]) {}
}
