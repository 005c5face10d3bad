//! Pools: slots, and who waits for them.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::lanes::Lanes;
use super::slots::Slot;
use crate::ids::{PoolName, RunKey};
use crate::store::Pool;
use crate::time::Timestamp;

/// A task instance that waits for slots. Greatest goes first: by priority, then by logical date, then by arrival.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Waiting {
    pub(super) priority_weight: i32,
    pub(super) logical_date: Timestamp,
    pub(super) arrival: u64,
    /// Of which DAG it is, as a number, and whether of a backfill.
    pub(super) lane: u64,
    pub(super) run: RunKey,
    pub(super) slot: Slot,
    pub(super) slots: u32,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.priority_weight
            .cmp(&other.priority_weight)
            .then_with(|| other.logical_date.cmp(&self.logical_date))
            .then_with(|| other.arrival.cmp(&self.arrival))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// All pools that are known or asked for.
#[derive(Default, Debug)]
pub(super) struct Pools {
    by_name: FxHashMap<PoolName, usize>,
    pools: Vec<PoolState>,
    arrivals: u64,
    /// The pool that was served last.
    last: usize,
}

#[derive(Debug, Default)]
struct PoolState {
    /// `None` while the store knows no such pool.
    slots: Option<u32>,
    /// Slots held by attempts of the own shards.
    used_here: i64,
    /// Slots held by attempts of others, when last looked at.
    used_elsewhere: i64,
    queue: Lanes,
    /// Those that need more slots than the pool has.
    too_big: Vec<Waiting>,
}

impl PoolState {
    fn free(&self) -> i64 {
        self.slots.map_or(0, |slots| i64::from(slots) - self.used_here - self.used_elsewhere)
    }
}

impl Pools {
    fn index(&mut self, name: &PoolName) -> usize {
        if let Some(at) = self.by_name.get(name) {
            return *at;
        }
        self.pools.push(PoolState::default());
        self.by_name.insert(name.clone(), self.pools.len() - 1);
        self.pools.len() - 1
    }

    /// Takes note of slots taken (or given back, negative) by an attempt of the own shards.
    pub(super) fn take(&mut self, name: &PoolName, slots: i64) {
        let at = self.index(name);
        self.pools[at].used_here += slots;
    }

    /// A shard has gone, and the slots of its attempts belong to others now.
    pub(super) fn hand_over(&mut self, name: &PoolName, slots: i64) {
        let at = self.index(name);
        self.pools[at].used_here -= slots;
        self.pools[at].used_elsewhere += slots;
    }

    /// What the store says.
    pub(super) fn observe(&mut self, pools: &[Pool]) {
        for state in &mut self.pools {
            state.slots = None;
        }
        for pool in pools {
            let at = self.index(&pool.name);
            let state = &mut self.pools[at];
            state.slots = Some(pool.slots);
            state.used_elsewhere = pool.used - state.used_here;
            for waiting in std::mem::take(&mut state.too_big) {
                state.queue.push(waiting);
            }
        }
    }

    /// Breaks the rule of turns of every pool.
    pub(super) fn forget_turns(&mut self) {
        self.pools.iter_mut().for_each(|pool| pool.queue.forget_turns());
    }

    /// Puts a task instance into the queue of its pool.
    pub(super) fn enqueue(&mut self, name: &PoolName, mut waiting: Waiting) {
        self.arrivals += 1;
        waiting.arrival = self.arrivals;
        let at = self.index(name);
        self.pools[at].queue.push(waiting);
    }

    /// Removes and returns somebody who has enough slots free; the pools take turns. Who is next in a pool keeps all others of that pool
    /// back, so that a big one is not starved by small ones. If it is launched, [`launched`](Self::launched) must be told.
    pub(super) fn pop(&mut self) -> Option<Waiting> {
        let count = self.pools.len();
        for at in (1..=count).map(|step| (self.last + step) % count) {
            let pool = &mut self.pools[at];
            while let Some(next) = pool.queue.peek() {
                if pool.slots.is_some_and(|slots| slots < next.slots) {
                    pool.too_big.extend(pool.queue.pop());
                } else if pool.free() >= i64::from(next.slots) {
                    self.last = at;
                    return pool.queue.pop();
                } else {
                    break;
                }
            }
        }
        None
    }

    /// What was popped last is launched.
    pub(super) fn launched(&mut self, waiting: &Waiting) {
        self.pools[self.last].queue.launched(waiting.lane);
    }

    /// How many wait; some may do so in vain.
    pub(super) fn waiting(&self) -> usize {
        self.pools.iter().map(|pool| pool.queue.len() + pool.too_big.len()).sum()
    }

    /// How many wait in each pool where somebody does, by the pools' names.
    pub(super) fn waiting_by_pool(&self) -> Vec<(PoolName, usize)> {
        let waiting = |at: usize| self.pools[at].queue.len() + self.pools[at].too_big.len();
        let mut list: Vec<_> = self.by_name.iter().map(|(name, at)| (name.clone(), waiting(*at))).collect();
        list.retain(|(_, count)| *count > 0);
        list.sort();
        list
    }

    /// Whether somebody waits for slots that others hold.
    pub(super) fn is_contended(&self) -> bool {
        self.pools.iter().any(|pool| pool.used_elsewhere > 0 && pool.queue.len() > 0)
    }
}
