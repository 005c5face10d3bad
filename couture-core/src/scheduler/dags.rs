//! The DAGs of the shards owned.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::event::{Asker, Command};
use super::machine::Scheduler;
use super::slots::Slot;
use crate::dag::Dag;
use crate::ids::{DagId, RunId, RunKey, ShardId};
use crate::state::RunState;
use crate::store::{Answer, DagRecord, Record};
use crate::time::Now;

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
    /// Its unfinished runs.
    pub(super) runs: BTreeMap<RunId, RunKey>,
    /// What was about to be launched when it was found paused.
    pub(super) held: Vec<(RunKey, Slot)>,
}

impl DagEntry {
    fn record(&self, dag_id: &DagId) -> Record {
        Record::Dag(DagRecord {
            dag_id: dag_id.clone(),
            paused: self.paused,
            active: self.active,
            version: self.version.clone(),
            last_interval: None,
            changed_assets: Vec::new(),
        })
    }
}

impl Scheduler {
    pub(super) fn register(&mut self, dag: Arc<Dag>, version: String, asker: Option<Asker>) {
        self.answer(asker, Ok(Answer::Done));
        let dag_id = dag.dag_id.clone();
        let Some(shard) = self.shard_of(&dag_id) else { return };
        let paused = self.ledger.settings.paused_at_creation;
        let is_new = !self.dags.contains_key(&dag_id);
        let entry = self.dags.entry(dag_id.clone()).or_insert_with(|| DagEntry {
            shard,
            dag: None,
            error: None,
            version: version.clone(),
            paused,
            active: true,
            runs: BTreeMap::new(),
            held: Vec::new(),
        });
        let is_known = !is_new && entry.version == version && entry.active;
        entry.dag = Some(dag);
        entry.error = None;
        entry.version = version;
        entry.active = true;
        if !is_known {
            let record = entry.record(&dag_id);
            self.ledger.record(shard, record, None);
        }
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
        let runs: Vec<RunKey> = entry.runs.values().copied().collect();
        for (key, slot) in held {
            if let Some(run) = self.runs.get_mut(&key)
                && run.tasks[slot.at()].ready
            {
                run.enqueue(slot, &mut self.ledger);
            }
        }
        for key in runs {
            self.begin_run(key, now);
        }
    }

    /// Starts a run that is queued.
    pub(super) fn begin_run(&mut self, key: RunKey, now: Now) {
        let Some(run) = self.runs.get_mut(&key) else { return };
        if run.state == RunState::Queued {
            run.state = RunState::Running;
            run.started_at = Some(now.wall);
            run.record_change(None, &mut self.ledger);
            run.begin(&mut self.ledger, now);
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
