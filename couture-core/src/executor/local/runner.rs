//! The executor, and the runners that take attempts from its queue.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use async_trait::async_trait;
use futures_util::FutureExt;
use tokio::runtime::Handle;

use super::attempt::{self, LocalSettings};
use super::roster::{Roster, Slot};
use super::watchman;
use crate::clock::Clock;
use crate::executor::{Executor, Launch, Report};
use crate::ids::{AttemptToken, WorkerId};
use crate::store::Store;
use crate::task::{Cancellation, Outcome, Services, StoreXComs};
use crate::time::Timestamp;

/// Runs attempts in this process.
///
/// Operators run on threads apart from the engine's, so that one that blocks its thread (which it should not) holds up neither the
/// engine nor, for longer than a moment, other operators: a thread that is stuck is replaced, up to a bound.
#[derive(Debug)]
pub struct LocalExecutor {
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) worker: WorkerId,
    pub(super) settings: LocalSettings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) roster: Roster,
    /// Runners that take from the queue now.
    pub(super) runners: AtomicUsize,
    pub(super) is_closed: AtomicBool,
    /// Where runners are spawned.
    pub(super) handle: Mutex<Option<Handle>>,
    store: Arc<dyn Store>,
    services: Arc<Services>,
}

/// How many attempts a runner begins before it lets other tasks of its thread run.
const BURST: usize = 32;

impl LocalExecutor {
    /// An executor for the worker `worker`. Inputs of attempts, and the XComs that they pull, are read from `store`.
    pub fn new(
        worker: WorkerId,
        settings: LocalSettings,
        clock: Arc<dyn Clock>,
        store: Arc<dyn Store>,
        mut services: Services,
    ) -> Self {
        services.xcoms = Arc::new(StoreXComs::new(store.clone()));
        services.clock = clock.clone();
        let shared = Shared {
            worker,
            settings,
            clock,
            roster: Roster::default(),
            runners: AtomicUsize::new(0),
            is_closed: AtomicBool::new(false),
            handle: Mutex::new(None),
            store,
            services: Arc::new(services),
        };
        Self { shared: Arc::new(shared) }
    }
}

impl Drop for LocalExecutor {
    fn drop(&mut self) {
        self.shared.is_closed.store(true, Ordering::Release);
        self.shared.roster.wake();
    }
}

#[async_trait]
impl Executor for LocalExecutor {
    fn worker(&self) -> &WorkerId {
        &self.shared.worker
    }

    fn capacity(&self) -> usize {
        self.shared.settings.capacity
    }

    fn launch(&self, launches: Vec<Launch>) {
        let queued = self.shared.roster.enlist(launches);
        if self.shared.handle.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            watchman::begin(&self.shared);
        }
        self.shared.hire(queued);
    }

    async fn resume(&self, launches: Vec<Launch>) {
        let (resumable, lost): (Vec<_>, Vec<_>) =
            launches.into_iter().partition(|launch| launch.run.dag.task(launch.token.task).operator.is_resumable());
        let tokens: Vec<AttemptToken> = resumable.iter().map(|launch| launch.token).collect();
        // Asked even when there is none: what the process service keeps beyond these is forgotten.
        let known = self.shared.services.processes.known(&tokens).await;
        let (known, unknown): (Vec<_>, Vec<_>) =
            resumable.into_iter().partition(|launch| known.contains(&launch.token));
        for launch in lost.into_iter().chain(unknown) {
            if !self.shared.roster.is_live(&launch.token) {
                let outcome = Outcome::Lost { reason: "the server was restarted while it ran".into() };
                let ended_at = self.shared.clock.now().wall;
                self.shared.roster.report(Report::Ended { token: launch.token, started_at: None, ended_at, outcome });
            }
        }
        if !known.is_empty() {
            self.launch(known);
        }
    }

    fn kill(&self, tokens: &[AttemptToken]) {
        self.shared.roster.kill(Some(tokens), self.shared.clock.now().mono + self.shared.settings.kill_grace);
    }

    fn fence(&self) {
        self.shared.roster.kill(None, self.shared.clock.now().mono + self.shared.settings.kill_grace);
    }

    async fn reports(&self) -> Vec<Report> {
        self.shared.roster.reports().await
    }

    async fn settled(&self, tokens: &[AttemptToken]) {
        self.shared.services.processes.settled(tokens).await;
    }
}

