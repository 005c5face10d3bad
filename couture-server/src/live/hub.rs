//! Reads the journals once for all who listen.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use couture_core::store::StoreError;
use couture_core::{Clock, Engine, ShardId, Store, StoreReader};
use tokio::sync::{Notify, watch};

use super::event::LiveEvent;
use super::naming::Naming;
use super::position::Position;
use super::subscription::Subscription;
use crate::api::VersionShapes;

/// The last events, and who waits for more. While nobody listens, nothing is read.
#[derive(Debug)]
pub struct LiveHub {
    recent: Mutex<Recent>,
    grown: watch::Sender<u64>,
    wanted: Notify,
}

/// The last events.
#[derive(Debug, Default)]
pub(super) struct Recent {
    events: VecDeque<Arc<LiveEvent>>,
    /// How many events went before the first one.
    dropped: u64,
    /// What was read of the journals.
    seen: Position,
    /// What was read of the journals before the first event was kept.
    floor: Position,
    /// Whether the journals are being read.
    begun: bool,
}

/// The most events that are kept for those who come back.
const MAX_RECENT: usize = 10_000;
/// From a change to its event, so that many share one reading.
const GATHER: Duration = Duration::from_millis(30);
/// Between two looks for what other schedulers commit.
const OTHERS: Duration = Duration::from_secs(1);
/// After an error of the store.
const RETRY: Duration = Duration::from_secs(1);
/// Entries read at a time.
const PAGE: usize = 1_000;
/// So much of each journal is read when the first one listens, for those who come back after a restart.
const PAST: u64 = 2_000;

/// What the hub reads from.
#[derive(Debug)]
pub struct LiveSources {
    /// The engine of this process.
    pub engine: Engine,
    /// Where versions are.
    pub store: Arc<dyn Store>,
    /// Where the journals are.
    pub reader: Arc<dyn StoreReader>,
    /// Tasks of DAG versions.
    pub shapes: Arc<VersionShapes>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl LiveHub {
    /// A hub, and its work, which ends with the engine.
    pub fn new(sources: LiveSources) -> (Arc<Self>, impl Future<Output = ()> + Send) {
        let hub = Arc::new(Self { recent: Mutex::default(), grown: watch::Sender::default(), wanted: Notify::new() });
        let work = read(hub.clone(), sources);
        (hub, work)
    }

    /// Listens from now on; or, where that is not too far back, after `position`.
    pub fn subscribe(self: &Arc<Self>, position: Option<Position>) -> Subscription {
        let subscription = Subscription::new(self.clone(), self.grown.subscribe(), position);
        self.wanted.notify_one();
        subscription
    }

    pub(super) fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recent {
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// The number of the next event.
    pub(super) fn end(&self) -> u64 {
        self.dropped + self.events.len() as u64
    }

    /// What was read by now.
    pub(super) fn seen(&self) -> &Position {
        &self.seen
    }

    /// Whether all that came after `position` is here.
    pub(super) fn covers(&self, position: &Position) -> bool {
        self.seen.shards().all(|(shard, seen)| (self.floor.of(shard)..=seen).contains(&position.of(shard)))
            && position.shards().all(|(shard, sequence)| sequence <= self.seen.of(shard))
    }

    /// The event with this number; none where it is not here yet; an error where it went.
    pub(super) fn event(&self, number: u64) -> Result<Option<Arc<LiveEvent>>, Gone> {
        let at = number.checked_sub(self.dropped).ok_or(Gone)?;
        Ok(usize::try_from(at).ok().and_then(|at| self.events.get(at)).cloned())
    }

    /// The number of the first event that is here.
    pub(super) fn first(&self) -> u64 {
        self.dropped
    }

    /// What was read by now; where that is nothing, from where on it will be.
    fn begin(&mut self, ends: &[(ShardId, u64)]) -> Position {
        if !self.begun {
            let floor: Position = ends.iter().map(|(shard, end)| (*shard, end.saturating_sub(PAST))).collect();
            *self = Self { dropped: self.end(), floor: floor.clone(), seen: floor, ..Self::default() };
        }
        self.seen.clone()
    }

    /// What is not read from here on would be missing.
    fn forget(&mut self) {
        *self = Self { dropped: self.end(), ..Self::default() };
    }

    fn add(&mut self, event: LiveEvent) {
        if self.events.len() >= MAX_RECENT
            && let Some(first) = self.events.pop_front()
        {
            self.dropped += 1;
            self.floor.see(first.shard, first.sequence);
        }
        self.events.push_back(Arc::new(event));
    }
}

/// An event was here, and is not any more.
#[derive(Debug)]
pub(super) struct Gone;

async fn read(hub: Arc<LiveHub>, sources: LiveSources) {
    let LiveSources { engine, store, reader, shapes, clock } = sources;
    let is_alone = store.is_exclusive();
    let mut naming = Naming::new(store, reader.clone(), shapes);
    let mut commits = engine.commits();
    // Only its commits are waited for.
    drop(engine);
    loop {
        if hub.grown.receiver_count() == 0 {
            hub.recent().forget();
            tokio::select! {
                () = hub.wanted.notified() => {}
                changed = commits.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => return,
                },
            }
        }
        if let Err(error) = catch_up(&hub, &*reader, &mut naming).await {
            tracing::warn!("failed to read what has changed, and try again: {error}");
            clock.sleep(RETRY).await;
            continue;
        }
        let others = async {
            match is_alone {
                true => std::future::pending().await,
                false => clock.sleep(OTHERS).await,
            }
        };
        tokio::select! {
            changed = commits.changed() => if changed.is_err() { return },
            () = others => {}
            // Who comes first needs the journals read, even where nothing changes.
            () = hub.wanted.notified() => continue,
            () = hub.grown.closed() => continue,
        }
        clock.sleep(GATHER).await;
    }
}

async fn catch_up(hub: &LiveHub, reader: &dyn StoreReader, naming: &mut Naming) -> Result<(), StoreError> {
    let ends = reader.positions().await?;
    let mut seen = hub.recent().begin(&ends);
    for (shard, end) in ends {
        while seen.of(shard) < end {
            let entries = reader.journal(shard, seen.of(shard), PAGE).await?;
            let Some(last) = entries.last().map(|entry| entry.sequence) else { break };
            let mut events = Vec::with_capacity(entries.len());
            for entry in entries {
                events.extend(naming.event(shard, entry).await?);
            }
            let mut recent = hub.recent();
            events.into_iter().for_each(|event| recent.add(event));
            recent.seen.see(shard, last);
            seen.see(shard, last);
        }
    }
    hub.recent().begun = true;
    hub.grown.send_modify(|grown| *grown += 1);
    Ok(())
}

#[cfg(test)]
mod tests;
