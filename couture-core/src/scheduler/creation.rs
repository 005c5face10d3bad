//! Creating runs, whoever asks for them.

use std::sync::Arc;

use serde_json::Value;

use super::bug::Bug;
use super::dags::DagEntry;
use super::machine::Scheduler;
use super::run::Run;
use crate::dag::Dag;
use crate::ids::{DagId, RunId, RunKey};
use crate::schedule::DataInterval;
use crate::state::{RunState, RunType};
use crate::store::{Record, Refusal, RunOrigin, RunRecord, Trigger};
use crate::task::RunInfo;
use crate::time::{Now, Timestamp};

/// The most unfinished runs of one DAG.
pub(super) const MAX_UNFINISHED_RUNS: usize = 100_000;

/// A run to create.
#[derive(Clone, Debug)]
pub(super) struct NewRun {
    /// The store has no run of this id.
    pub(super) run_id: RunId,
    pub(super) run_type: RunType,
    pub(super) logical_date: Timestamp,
    pub(super) data_interval: DataInterval,
    /// What [`checked_conf`] has returned.
    pub(super) conf: Value,
    /// The number of the backfill that it belongs to.
    pub(super) backfill: Option<i64>,
    pub(super) origin: RunOrigin,
}

impl Scheduler {
    /// Creates a run of the newest version of a DAG and begins it, unless its time has not come, or the DAG is paused or has as
    /// many running as it may: then it is queued.
    pub(super) fn create_run(&mut self, dag_id: DagId, new: NewRun, now: Now) -> Result<RunKey, Refusal> {
        let (entry, dag) = self.may_create(&dag_id)?;
        let NewRun { run_id, run_type, logical_date, data_interval, conf, backfill, origin } = new;
        if self.has_run(&dag_id, &run_id) {
            return Err(Refusal::RunExists { dag_id, run_id });
        }
        let planted = self.ledger.settings.planted;
        let is_due = origin.run_after.is_none_or(|at| at <= now.wall) || planted.has(Bug::BegunTooEarly);
        let begins = is_due && entry.begins(backfill, self.ledger.settings.max_active_runs);
        let (shard, version) = (entry.shard, entry.version.clone());
        let key = RunKey::new(shard, self.ledger.next_sequence(shard));
        let info = RunInfo { key, dag, run_id: run_id.clone(), run_type, logical_date, data_interval, conf, backfill };
        let mut run = Run::new(Arc::new(info), RunState::Queued, &self.ledger.settings);
        run.not_before = origin.run_after;
        if begins {
            run.set_running(now);
        }
        self.ledger.record(shard, Record::RunCreated(run.created(version, origin, now.wall)), None);
        if let Some(entry) = self.dags.get_mut(&dag_id) {
            entry.add_run(&run, now);
        }
        run.arm_beginning(&mut self.ledger);
        run.arm_slas(&[], &mut self.ledger);
        if begins {
            run.begin(&mut self.ledger, now);
        }
        self.runs.insert(key, run);
        if begins {
            self.look_at_past(key, now);
            self.end_if_over(key, now);
        }
        Ok(key)
    }

    /// The DAG and its newest version, if it may have one more run.
    pub(super) fn may_create(&self, dag_id: &DagId) -> Result<(&DagEntry, Arc<Dag>), Refusal> {
        let Some(entry) = self.dags.get(dag_id) else { return Err(Refusal::UnknownDag(dag_id.clone())) };
        if !entry.active {
            return Err(Refusal::InactiveDag(dag_id.clone()));
        }
        let Some(dag) = entry.dag.clone() else {
            let error = entry.error.clone().unwrap_or_default();
            return Err(Refusal::Quarantined { dag_id: dag_id.clone(), error });
        };
        if entry.runs.len() >= MAX_UNFINISHED_RUNS {
            return Err(Refusal::TooManyRuns { dag_id: dag_id.clone(), limit: MAX_UNFINISHED_RUNS });
        }
        Ok((entry, dag))
    }
}

impl Run {
    /// Its row when it is created.
    fn created(&self, version: String, origin: RunOrigin, queued_at: Timestamp) -> RunRecord {
        RunRecord {
            key: self.info.key,
            dag_id: self.info.dag.dag_id.clone(),
            version,
            run_id: self.info.run_id.clone(),
            run_type: self.info.run_type,
            logical_date: self.info.logical_date,
            data_interval: self.info.data_interval,
            backfill: self.info.backfill,
            origin,
            conf: self.info.conf.clone(),
            state: self.state,
            queued_at,
            started_at: self.started_at,
            ended_at: None,
            cancelled: false,
        }
    }
}

/// The configuration of a run of `dag`, if it may have it.
pub(super) fn checked_conf(dag: Option<&Dag>, conf: Value) -> Result<Value, Refusal> {
    let conf = match conf {
        Value::Null => Value::Object(serde_json::Map::new()),
        Value::Object(map) if map.is_empty() => Value::Object(map),
        conf @ Value::Object(_) if conf.to_string().len() <= Trigger::MAX_CONF_BYTES => conf,
        _ => return Err(Refusal::Conf),
    };
    if let Some(dag) = dag {
        let refused = |wrong| Refusal::Param { dag_id: dag.dag_id.clone(), wrong };
        dag.attributes.check_params(&conf).map_err(refused)?;
    }
    Ok(conf)
}
