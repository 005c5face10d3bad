//! Which attempts are live, and what has been reported of them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustc_hash::FxHashMap;
use tokio::sync::Notify;

use crate::executor::{Launch, Report};
use crate::ids::AttemptToken;
use crate::task::{Cancellation, Outcome};
use crate::time::Timestamp;

/// The state that threads share. Who removes an attempt from `live` is the one to report its end.
#[derive(Debug, Default)]
pub(super) struct Roster {
    live: Mutex<FxHashMap<AttemptToken, Cancellation>>,
    queue: Mutex<VecDeque<(Launch, Cancellation)>>,
    reports: Mutex<Vec<Report>>,
    arrived: Notify,
    /// Attempts told to end, with the monotonic time at which they are given up.
    dying: Mutex<Vec<(AttemptToken, Duration)>>,
    /// What each runner is polling for the first time, and since when.
    polling: Mutex<Vec<Slot>>,
    free_slots: Mutex<Vec<usize>>,
    work: Condvar,
}

/// What one runner is doing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slot {
    pub(super) attempt: Option<(AttemptToken, Timestamp)>,
    pub(super) since: Duration,
    pub(super) is_reported: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Roster {
    /// Adds attempts to the queue, but for those that are live already.
    pub(super) fn enlist(&self, launches: Vec<Launch>) -> usize {
        let mut live = lock(&self.live);
        let mut queue = lock(&self.queue);
        for launch in launches {
            let cancellation = Cancellation::default();
            if live.try_insert_absent(launch.token, &cancellation) {
                queue.push_back((launch, cancellation));
            }
        }
        self.work.notify_one();
        queue.len()
    }

    pub(super) fn next(&self) -> Option<(Launch, Cancellation)> {
        lock(&self.queue).pop_front()
    }

    pub(super) fn is_live(&self, token: &AttemptToken) -> bool {
        lock(&self.live).contains_key(token)
    }

    pub(super) fn queued(&self) -> usize {
        lock(&self.queue).len()
    }

    /// The attempt that is begun next.
    pub(super) fn first_queued(&self) -> Option<AttemptToken> {
        lock(&self.queue).front().map(|(launch, _)| launch.token)
    }

    pub(super) fn started(&self, token: AttemptToken, at: Timestamp) {
        if lock(&self.live).contains_key(&token) {
            self.report(Report::Started { token, at });
        }
    }

    /// Reports the end of an attempt, unless somebody has done so.
    pub(super) fn ended(
        &self,
        token: AttemptToken,
        started_at: Option<Timestamp>,
        ended_at: Timestamp,
        outcome: Outcome,
    ) {
        if lock(&self.live).remove(&token).is_some() {
            self.report(Report::Ended { token, started_at, ended_at, outcome });
        }
    }

    pub(super) fn report(&self, report: Report) {
        let mut reports = lock(&self.reports);
        reports.push(report);
        if reports.len() == 1 {
            drop(reports);
            self.arrived.notify_one();
        }
    }

    pub(super) async fn reports(&self) -> Vec<Report> {
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            let reports = std::mem::take(&mut *lock(&self.reports));
            if !reports.is_empty() {
                return reports;
            }
            arrived.await;
        }
    }

    /// Tells attempts to end, by `deadline`; all of them where `tokens` is absent.
    pub(super) fn kill(&self, tokens: Option<&[AttemptToken]>, deadline: Duration) {
        let live = lock(&self.live);
        let mut dying = lock(&self.dying);
        let mut end = |token: &AttemptToken, cancellation: &Cancellation| {
            if !cancellation.is_cancelled() {
                cancellation.cancel();
                dying.push((*token, deadline));
            }
        };
        match tokens {
            Some(tokens) => tokens.iter().for_each(|token| {
                if let Some(cancellation) = live.get(token) {
                    end(token, cancellation);
                }
            }),
            None => live.iter().for_each(|(token, cancellation)| end(token, cancellation)),
        }
        self.work.notify_one();
    }

    /// The attempts whose time to end is over.
    pub(super) fn overdue(&self, now: Duration) -> Vec<AttemptToken> {
        let mut dying = lock(&self.dying);
        if dying.is_empty() {
            return Vec::new();
        }
        let live = lock(&self.live);
        dying.retain(|(token, _)| live.contains_key(token));
        let (late, rest) = dying.drain(..).partition(|(_, deadline)| *deadline <= now);
        *dying = rest;
        let late: Vec<(AttemptToken, Duration)> = late;
        late.into_iter().map(|(token, _)| token).collect()
    }

    /// A place in which a new runner tells what it polls.
    pub(super) fn new_slot(&self) -> usize {
        if let Some(at) = lock(&self.free_slots).pop() {
            return at;
        }
        let mut slots = lock(&self.polling);
        slots.push(Slot::default());
        slots.len() - 1
    }

    /// The runner is gone: its place is for the next one.
    pub(super) fn free_slot(&self, at: usize) {
        lock(&self.free_slots).push(at);
    }

    pub(super) fn set_slot(&self, at: usize, slot: Slot) {
        lock(&self.polling)[at] = slot;
    }

    /// First polls that take longer than `limit` and were not told of: attempts that block their thread.
    pub(super) fn stuck(&self, limit: Duration, now: Duration) -> Vec<(AttemptToken, Timestamp)> {
        let mut slots = lock(&self.polling);
        let late = slots
            .iter_mut()
            .filter(|slot| slot.attempt.is_some() && !slot.is_reported && now.saturating_sub(slot.since) >= limit);
        late.filter_map(|slot| {
            slot.is_reported = true;
            slot.attempt
        })
        .collect()
    }

    /// Waits, up to `limit`, for there to be work; without limit while nothing is live.
    pub(super) fn rest(&self, limit: Duration) {
        let live = lock(&self.live);
        if live.is_empty() {
            drop(self.work.wait(live));
        } else {
            drop(self.work.wait_timeout(live, limit));
        }
    }

    pub(super) fn wake(&self) {
        self.work.notify_all();
    }
}

trait InsertAbsent {
    fn try_insert_absent(&mut self, token: AttemptToken, cancellation: &Cancellation) -> bool;
}

impl InsertAbsent for FxHashMap<AttemptToken, Cancellation> {
    fn try_insert_absent(&mut self, token: AttemptToken, cancellation: &Cancellation) -> bool {
        match self.entry(token) {
            std::collections::hash_map::Entry::Occupied(_) => false,
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(cancellation.clone());
                true
            }
        }
    }
}
