//! Some records of a batch on their way into one commit.

use std::collections::{BTreeMap, VecDeque};

use super::batch::sum_by;
use crate::ids::{AttemptToken, Epoch, PoolName, ShardId};
use crate::store::{Commit, MAX_COMMIT_RECORDS, PoolDelta, Record, ShardCommit};
use crate::time::Timestamp;

/// A record and the slots that it takes.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) shard: ShardId,
    pub(super) record: Record,
    pub(super) slots: Option<(PoolName, i64)>,
}

/// A commit, and which of its records takes which slots.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) commit: Commit,
    takes: BTreeMap<ShardId, Vec<(usize, PoolName, i64)>>,
}

impl Chunk {
    /// The next records that fit one commit, in order; nothing when none are left.
    pub(super) fn next(
        entries: &mut VecDeque<Entry>,
        durable: &BTreeMap<ShardId, (Epoch, u64)>,
        at: Timestamp,
    ) -> Option<Self> {
        let size = Self::size(entries);
        let mut records: BTreeMap<ShardId, Vec<Record>> = BTreeMap::new();
        let mut takes: BTreeMap<ShardId, Vec<(usize, PoolName, i64)>> = BTreeMap::new();
        for entry in entries.drain(..size) {
            let list = records.entry(entry.shard).or_default();
            if let Some((pool, slots)) = entry.slots {
                takes.entry(entry.shard).or_default().push((list.len(), pool, slots));
            }
            list.push(entry.record);
        }
        let shards: Vec<_> = records
            .into_iter()
            .filter_map(|(shard, records)| {
                let (epoch, sequence) = *durable.get(&shard)?;
                Some(ShardCommit { shard, epoch, sequence, records })
            })
            .collect();
        let mut chunk = Self { commit: Commit { at, shards, pools: Vec::new() }, takes };
        chunk.sum_slots();
        (!chunk.commit.shards.is_empty()).then_some(chunk)
    }

    /// How many of the records come next. What belongs together stays so: the row of a DAG with what follows from it, and the changes of
    /// assets with what made them and with the DAGs that hear of them.
    fn size(entries: &VecDeque<Entry>) -> usize {
        if entries.len() <= MAX_COMMIT_RECORDS {
            return entries.len();
        }
        let follows =
            |record: &Record| matches!(record, Record::Dag(_) | Record::AssetChanged(_) | Record::Posted { .. });
        let leads = |record: &Record| matches!(record, Record::Dag(_) | Record::InboxDone(_));
        let is_seam = |at: &usize| !leads(&entries[*at - 1].record) && !follows(&entries[*at].record);
        (1..=MAX_COMMIT_RECORDS).rev().find(is_seam).unwrap_or(MAX_COMMIT_RECORDS)
    }

    fn sum_slots(&mut self) {
        let sums = sum_by(self.takes.values().flatten().map(|(_, pool, slots)| (pool.clone(), *slots)));
        self.commit.pools = sums.into_iter().map(|(pool, slots)| PoolDelta { pool, slots }).collect();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.commit.shards.is_empty()
    }

    pub(super) fn shards(&self) -> Vec<ShardId> {
        self.commit.shards.iter().map(|shard| shard.shard).collect()
    }

    /// Leaves these shards out.
    pub(super) fn drop_shards(&mut self, shards: &[ShardId]) {
        self.commit.shards.retain(|commit| !shards.contains(&commit.shard));
        self.takes.retain(|shard, _| !shards.contains(shard));
        self.sum_slots();
    }

    /// Takes out what needs slots of `pools`; the places of these records stay, empty.
    pub(super) fn withdraw(&mut self, pools: &[PoolName]) -> Vec<AttemptToken> {
        let mut tokens = Vec::new();
        for commit in &mut self.commit.shards {
            let Some(takes) = self.takes.get_mut(&commit.shard) else { continue };
            takes.retain(|(at, pool, slots)| {
                let is_refused = *slots > 0 && pools.contains(pool);
                if is_refused && let Record::Task(task) = std::mem::replace(&mut commit.records[*at], Record::Withdrawn)
                {
                    tokens.push(task.token);
                }
                !is_refused
            });
        }
        self.sum_slots();
        tokens
    }
}
