//! Who owns which shard: decided from what each scheduler sees of the others.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::{Epoch, ShardId, WorkerId};
use crate::store::Shard;
use crate::time::Now;

/// A shard to take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// Which shard.
    pub shard: ShardId,
    /// Under which epoch it was seen; someone faster has changed it.
    pub seen: Epoch,
}

/// Watches shards and heartbeats, and says what to claim.
///
/// A shard is free when nobody owns it, or its owner was silent for a whole lease on the watcher's own monotonic clock, or a later
/// incarnation of its owner was seen. Free shards are shared out evenly among those who are alive: a scheduler takes no more than its
/// share, and gives up what exceeds it.
#[derive(Debug)]
pub struct Ownership {
    worker: WorkerId,
    lease: Duration,
    is_exclusive: bool,
    seen: BTreeMap<WorkerId, (u64, Duration)>,
    /// Since when an owner without any heartbeat was watched.
    silent: BTreeMap<WorkerId, Duration>,
}

impl Ownership {
    /// For the scheduler `worker`.
    pub fn new(worker: WorkerId, lease: Duration, is_exclusive: bool) -> Self {
        Self { worker, lease, is_exclusive, seen: BTreeMap::new(), silent: BTreeMap::new() }
    }

    /// Takes note of heartbeats.
    pub fn observe(&mut self, beats: &[(WorkerId, u64)], now: Now) {
        for (worker, value) in beats {
            let entry = self.seen.entry(worker.clone()).or_insert((*value, now.mono));
            if entry.0 != *value {
                *entry = (*value, now.mono);
            }
        }
        self.seen.retain(|worker, _| beats.iter().any(|(other, _)| other == worker));
    }

    /// The shards to claim now.
    pub fn claims(&mut self, shards: &[Shard], now: Now) -> Vec<Claim> {
        let owned = shards.iter().filter(|shard| shard.owner.as_ref() == Some(&self.worker)).count();
        let room = self.share(shards.len(), now).saturating_sub(owned);
        let free: Vec<_> = shards.iter().filter(|shard| self.is_free(shard, now)).collect();
        self.silent.retain(|worker, _| shards.iter().any(|shard| shard.owner.as_ref() == Some(worker)));
        free.into_iter().take(room).map(|shard| Claim { shard: shard.id, seen: shard.epoch }).collect()
    }

    /// How many of `owned` shards exceed this scheduler's share.
    pub fn excess(&self, owned: usize, shards: usize, now: Now) -> usize {
        owned.saturating_sub(self.share(shards, now))
    }

    /// Workers whose heartbeat stopped so long ago that nobody watches it any more.
    pub fn forgotten(&self, now: Now) -> Vec<WorkerId> {
        let long = self.lease * 20;
        let gone = self.seen.iter().filter(|(_, (_, since))| now.mono.saturating_sub(*since) >= long);
        gone.map(|(worker, _)| worker.clone()).filter(|worker| *worker != self.worker).collect()
    }

    fn share(&self, shards: usize, now: Now) -> usize {
        if self.is_exclusive {
            return shards;
        }
        let others = self.seen.iter().filter(|(worker, (_, since))| {
            worker.name != self.worker.name && now.mono.saturating_sub(*since) < self.lease
        });
        shards.div_ceil(others.count() + 1)
    }

    fn is_free(&mut self, shard: &Shard, now: Now) -> bool {
        let Some(owner) = &shard.owner else { return true };
        if *owner == self.worker {
            // Claimed by this very process before it lost its memory of the shard.
            return false;
        }
        if self.is_exclusive {
            return true;
        }
        let superseded = (owner.name == self.worker.name && owner.incarnation < self.worker.incarnation)
            || self.seen.keys().any(|other| other.name == owner.name && other.incarnation > owner.incarnation);
        let since = match self.seen.get(owner) {
            Some((_, since)) => *since,
            None => *self.silent.entry(owner.clone()).or_insert(now.mono),
        };
        superseded || now.mono.saturating_sub(since) >= self.lease
    }
}
