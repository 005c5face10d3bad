//! What is done now and then: heartbeat, ownership of shards, inboxes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::batch::Batch;
use super::running::Driver;
use crate::dag::Dag;
use crate::engine::EngineError;
use crate::ids::{Epoch, ShardId};
use crate::scheduler::{AcquiredShard, Bug, Event};
use crate::store::{Message, Shard, ShardSnapshot, StoreError};
use crate::time::Now;

/// The most messages taken from a shard's inbox in one tick.
const MAX_MESSAGES: usize = 256;

impl Driver {
    /// Renews the own lease, watches those of others, takes shards that are free, and reads inboxes.
    pub(super) async fn tick(&mut self) {
        let begun = self.clock.now().mono;
        match self.try_tick().await {
            Ok(()) => {
                self.store_answered();
                self.next_tick = begun + self.tick_interval();
            }
            Err(error) => {
                self.store_failed("renew the lease", &error);
                self.next_tick = self.clock.now().mono + (self.tick_interval() / 8).min(Duration::from_secs(1));
            }
        }
        self.tell_quarantined();
    }

    fn tick_interval(&self) -> Duration {
        self.settings.lease / 4
    }

    async fn try_tick(&mut self) -> Result<(), StoreError> {
        let is_exclusive = self.store.is_exclusive();
        let worker = self.executor.worker().clone();
        // Silence is judged as of the moment before the question: the answer may be old when it comes.
        let mut looked_at = self.clock.now();
        let shards;
        if !is_exclusive {
            let begun = self.clock.now().mono;
            if !self.planted.has(Bug::LeaseNeverRenewed) {
                self.store.beat(&worker).await?;
            }
            // The shards first, then the heartbeats: who took a shard after it was looked at is seen by its epoch, and is not judged by
            // an older silence.
            shards = self.store.shards().await?;
            if !self.lease.is_valid(self.clock.now().mono) {
                // Others may have taken shards meanwhile. What needs no commit must not be done for them.
                self.drop_taken(&shards);
            }
            self.lease.beaten(begun);
            looked_at = self.clock.now();
            let beats = self.store.beats().await?;
            let now = self.clock.now();
            self.ownership.observe(&beats, now);
            for worker in self.ownership.forgotten(now) {
                self.store.forget(&worker).await?;
            }
            let mut batch = Batch::default();
            self.scheduler.begin_batch();
            self.handle(Event::BeatsObserved { beats, asked_at: looked_at.mono }, &mut batch);
            self.carry_out(batch).await;
        } else if !self.durable.is_empty() && self.durable.len() == self.shard_count as usize {
            return Ok(());
        } else {
            shards = self.store.shards().await?;
        }
        self.drop_taken(&shards);
        self.take_free(&shards, looked_at).await?;
        self.give_back_excess(&shards).await?;
        self.settle_doubts().await?;
        self.read_inboxes().await
    }

    /// Lets go of shards that the store gave to others.
    fn drop_taken(&mut self, shards: &[Shard]) {
        if self.planted.has(Bug::StaleIgnored) {
            return;
        }
        let is_ours =
            |shard: &Shard, epoch: Epoch| shard.epoch == epoch && shard.owner.as_ref() == Some(self.executor.worker());
        let taken: Vec<ShardId> = shards
            .iter()
            .filter(|shard| self.durable.get(&shard.id).is_some_and(|(epoch, _)| !is_ours(shard, *epoch)))
            .map(|shard| shard.id)
            .collect();
        self.drop_shards(&taken);
    }

    async fn take_free(&mut self, shards: &[Shard], looked_at: Now) -> Result<(), StoreError> {
        let worker = self.executor.worker().clone();
        // Ours in the store, but not here: a claim whose answer was lost, or memory that was dropped.
        for shard in shards.iter().filter(|shard| shard.owner.as_ref() == Some(&worker)) {
            if !self.durable.contains_key(&shard.id) {
                self.acquire(shard.id, shard.epoch).await?;
            }
        }
        for claim in self.ownership.claims(shards, looked_at) {
            if let Some(epoch) = self.store.claim(claim.shard, claim.seen, Some(&worker)).await? {
                self.acquire(claim.shard, epoch).await?;
            }
        }
        Ok(())
    }

