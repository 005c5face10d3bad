//! What people and programs ask for.

use std::time::Duration;

use super::bug::Bug;
use super::creation::{NewRun, checked_conf};
use super::event::{Asker, Command};
use super::machine::Scheduler;
use super::recalling::Origin;
use crate::ids::{DagId, RunId, RunKey};
use crate::schedule::DataInterval;
use crate::state::RunType;
use crate::store::{Answer, InboxId, Message, Record, Refusal, Request, Trigger};
use crate::time::Now;

/// How long a message about a DAG that nobody has defined waits for that to happen.
const PATIENCE: Duration = Duration::from_secs(600);

impl Scheduler {
    pub(super) fn requested(&mut self, request: Request, asker: Asker, now: Now) {
        if let Some(answer) = self.grant(request, Origin::Asker(asker), now) {
            self.ledger.out.push(Command::Answer(asker, answer));
        }
    }

    pub(super) fn message_arrived(&mut self, id: InboxId, message: Result<Message, String>, now: Now) {
        if !self.ledger.shards.contains_key(&id.shard) {
            return;
        }
        match message {
            // Who posted it is not waiting; the refusal is told by nothing having happened.
            Ok(Message::Request(request)) => {
                let Some(answer) = self.grant(request, Origin::Inbox(id), now) else { return };
                if matches!(answer, Err(Refusal::Busy(_))) {
                    return;
                }
                // Its DAG may be about to be defined: a scheduler that has just begun reads inboxes before DAG files.
                let since = *self.puzzling.entry(id).or_insert(now.mono);
                if matches!(answer, Err(Refusal::UnknownDag(_))) && now.mono.saturating_sub(since) < PATIENCE {
                    return;
                }
                self.puzzling.remove(&id);
            }
            Ok(Message::Report(report)) => self.believe(report, now),
            // What follows from it may be long: it goes in one commit with the beginning.
            Ok(Message::AssetChanged(news)) => {
                self.message_done(id);
                return self.hear_asset_news(&[news], |shard| shard == id.shard, now);
            }
            Ok(Message::ChangeAsset { asset, extra }) => {
                self.message_done(id);
                return self.asset_announced(id.shard, asset, extra, now);
            }
            Err(_) => {}
        }
        self.message_done(id);
    }

    fn message_done(&mut self, id: InboxId) {
        if !self.ledger.settings.planted.has(Bug::InboxNotEmptied) {
            self.ledger.record(id.shard, Record::InboxDone(id), None);
        }
    }

    /// What comes of a request; `None` where that takes a look at the store.
    fn grant(&mut self, request: Request, origin: Origin, now: Now) -> Option<Result<Answer, Refusal>> {
        let dag_id = request.dag_id().clone();
        if self.shard_of(&dag_id).is_none() {
            return Some(Err(Refusal::NotOwned(dag_id)));
        }
        if !self.dags.contains_key(&dag_id) {
            return Some(Err(Refusal::UnknownDag(dag_id)));
        }
        Some(match request {
            Request::Operate { dag_id, run, operation } => {
                return self.operate_or_recall(dag_id, run, operation, origin, now);
            }
            Request::DeleteHistory { dag_id } => self.delete_history(dag_id),
            Request::DeleteRun { dag_id, run } => self.delete_run(dag_id, run),
            Request::Backfill(new) => self.begin_backfill(new, now),
            Request::SetBackfill { dag_id, number, change } => self.set_backfill(dag_id, number, change, now),
            Request::Trigger(trigger) => self.trigger(trigger, now),
            Request::SetPaused { dag_id, paused } => {
                self.set_paused(&dag_id, paused, now);
                Ok(Answer::Done)
            }
            Request::CancelRun { dag_id, run_id } => self.cancel(dag_id, run_id, now),
        })
    }

    fn delete_history(&mut self, dag_id: DagId) -> Result<Answer, Refusal> {
        let Some(entry) = self.dags.get(&dag_id) else { return Err(Refusal::UnknownDag(dag_id)) };
        let (runs, backfills) = (entry.runs.len(), self.backfills.of(&dag_id).count());
        if runs + backfills > 0 {
            return Err(Refusal::Unfinished { dag_id, runs, backfills });
        }
        self.ledger.record(entry.shard, Record::HistoryDeleted(dag_id.clone()), None);
        if !entry.active {
            self.dags.remove(&dag_id);
        }
        Ok(Answer::Done)
    }

    fn delete_run(&mut self, dag_id: DagId, key: RunKey) -> Result<Answer, Refusal> {
        let Some(shard) = self.shard_of(&dag_id).filter(|shard| *shard == key.shard()) else {
            return Err(Refusal::NoRun { dag_id, run: key });
        };
        if self.runs.contains_key(&key) {
            return Err(Refusal::Unfinished { dag_id, runs: 1, backfills: 0 });
        }
        // Somebody wants it to go on, and it is being read.
        if self.pending.contains_key(&key) {
            return Err(Refusal::Busy(1));
        }
        self.ledger.record(shard, Record::RunDeleted { dag_id, key }, None);
        Ok(Answer::Done)
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
        let logical_date = trigger.date(now.wall);
        let Trigger { dag_id, run_id, data_interval, conf, origin, .. } = trigger;
        if let Some(run_type) = run_id.as_ref().and_then(RunId::reserved_for) {
            return Err(Refusal::ReservedRunId { run_id: run_id.unwrap_or_else(|| RunId::manual(now.wall)), run_type });
        }
        let dag = self.dags.get(&dag_id).and_then(|entry| entry.dag.as_ref());
        let usual =
            || dag.map_or(DataInterval::at(logical_date), |dag| dag.timetable.infer_manual_interval(logical_date));
        let data_interval = data_interval.unwrap_or_else(usual);
        let run_id = run_id.unwrap_or_else(|| RunId::manual(logical_date));
        let new = NewRun {
            run_id: run_id.clone(),
            run_type: RunType::Manual,
            logical_date,
            data_interval,
            conf: checked_conf(dag.map(|dag| &**dag), conf)?,
            backfill: None,
            origin,
        };
        let key = self.create_run(dag_id, new, now)?;
        Ok(Answer::Triggered { key, run_id })
    }
}
