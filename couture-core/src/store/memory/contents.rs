//! What a [`MemoryStore`](super::MemoryStore) holds.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::run::StoredRun;
use crate::ids::{DagId, Epoch, PoolName, RunId, RunKey, ShardId, TaskId, WorkerId};
use crate::store::{
    AssetEvent, Backfill, DEFAULT_POOL_SLOTS, DagRecord, InboxId, JournalEntry, Message, Note, NotePlace, PastVersion,
    Pool, Shard, ShardSnapshot, SlaMiss, StoreError, TaskRecord,
};
use crate::task::XCom;
use crate::time::Timestamp;

/// Everything. Maps are ordered wherever their order can be seen.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) shards: Vec<StoredShard>,
    pub(super) beats: BTreeMap<WorkerId, u64>,
    pub(super) versions: FxHashMap<String, Vec<u8>>,
    pub(super) dags: BTreeMap<DagId, (ShardId, DagRecord)>,
    pub(super) runs: BTreeMap<RunKey, StoredRun>,
    pub(super) run_ids: FxHashMap<DagId, FxHashMap<RunId, RunKey>>,
    pub(super) pools: BTreeMap<PoolName, Pool>,
    pub(super) pool_descriptions: BTreeMap<PoolName, String>,
    pub(super) inbox: BTreeMap<InboxId, Message>,
    pub(super) last_inbox_number: i64,
    pub(super) backfills: BTreeMap<i64, Backfill>,
    pub(super) sla_misses: BTreeMap<(DagId, Timestamp, TaskId), SlaMiss>,
    /// In the order in which they happened.
    pub(super) asset_events: Vec<AssetEvent>,
    pub(super) notes: BTreeMap<NotePlace, Note>,
    /// The oldest first, each with how it was written.
    pub(super) past_versions: BTreeMap<DagId, Vec<(PastVersion, Option<String>)>>,
}

/// A shard and its journal.
pub(super) struct StoredShard {
    pub(super) epoch: Epoch,
    pub(super) owner: Option<WorkerId>,
    /// The entry of position `n` is at `n - 1`.
    pub(super) journal: Vec<JournalEntry>,
}

impl StoredShard {
    fn new() -> Self {
        Self { epoch: Epoch(0), owner: None, journal: Vec::new() }
    }

    pub(super) fn sequence(&self) -> u64 {
        self.journal.len() as u64
    }
}

impl Contents {
    pub(super) fn new(shards: u32) -> Self {
        let mut contents = Self::default();
        contents.shards.resize_with(shards as usize, StoredShard::new);
        contents.set_pool(&PoolName::default(), DEFAULT_POOL_SLOTS);
        contents
    }

    pub(super) fn set_pool(&mut self, name: &PoolName, slots: u32) {
        let pool = self.pools.entry(name.clone()).or_insert_with(|| Pool { name: name.clone(), slots, used: 0 });
        pool.slots = slots;
    }

    pub(super) fn shard(&self, shard: ShardId) -> Result<&StoredShard, StoreError> {
        self.shards.get(shard.0 as usize).ok_or_else(|| no_shard(shard))
    }

    pub(super) fn shard_list(&self) -> Vec<Shard> {
        let shards = self.shards.iter().enumerate();
        shards
            .map(|(at, shard)| Shard { id: ShardId(at as u32), epoch: shard.epoch, owner: shard.owner.clone() })
            .collect()
    }

    pub(super) fn claim(&mut self, shard: ShardId, seen: Epoch, owner: Option<&WorkerId>) -> Option<Epoch> {
        let shard = self.shards.get_mut(shard.0 as usize)?;
        if shard.epoch != seen {
            return None;
        }
        shard.epoch = Epoch(seen.0 + 1);
        shard.owner = owner.cloned();
        Some(shard.epoch)
    }