    /// A scheduler that came later gets its share of the shards, as soon as they have no attempts here.
    async fn give_back_excess(&mut self, shards: &[Shard]) -> Result<(), StoreError> {
        let now = self.clock.now();
        let excess = self.ownership.excess(self.durable.len(), shards.len(), now);
        let idle: Vec<_> = self
            .durable
            .iter()
            .rev()
            .filter(|(shard, _)| self.scheduler.live_in(**shard).is_empty())
            .map(|(shard, (epoch, _))| (*shard, *epoch))
            .take(excess)
            .collect();
        for (shard, epoch) in idle {
            self.store.claim(shard, epoch, None).await?;
            self.drop_shards(&[shard]);
        }
        Ok(())
    }

    async fn acquire(&mut self, id: ShardId, epoch: Epoch) -> Result<(), StoreError> {
        let snapshot = self.store.restore(id).await?;
        let versions = self.decode(&snapshot).await?;
        self.durable.insert(id, (epoch, snapshot.sequence));
        self.inboxes_wanted = true;
        let mut batch = Batch::default();
        self.scheduler.begin_batch();
        self.handle(Event::ShardAcquired(Box::new(AcquiredShard { id, epoch, snapshot, versions })), &mut batch);
        let shards = self.shard_count;
        let dags: Vec<_> = self.catalog().values().filter(|(dag, _)| dag.dag_id.shard(shards) == id).cloned().collect();
        for (dag, version) in dags {
            self.handle(Event::DagRegistered { dag, version, asker: None }, &mut batch);
        }
        self.carry_out(batch).await;
        self.read_pools().await;
        Ok(())
    }

    async fn decode(
        &self,
        snapshot: &ShardSnapshot,
    ) -> Result<FxHashMap<String, Result<Arc<Dag>, String>>, StoreError> {
        let needed: BTreeSet<&String> =
            snapshot.dags.iter().map(|dag| &dag.version).chain(snapshot.runs.iter().map(|run| &run.version)).collect();
        let known = self.known_versions();
        let mut versions = FxHashMap::default();
        for version in needed {
            versions.insert(version.clone(), self.decode_version(version, &known).await?);
        }
        Ok(versions)
    }

    /// Reads the inboxes now; again soon if that fails.
    pub(super) async fn look_into_inboxes(&mut self) {
        self.inboxes_wanted = false;
        if let Err(error) = self.read_inboxes().await {
            self.store_failed("read the inboxes", &error);
            self.inboxes_wanted = true;
        }
    }

    async fn read_inboxes(&mut self) -> Result<(), StoreError> {
        let shards: Vec<ShardId> = self.durable.keys().copied().collect();
        let messages = self.store.inbox(&shards, MAX_MESSAGES).await?;
        if messages.is_empty() {
            return Ok(());
        }
        self.inboxes_wanted |= messages.len() >= MAX_MESSAGES;
        let mut batch = Batch::default();
        let mut result = Ok(());
        self.scheduler.begin_batch();
        for (id, message) in messages {
            let message = match message {
                Ok(Message::Request(request)) => match self.resolve(request, self.clock.now()).await {
                    Ok(request) => Ok(Message::Request(request)),
                    // What was handled so far is carried out; the rest comes again.
                    Err(EngineError::Store(error)) => {
                        result = Err(error);
                        break;
                    }
                    Err(error) => Err(error.to_string()),
                },
                other => other,
            };
            if let Err(error) = &message {
                tracing::warn!(?id, %error, "a message in an inbox came to nothing");
            }
            self.handle(Event::MessageArrived(id, message), &mut batch);
        }
        self.carry_out(batch).await;
        result
    }
}
