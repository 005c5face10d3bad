//! The DAGs of the shards owned.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::event::{Asker, Command};
use super::machine::Scheduler;
use super::slots::Slot;
use crate::dag::Dag;
use crate::ids::{DagId, RunId, RunKey, ShardId};
use crate::schedule::DataInterval;
use crate::state::RunState;
use crate::store::{Answer, ChangedAssets, DagRecord, Record};
use crate::time::{Now, Timestamp};

/// A DAG as the scheduler knows it. One that does nothing costs nothing but this.
#[derive(Debug)]
pub(super) struct DagEntry {
    pub(super) shard: ShardId,
    /// The newest version; absent where it cannot be read.
    pub(super) dag: Option<Arc<Dag>>,
    /// Why it cannot be read.
    pub(super) error: Option<String>,
    pub(super) version: String,
    pub(super) paused: bool,
    pub(super) active: bool,
    /// The data interval of the last run that its schedule created.
    pub(super) last_interval: Option<DataInterval>,
    /// What has changed of the assets that it waits for.
    pub(super) changed_assets: ChangedAssets,
    /// When its schedule is looked at again.
    pub(super) wakes_at: Option<Timestamp>,
    /// Its unfinished runs.
    pub(super) runs: BTreeMap<RunId, RunKey>,
    /// How many of them are of no backfill, and not too early.
    pub(super) unfinished: usize,
    /// Those of no backfill that wait for room, or until the DAG is not paused any more.
    pub(super) queued: BTreeSet<RunKey>,
    /// Those whose time to begin has not come: they take no room.
    pub(super) early: BTreeSet<RunKey>,
    /// What was about to be launched when it was found paused.
    pub(super) held: Vec<(RunKey, Slot)>,
}

impl DagEntry {
    /// One without runs.
    pub(super) fn new(shard: ShardId, row: DagRecord) -> Self {
        Self {
            shard,
            dag: None,
            error: None,
            version: row.version,
            paused: row.paused,
            active: row.active,
            last_interval: row.last_interval,
            changed_assets: row.changed_assets,
            wakes_at: None,
            runs: BTreeMap::new(),
            unfinished: 0,
            queued: BTreeSet::new(),
            early: BTreeSet::new(),
            held: Vec::new(),
        }
    }

    pub(super) fn record(&self, dag_id: &DagId) -> Record {
        Record::Dag(DagRecord {
            dag_id: dag_id.clone(),
            paused: self.paused,
            active: self.active,
            version: self.version.clone(),
            last_interval: self.last_interval,
            changed_assets: self.changed_assets.clone(),
        })
    }
}

impl Scheduler {
    pub(super) fn register(&mut self, dag: Arc<Dag>, version: String, asker: Option<Asker>, now: Now) {
        self.answer(asker, Ok(Answer::Done));
        let dag_id = dag.dag_id.clone();
        let Some(shard) = self.shard_of(&dag_id) else { return };
        let paused = dag.attributes.is_paused_upon_creation.unwrap_or(self.ledger.settings.paused_at_creation);
        let is_new = !self.dags.contains_key(&dag_id);
        let entry = self.dags.entry(dag_id.clone()).or_insert_with(|| {
            let (dag_id, version) = (dag_id.clone(), version.clone());
            let changed_assets = ChangedAssets::default();
            DagEntry::new(
                shard,
                DagRecord { dag_id, paused, active: true, version, last_interval: None, changed_assets },
            )
        });
        let is_known = !is_new && entry.version == version && entry.active;
        entry.changed_assets.keep(dag.attributes.assets.as_ref());
        entry.dag = Some(dag.clone());
        entry.error = None;
        entry.version = version;
        entry.active = true;
        if !is_known {
            let record = entry.record(&dag_id);
            self.ledger.record(shard, record, None);
        }
        self.subscribe(&dag);
        self.backfills.dag_changed(&dag_id);
        self.make_room(&dag_id, now);
    }

    pub(super) fn deregister(&mut self, dag_id: &DagId, asker: Option<Asker>) {
        self.answer(asker, Ok(Answer::Done));
        if let Some(entry) = self.dags.get_mut(dag_id)
            && entry.active
        {
            entry.active = false;
            let record = entry.record(dag_id);
            self.ledger.record(entry.shard, record, None);
        }
    }

    /// Pauses or unpauses; unpausing starts what has waited.
    pub(super) fn set_paused(&mut self, dag_id: &DagId, paused: bool, now: Now) {
        let Some(entry) = self.dags.get_mut(dag_id) else { return };
        if entry.paused == paused {
            return;
        }
        entry.paused = paused;
        let record = entry.record(dag_id);
        self.ledger.record(entry.shard, record, None);
        if paused {
            return;
        }
        let held = std::mem::take(&mut entry.held);
        let of_backfills: Vec<RunKey> = entry
            .runs
            .values()
            .filter(|key| !entry.queued.contains(key) && !entry.early.contains(key))
            .copied()
            .collect();
        for (key, slot) in held {
            if let Some(run) = self.runs.get_mut(&key)
                && run.waits(slot)
            {
                run.enqueue(slot, &mut self.ledger);
            }
        }
        for key in of_backfills {
            self.begin_run(key, now);
        }
        self.make_room(dag_id, now);
    }

    /// Starts a run that is queued.
    pub(super) fn begin_run(&mut self, key: RunKey, now: Now) {
        let Some(run) = self.runs.get_mut(&key) else { return };
        if run.state == RunState::Queued {
            if let Some(entry) = self.dags.get_mut(&run.info.dag.dag_id) {
                entry.queued.remove(&key);
                // Somebody did not want to wait for its time.
                entry.unfinished += usize::from(entry.early.remove(&key));
            }
            run.set_running(now);
            run.record_change(None, &mut self.ledger);
            run.begin(&mut self.ledger, now);
            self.look_at_past(key, now);
            self.end_if_over(key, now);
        }
    }

    /// The shard of a DAG, if it is owned.
    pub(super) fn shard_of(&self, dag_id: &DagId) -> Option<ShardId> {
        let shard = dag_id.shard(self.ledger.settings.shards);
        self.ledger.shards.contains_key(&shard).then_some(shard)
    }

    pub(super) fn answer(&mut self, asker: Option<Asker>, answer: Result<Answer, crate::store::Refusal>) {
        if let Some(asker) = asker {
            self.ledger.out.push(Command::Answer(asker, answer));
        }
    }
}