    pub(super) fn restore(&self, shard: ShardId) -> Result<ShardSnapshot, StoreError> {
        let mut snapshot = ShardSnapshot { sequence: self.shard(shard)?.sequence(), ..ShardSnapshot::default() };
        snapshot.dags = self.dags.values().filter(|(home, _)| *home == shard).map(|(_, dag)| dag.clone()).collect();
        for (_, run) in self.runs.range(RunKey::new(shard, 0)..RunKey::new(ShardId(shard.0 + 1), 0)) {
            if !run.record.state.is_finished() {
                snapshot.runs.push(run.record.clone());
                snapshot.tasks.extend(run.tasks.values().map(without_xcoms));
            }
        }
        let is_here = |run: RunKey| run.shard() == shard;
        let backfills = self.backfills.values().filter(|backfill| is_here(RunKey(backfill.number)));
        snapshot.backfills = backfills.filter(|backfill| !backfill.state.is_over()).cloned().collect();
        let is_unfinished = |run| self.runs.get(&run).is_some_and(|run| !run.record.state.is_finished());
        let misses = self.sla_misses.values().filter(|miss| is_here(miss.run) && is_unfinished(miss.run));
        snapshot.sla_misses = misses.cloned().collect();
        Ok(snapshot)
    }

    /// Removes the finished runs of a DAG and what belongs to them, and the DAG where it is not active.
    pub(super) fn delete_history(&mut self, dag_id: &DagId) {
        let Self { runs, run_ids, .. } = self;
        runs.retain(|_, run| run.record.dag_id != *dag_id || !run.record.state.is_finished());
        if let Some(ids) = run_ids.get_mut(dag_id) {
            ids.retain(|_, key| runs.contains_key(key));
        }
        self.backfills.retain(|_, backfill| backfill.dag_id != *dag_id || !backfill.state.is_over());
        self.sla_misses.retain(|(of, _, _), miss| of != dag_id || self.runs.contains_key(&miss.run));
        self.notes.retain(|place, _| self.runs.contains_key(&place.run));
        if self.dags.get(dag_id).is_some_and(|(_, dag)| !dag.active) {
            self.dags.remove(dag_id);
            self.past_versions.remove(dag_id);
        }
    }

    /// Removes a run that is over, and what belongs to it.
    pub(super) fn delete_run(&mut self, key: RunKey) {
        let Some(run) = self.runs.get(&key).filter(|run| run.record.state.is_finished()) else { return };
        if let Some(ids) = self.run_ids.get_mut(&run.record.dag_id) {
            ids.remove(&run.record.run_id);
        }
        self.runs.remove(&key);
        self.sla_misses.retain(|_, miss| miss.run != key);
        self.notes.retain(|place, _| place.run != key);
    }

    pub(super) fn post(&mut self, shard: ShardId, message: &Message) -> Result<InboxId, StoreError> {
        self.shard(shard)?;
        self.last_inbox_number += 1;
        let id = InboxId { shard, number: self.last_inbox_number };
        self.inbox.insert(id, message.clone());
        Ok(id)
    }

    pub(super) fn run_key(&self, dag_id: &DagId, run_id: &RunId) -> Option<RunKey> {
        self.run_ids.get(dag_id)?.get(run_id).copied()
    }
}

pub(super) fn no_shard(shard: ShardId) -> StoreError {
    StoreError::Corrupt(format!("the store has no shard {shard}"))
}

/// A copy of `task` as lists show it.
pub(super) fn without_xcoms(task: &TaskRecord) -> TaskRecord {
    TaskRecord {
        token: task.token,
        state: task.state,
        worker: task.worker.clone(),
        lost: task.lost,
        queued_at: task.queued_at,
        started_at: task.started_at,
        ended_at: task.ended_at,
        retry_at: task.retry_at,
        error: task.error.clone(),
        xcoms: Vec::new(),
        max_tries: task.max_tries,
        length: task.length,
        decision: task.decision.clone(),
        deferral: task.deferral.clone(),
    }
}

/// What the instance of `task` gave: of each key the last.
pub(super) fn given(task: &TaskRecord) -> impl DoubleEndedIterator<Item = &XCom> {
    let counts = |(at, xcom): &(usize, &XCom)| task.xcoms[at + 1..].iter().all(|later| later.key != xcom.key);
    task.xcoms.iter().enumerate().filter(counts).map(|(_, xcom)| xcom)
}
