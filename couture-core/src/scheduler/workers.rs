//! Leases: which workers are alive.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::bug::Bug;
use super::machine::Scheduler;
use super::slots::Slot;
use crate::ids::{RunKey, WorkerId};
use crate::time::Now;

/// The workers of other processes that have attempts of the own shards, and what is known of their heartbeats. Only changes of
/// values, seen on the own monotonic clock, have a meaning.
#[derive(Debug, Default)]
pub(super) struct Workers(BTreeMap<WorkerId, Worker>);

#[derive(Debug)]
struct Worker {
    beat: Option<u64>,
    /// When that value was first seen.
    since: Duration,
    /// Whether a later incarnation of it was seen, which proves that it has ended.
    superseded: bool,
    /// Some of these may be over.
    attempts: BTreeSet<(RunKey, Slot)>,
}

impl Workers {
    /// Begins to watch an attempt of another worker.
    pub(super) fn watch(&mut self, worker: WorkerId, run: RunKey, slot: Slot, now: Now) {
        let new = Worker { beat: None, since: now.mono, superseded: false, attempts: BTreeSet::new() };
        self.0.entry(worker).or_insert(new).attempts.insert((run, slot));
    }

    fn observe(&mut self, beats: &[(WorkerId, u64)], now: Now) {
        for (id, beat) in beats {
            if let Some(worker) = self.0.get_mut(id)
                && worker.beat.replace(*beat) != Some(*beat)
            {
                worker.since = now.mono;
            }
            for (other, worker) in &mut self.0 {
                worker.superseded |= other.name == id.name && other.incarnation < id.incarnation;
            }
        }
    }

    /// Removes and returns the attempts of workers that were silent for a whole lease, or were replaced.
    fn take_lost(&mut self, lease: Duration, asked_at: Duration) -> Vec<(WorkerId, RunKey, Slot)> {
        let mut lost = Vec::new();
        self.0.retain(|id, worker| {
            let is_lost = worker.superseded || asked_at.saturating_sub(worker.since) >= lease;
            if is_lost {
                lost.extend(worker.attempts.iter().map(|(run, slot)| (id.clone(), *run, *slot)));
            }
            !is_lost
        });
        lost
    }

    /// Stops watching what is over.
    fn retain(&mut self, is_live: impl Fn(&WorkerId, RunKey, Slot) -> bool) {
        self.0.retain(|id, worker| {
            worker.attempts.retain(|(run, slot)| is_live(id, *run, *slot));
            !worker.attempts.is_empty()
        });
    }
}

impl Scheduler {
    /// Takes note of heartbeats, and gives up the attempts of workers that are lost.
    pub(super) fn observe_beats(&mut self, beats: &[(WorkerId, u64)], asked_at: Duration, now: Now) {
        self.workers.observe(beats, now);
        let Self { workers, runs, .. } = self;
        let is_live = |worker: &WorkerId, run: RunKey, slot: Slot| {
            runs.get(&run).is_some_and(|run| {
                let instance = &run.tasks[slot.at()];
                instance.is_live() && !instance.is_here && instance.worker.as_ref() == Some(worker)
            })
        };
        workers.retain(is_live);
        if self.ledger.settings.planted.has(Bug::LeaseIgnored) {
            return;
        }
        for (_, key, slot) in self.workers.take_lost(self.ledger.settings.lease, asked_at) {
            if let Some(run) = self.runs.get_mut(&key) {
                run.lost(slot, now.wall, "its worker has gone silent", &mut self.ledger, now);
                run.propagate(&mut self.ledger, now);
            }
            self.end_if_over(key, now);
        }
    }
}