impl Shared {
    /// Sees to it that there are runners for what is queued.
    pub(super) fn hire(self: &Arc<Self>, queued: usize) {
        let wanted = queued.min(self.settings.threads);
        while self.runners.load(Ordering::Acquire) < wanted {
            self.runners.fetch_add(1, Ordering::AcqRel);
            self.spawn_runner();
        }
    }

    pub(super) fn spawn_runner(self: &Arc<Self>) {
        if let Some(handle) = &*self.handle.lock().unwrap_or_else(PoisonError::into_inner) {
            handle.spawn(tokio::task::unconstrained(run_queue(self.clone())));
        }
    }

    /// Reports the end of an attempt, unless somebody has done so.
    pub(super) fn ended(
        self: &Arc<Self>,
        token: AttemptToken,
        started_at: Option<Timestamp>,
        ended_at: Timestamp,
        outcome: Outcome,
    ) {
        if let Some(queued) = self.roster.ended(token, started_at, ended_at, outcome) {
            self.hire(queued);
        }
    }

    async fn begin(self: &Arc<Self>, launch: Launch, cancellation: Cancellation, slot: usize) {
        let token = launch.token;
        let now = self.clock.now();
        if cancellation.is_cancelled() {
            return self.ended(token, None, now.wall, Outcome::Killed);
        }
        let attempt = attempt::run(launch, cancellation.clone(), self.store.clone(), self.services.clone());
        let mut attempt: Pin<Box<dyn Future<Output = Outcome> + Send>> = Box::pin(attempt);
        self.roster.set_slot(slot, Slot { attempt: Some((token, now.wall)), since: now.mono, is_reported: false });
        let first = std::future::poll_fn(|cx| Poll::Ready(attempt.as_mut().poll(cx))).await;
        self.roster.set_slot(slot, Slot::default());
        match first {
            Poll::Ready(outcome) => self.ended(token, Some(now.wall), self.clock.now().wall, outcome),
            Poll::Pending => {
                self.roster.started(token, now.wall);
                tokio::spawn(self.clone().finish(token, now.wall, attempt, cancellation));
            }
        }
    }

    /// The rest of an attempt that did not end at once.
    async fn finish(
        self: Arc<Self>,
        token: AttemptToken,
        started_at: Timestamp,
        attempt: Pin<Box<dyn Future<Output = Outcome> + Send>>,
        cancellation: Cancellation,
    ) {
        let given_up = async {
            cancellation.cancelled().await;
            tokio::time::sleep(self.settings.kill_grace).await;
        };
        let whole = async {
            tokio::select! {
                biased;
                outcome = attempt => outcome,
                () = given_up => Outcome::Killed,
            }
        };
        match AssertUnwindSafe(whole).catch_unwind().await {
            Ok(outcome) => self.ended(token, Some(started_at), self.clock.now().wall, outcome),
            Err(_) => self.panicked(token),
        }
    }

    /// What is not caught around the operator itself: a destructor of what it holds.
    fn panicked(self: &Arc<Self>, token: AttemptToken) {
        let error = "the operator panicked while it was dropped".into();
        self.ended(token, None, self.clock.now().wall, Outcome::Failed { error, retryable: true });
    }
}

/// Counts a runner for as long as it works, however it ends.
struct Seat<'s>(&'s Shared);

impl<'s> Seat<'s> {
    fn take(shared: &'s Shared) -> Self {
        shared.runners.fetch_add(1, Ordering::AcqRel);
        Self(shared)
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.0.runners.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Takes attempts from the queue until it is empty. Its seat has been counted by who spawned it.
async fn run_queue(shared: Arc<Shared>) {
    let slot = shared.roster.new_slot();
    let mut seat = Seat(&shared);
    let mut begun = 0;
    loop {
        while let Some((launch, cancellation)) = shared.roster.next() {
            let token = launch.token;
            if AssertUnwindSafe(shared.begin(launch, cancellation, slot)).catch_unwind().await.is_err() {
                shared.panicked(token);
            }
            begun += 1;
            if begun % BURST == 0 {
                tokio::task::yield_now().await;
            }
        }
        drop(seat);
        // Something may have been queued between the last look and the line above, by someone who counted on this runner.
        if shared.roster.queued() == 0 {
            break;
        }
        seat = Seat::take(&shared);
    }
    shared.roster.free_slot(slot);
}
