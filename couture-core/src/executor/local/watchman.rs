//! Looks after threads that operators block.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::runner::Shared;
use crate::task::Outcome;

/// How often it looks, while anything is live.
const ROUND: Duration = Duration::from_millis(50);

/// A first poll that takes longer is told of: its attempt has started.
const SLOW: Duration = Duration::from_millis(50);

/// How many sets of threads there may be. When operators block them all, others wait.
const MAX_RUNTIMES: usize = 16;

/// Makes the first threads, and the watchman's own.
pub(super) fn begin(shared: &Arc<Shared>) {
    let mut handle = shared.handle.lock().unwrap_or_else(PoisonError::into_inner);
    if handle.is_some() {
        return;
    }
    let Some(runtime) = new_runtime(shared) else { return };
    *handle = Some(runtime.handle().clone());
    drop(handle);
    let weak = Arc::downgrade(shared);
    let watch = move || watch(&weak, vec![Threads::new(runtime)]);
    if let Err(error) = std::thread::Builder::new().name("couture-watchman".into()).spawn(watch) {
        tracing::error!(%error, "failed to start the thread that looks after blocked operators");
    }
}

fn new_runtime(shared: &Shared) -> Option<Runtime> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(shared.settings.threads)
        .thread_name("couture-task")
        .enable_all()
        .build();
    runtime.inspect_err(|error| tracing::error!(%error, "failed to start threads for operators")).ok()
}

/// A set of threads, and whether they answer.
struct Threads {
    runtime: Runtime,
    answered: Arc<AtomicBool>,
}

impl Threads {
    fn new(runtime: Runtime) -> Self {
        Self { runtime, answered: Arc::new(AtomicBool::new(true)) }
    }

    /// Whether the last question was answered; asks the next one.
    fn ask(&self) -> bool {
        let was_answered = self.answered.swap(false, Ordering::AcqRel);
        if was_answered {
            let answered = self.answered.clone();
            self.runtime.spawn(async move { answered.store(true, Ordering::Release) });
        }
        was_answered
    }
}

fn watch(weak: &Weak<Shared>, mut sets: Vec<Threads>) {
    let mut current = 0;
    let mut silent_rounds = 0;
    let mut is_told = false;
    let mut first = None;
    let mut waiting_rounds = 0;
    loop {
        let Some(shared) = weak.upgrade() else { break };
        if shared.is_closed.load(Ordering::Acquire) {
            break;
        }
        shared.roster.rest(ROUND);
        let now = shared.clock.now();
        for (token, at) in shared.roster.stuck(SLOW, now.mono) {
            shared.roster.started(token, at);
        }
        // A moment later than the attempt's own thread would do it.
        for token in shared.roster.overdue(now.mono.saturating_sub(ROUND * 4)) {
            tracing::error!(%token, "an attempt does not end when it is told to, and blocks its thread; it is given up");
            shared.ended(token, None, now.wall, Outcome::Killed);
        }
        silent_rounds = if sets[current].ask() { 0 } else { silent_rounds + 1 };
        let was_first = std::mem::replace(&mut first, shared.roster.first_queued());
        let is_starving = first.is_some();
        waiting_rounds = if is_starving && first == was_first { waiting_rounds + 1 } else { 0 };
        if waiting_rounds >= 2 && silent_rounds == 0 {
            // A thread is free, but all that would take from the queue are blocked.
            waiting_rounds = 0;
            hire_more(&shared);
        }
        if silent_rounds < 4 && !(is_starving && silent_rounds >= 2) {
            continue;
        }
        silent_rounds = 0;
        let awake = sets.iter().position(|threads| threads.ask());
        let next = match awake {
            Some(awake) => awake,
            None if sets.len() < MAX_RUNTIMES => {
                let Some(runtime) = new_runtime(&shared) else { continue };
                tracing::warn!(
                    "operators block all their threads; starting more. Use tokio::task::spawn_blocking for what blocks"
                );
                sets.push(Threads::new(runtime));
                sets.len() - 1
            }
            None => {
                if is_starving && !is_told {
                    tracing::error!(
                        "operators block all threads there may be; further attempts wait until one is free"
                    );
                }
                is_told |= is_starving;
                continue;
            }
        };
        is_told = false;
        current = next;
        *shared.handle.lock().unwrap_or_else(PoisonError::into_inner) = Some(sets[current].runtime.handle().clone());
        if is_starving {
            hire_more(&shared);
        }
    }
    for threads in sets {
        threads.runtime.shutdown_background();
    }
}

/// Puts as many runners more on the current set of threads as it has threads. They go when the queue is empty.
fn hire_more(shared: &Arc<Shared>) {
    for _ in 0..shared.settings.threads {
        shared.runners.fetch_add(1, Ordering::AcqRel);
        shared.spawn_runner();
    }
}
