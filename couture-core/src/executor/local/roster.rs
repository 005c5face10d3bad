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
    live: Mutex<FxHashMap<AttemptToken, Live>>,
    queue: Mutex<VecDeque<(Launch, Cancellation)>>,
    pokes: Mutex<Pokes>,
    reports: Mutex<Vec<Report>>,
    arrived: Notify,
    /// Attempts told to end, with the monotonic time at which they are given up.
    dying: Mutex<Vec<(AttemptToken, Duration)>>,
    /// What each runner is polling for the first time, and since when.
    polling: Mutex<Vec<Slot>>,
    free_slots: Mutex<Vec<usize>>,
    work: Condvar,
}

/// An attempt that has begun, or is queued here.
#[derive(Debug)]
struct Live {
    cancellation: Cancellation,
    is_poke: bool,
}

/// Deferred attempts whose operators are run again. They hold no slot of the scheduler's, so they have a bound of their own.
#[derive(Debug, Default)]
struct Pokes {
    /// How many are in the queue or run.
    begun: usize,
    /// Those that wait until others have ended.
    waiting: VecDeque<(Launch, Cancellation)>,
}

/// How many pokes there may be at a time; others wait.
const MAX_POKES: usize = 256;

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
        let mut pokes = lock(&self.pokes);
        for launch in launches {
            let std::collections::hash_map::Entry::Vacant(place) = live.entry(launch.token) else { continue };
            let cancellation = Cancellation::default();
            let is_poke = launch.waited.is_some();
            place.insert(Live { cancellation: cancellation.clone(), is_poke });
            if is_poke && pokes.begun >= MAX_POKES {
                pokes.waiting.push_back((launch, cancellation));
            } else {
                pokes.begun += usize::from(is_poke);
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

    /// Tells that the operator runs. That it runs again, after a wait, is no news.
    pub(super) fn started(&self, token: AttemptToken, at: Timestamp) {
        if lock(&self.live).get(&token).is_some_and(|live| !live.is_poke) {
            self.report(Report::Started { token, at });
        }
    }

    /// Reports the end of an attempt, unless somebody has done so. Returns how many are queued, where that has grown: a poke that
    /// waited takes the place of one that has ended.
    pub(super) fn ended(
        &self,
        token: AttemptToken,
        started_at: Option<Timestamp>,
        ended_at: Timestamp,
        outcome: Outcome,
    ) -> Option<usize> {
        let live = lock(&self.live).remove(&token)?;
        self.report(Report::Ended { token, started_at, ended_at, outcome });
        if !live.is_poke {
            return None;
        }
        let mut queue = lock(&self.queue);
        let mut pokes = lock(&self.pokes);
        match pokes.waiting.pop_front() {
            Some(next) => {
                queue.push_back(next);
                Some(queue.len())
            }
            None => {
                pokes.begun -= 1;
                None
            }
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
                if let Some(live) = live.get(token) {
                    end(token, &live.cancellation);
                }
            }),
            None => live.iter().for_each(|(token, live)| end(token, &live.cancellation)),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Value;

    use super::*;
    use crate::dag::DagBuilder;
    use crate::ids::{MapIndex, RunId, RunKey, ShardId, TaskIndex};
    use crate::schedule::DataInterval;
    use crate::state::RunType;
    use crate::task::{RunInfo, Waited};

    fn launches(count: u32, first: u32, is_poke: bool) -> Vec<Launch> {
        let at = Timestamp::from_micros(0);
        let key = RunKey::new(ShardId(0), 1);
        let run = Arc::new(RunInfo {
            key,
            dag: Arc::new(DagBuilder::new("d").build().unwrap()),
            run_id: RunId::manual(at),
            run_type: RunType::Manual,
            logical_date: at,
            data_interval: DataInterval::at(at),
            backfill: None,
            conf: Value::Null,
        });
        let token = |task| AttemptToken {
            run: key,
            task: TaskIndex(task),
            map_index: MapIndex::NONE,
            try_number: 1,
            launch: 1,
        };
        let waited = is_poke.then_some(Waited { since: at, pokes: 0 });
        (first..first + count)
            .map(|task| Launch { token: token(task), run: run.clone(), waited, elements: Box::default() })
            .collect()
    }

    #[test]
    fn pokes_have_a_bound_of_their_own() {
        let roster = Roster::default();
        let at = Timestamp::from_micros(0);
        assert_eq!(roster.enlist(launches(1_000, 0, true)), MAX_POKES);
        assert_eq!(roster.enlist(launches(10, 1_000, false)), MAX_POKES + 10, "others are not held up");
        let mut ended = 0;
        while let Some((launch, _)) = roster.next() {
            roster.started(launch.token, at);
            roster.ended(launch.token, None, at, Outcome::Killed);
            ended += 1;
            assert!(roster.queued() <= MAX_POKES + 10);
        }
        assert_eq!((ended, lock(&roster.pokes).begun), (1_010, 0));
        let started = lock(&roster.reports).iter().filter(|report| matches!(report, Report::Started { .. })).count();
        assert_eq!(started, 10, "that an operator runs again is no news");
    }
}
