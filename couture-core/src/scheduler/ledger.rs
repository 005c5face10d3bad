//! What all runs of a scheduler share: pools, timers, journal positions, and the commands of the current batch.

use std::collections::BTreeMap;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::bug::Planted;
use super::event::Command;
use super::limits::Limits;
use super::pools::Pools;
use super::timers::Timers;
use crate::dag::DagAttributes;
use crate::ids::{AttemptToken, DagId, Epoch, PoolName, RunId, ShardId, WorkerId};
use crate::store::{AssetNews, Record};

/// How a scheduler is set up.
#[derive(Clone, Debug)]
pub struct SchedulerSettings {
    /// The worker that its own executor is.
    pub worker: WorkerId,
    /// How many shards the store has.
    pub shards: u32,
    /// How many attempts its executor can have at a time.
    pub capacity: usize,
    /// Whether no other process can have the store: then no other worker is alive.
    pub is_exclusive: bool,
    /// Whether a DAG that was never seen before starts paused.
    pub paused_at_creation: bool,
    /// How long a worker may be silent before its attempts count as lost.
    pub lease: Duration,
    /// How often an attempt may be lost before that counts as a failure.
    pub max_lost: u32,
    /// How many instances a mapped task may have.
    pub max_map_length: usize,
    /// How many runs of a DAG may be running at a time, where it sets no limit of its own.
    pub max_active_runs: u32,
    /// How many task instances of a DAG may be live at a time, where it sets no limit of its own.
    pub max_active_tasks: Option<u32>,
    /// Whether missed runs are made up for, where a DAG does not say.
    pub catchup: bool,
    /// Whether SLA misses are looked for.
    pub check_slas: bool,
    /// Planted bugs.
    pub planted: Planted,
}

impl SchedulerSettings {
    /// Whether missed runs of a DAG are made up for.
    pub(super) fn catches_up(&self, attributes: &DagAttributes) -> bool {
        attributes.catchup.unwrap_or(self.catchup)
    }

    /// How many runs of a DAG may be running at a time.
    pub(super) fn active_runs(&self, attributes: &DagAttributes) -> usize {
        attributes.max_active_runs.unwrap_or(self.max_active_runs) as usize
    }
}

/// A shard that is owned.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnedShard {
    pub(super) epoch: Epoch,
    /// The last journal position given out.
    pub(super) sequence: u64,
}

#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) settings: SchedulerSettings,
    pub(super) shards: BTreeMap<ShardId, OwnedShard>,
    pub(super) pools: Pools,
    pub(super) limits: Limits,
    pub(super) timers: Timers,
    /// Live attempts in the own executor.
    pub(super) live_here: usize,
    /// Deferred attempts by the run whose end they wait for. Some may be over.
    pub(super) awaited: FxHashMap<(DagId, RunId), Vec<AttemptToken>>,
    /// When the next attempt is woken that was overdue when its shard was taken over.
    pub(super) next_overdue: Duration,
    /// DAGs of which a run is over, so that others have room.
    pub(super) rooms: Vec<DagId>,
    /// Recorded changes of assets that no DAG was told of yet.
    pub(super) asset_news: Vec<AssetNews>,
    pub(super) out: Vec<Command>,
}

impl Ledger {
    pub(super) fn new(settings: SchedulerSettings) -> Self {
        Self {
            settings,
            shards: BTreeMap::new(),
            pools: Pools::default(),
            limits: Limits::default(),
            timers: Timers::default(),
            live_here: 0,
            awaited: FxHashMap::default(),
            next_overdue: Duration::ZERO,
            rooms: Vec::new(),
            asset_news: Vec::new(),
            out: Vec::new(),
        }
    }

    /// The position that the next record of `shard` will have.
    pub(super) fn next_sequence(&self, shard: ShardId) -> u64 {
        self.shards.get(&shard).map_or(0, |owned| owned.sequence) + 1
    }

    /// Wakes this attempt when the run is over.
    pub(super) fn await_run(&mut self, run: (DagId, RunId), token: AttemptToken) {
        let waiters = self.awaited.entry(run).or_default();
        if !waiters.contains(&token) {
            waiters.push(token);
        }
    }

    pub(super) fn record(&mut self, shard: ShardId, record: Record, slots: Option<(PoolName, i64)>) {
        if let Some(owned) = self.shards.get_mut(&shard) {
            owned.sequence += 1;
            self.out.push(Command::Record { shard, record, slots });
        }
    }
}
