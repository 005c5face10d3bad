//! What people and programs ask for.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::bug::Bug;
use super::event::{Asker, Command};
use super::machine::Scheduler;
use super::run::Run;
use crate::ids::{DagId, RunId, RunKey};
use crate::schedule::DataInterval;
use crate::state::{RunState, RunType};
use crate::store::{Answer, InboxId, Message, Record, Refusal, Request, RunRecord, Trigger};
use crate::task::RunInfo;
use crate::time::Now;

/// The most unfinished runs of one DAG.
pub(super) const MAX_UNFINISHED_RUNS: usize = 100_000;

/// How long a message about a DAG that nobody has defined waits for that to happen.
const PATIENCE: Duration = Duration::from_secs(600);

impl Scheduler {
    pub(super) fn requested(&mut self, request: Request, asker: Asker, now: Now) {
        let answer = self.grant(request, now);
        self.ledger.out.push(Command::Answer(asker, answer));
    }

    pub(super) fn message_arrived(&mut self, id: InboxId, message: Result<Message, String>, now: Now) {
        if !self.ledger.shards.contains_key(&id.shard) {
            return;
        }
        match message {
            // Who posted it is not waiting; the refusal is told by nothing having happened.
            Ok(Message::Request(request)) => {
                let answer = self.grant(request, now);
                // Its DAG may be about to be defined: a scheduler that has just begun reads inboxes before DAG files.
                let since = *self.puzzling.entry(id).or_insert(now.mono);
                if matches!(answer, Err(Refusal::UnknownDag(_))) && now.mono.saturating_sub(since) < PATIENCE {
                    return;
                }
                self.puzzling.remove(&id);
            }
            Ok(Message::Report(report)) => self.believe(report, now),
            Err(_) => {}
        }
        if !self.ledger.settings.planted.has(Bug::InboxNotEmptied) {
            self.ledger.record(id.shard, Record::InboxDone(id), None);
        }
    }

    fn grant(&mut self, request: Request, now: Now) -> Result<Answer, Refusal> {
        let dag_id = request.dag_id().clone();
        if self.shard_of(&dag_id).is_none() {
            return Err(Refusal::NotOwned(dag_id));
        }
        if !self.dags.contains_key(&dag_id) {
            return Err(Refusal::UnknownDag(dag_id));
        }
        match request {
            Request::Trigger(trigger) => self.trigger(trigger, now),
            Request::SetPaused { dag_id, paused } => {
                self.set_paused(&dag_id, paused, now);
                Ok(Answer::Done)
            }
            Request::CancelRun { dag_id, run_id } => self.cancel(dag_id, run_id, now),
        }
    }

    fn cancel(&mut self, dag_id: DagId, run_id: RunId, now: Now) -> Result<Answer, Refusal> {
        let key = self.dags.get(&dag_id).and_then(|dag| dag.runs.get(&run_id)).copied();
        let Some((key, run)) = key.and_then(|key| Some((key, self.runs.get_mut(&key)?))) else {
            return Err(Refusal::UnknownRun { dag_id, run_id });
        };
        if !run.cancelled {
            run.cancel(&mut self.ledger, now);
            self.end_if_over(key, now);
        }
        Ok(Answer::Done)
    }

    fn trigger(&mut self, trigger: Trigger, now: Now) -> Result<Answer, Refusal> {
        let Trigger { dag_id, run_id, logical_date, conf } = trigger;
        let conf = checked_conf(conf)?;
        let Some(entry) = self.dags.get(&dag_id) else { return Err(Refusal::UnknownDag(dag_id)) };
        if !entry.active {
            return Err(Refusal::InactiveDag(dag_id));
        }
        let Some(dag) = entry.dag.clone() else {
            let error = entry.error.clone().unwrap_or_default();
            return Err(Refusal::Quarantined { dag_id, error });
        };
        if entry.runs.len() >= MAX_UNFINISHED_RUNS {
            return Err(Refusal::TooManyRuns { dag_id, limit: MAX_UNFINISHED_RUNS });
        }
        let logical_date = logical_date.unwrap_or(now.wall);
        let run_id = run_id.unwrap_or_else(|| RunId::manual(logical_date));
        if self.has_run(&dag_id, &run_id) {
            return Err(Refusal::RunExists { dag_id, run_id });
        }
        let (shard, version, paused) = (entry.shard, entry.version.clone(), entry.paused);
        let key = RunKey::new(shard, self.ledger.next_sequence(shard));
        let info = RunInfo {
            key,
            dag,
            run_id: run_id.clone(),
            run_type: RunType::Manual,
            logical_date,
            data_interval: DataInterval::at(logical_date),
            conf,
            backfill: None,
        };
        let state = if paused { RunState::Queued } else { RunState::Running };
        let mut run = Run::new(Arc::new(info), state);
        run.started_at = (!paused).then_some(now.wall);
        self.ledger.record(shard, Record::RunCreated(run.record(version, now.wall)), None);
        if let Some(entry) = self.dags.get_mut(&dag_id) {
            entry.runs.insert(run_id.clone(), key);
        }
        if !paused {
            run.begin(&mut self.ledger, now);
        }
        self.runs.insert(key, run);
        if !paused {
            self.end_if_over(key, now);
        }
        Ok(Answer::Triggered { key, run_id })
    }
}

impl Run {
    fn record(&self, version: String, queued_at: crate::time::Timestamp) -> RunRecord {
        RunRecord {
            key: self.info.key,
            dag_id: self.info.dag.dag_id.clone(),
            version,
            run_id: self.info.run_id.clone(),
            run_type: self.info.run_type,
            logical_date: self.info.logical_date,
            data_interval: self.info.data_interval,
            backfill: self.info.backfill,
            conf: self.info.conf.clone(),
            state: self.state,
            queued_at,
            started_at: self.started_at,
            ended_at: None,
            cancelled: false,
        }
    }
}

fn checked_conf(conf: Value) -> Result<Value, Refusal> {
    match conf {
        Value::Null => Ok(Value::Object(serde_json::Map::new())),
        Value::Object(map) if map.is_empty() => Ok(Value::Object(map)),
        conf @ Value::Object(_) if conf.to_string().len() <= Trigger::MAX_CONF_BYTES => Ok(conf),
        _ => Err(Refusal::Conf),
    }
}
