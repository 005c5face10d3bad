//! Changes of assets, and the runs that they start.

use super::bug::Bug;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::creation::NewRun;
use super::dags::DagEntry;
use super::ledger::{Ledger, SchedulerSettings};
use super::machine::Scheduler;
use super::run::Run;
use super::slots::Slot;
use crate::dag::{AssetCondition, Dag};
use crate::ids::{AssetName, DagId, RunId, ShardId};
use crate::schedule::DataInterval;
use crate::state::RunType;
use crate::store::{AssetEvent, AssetNews, AssetSource, Message, Record, Refusal, RunOrigin};
use crate::time::{Now, Timestamp};

impl Run {
    /// A task has succeeded: the assets that are its outlets have changed. Of aliases, those have that the attempt told of, and the
    /// assets that it named beside them.
    pub(super) fn change_assets(
        &self,
        slot: Slot,
        at: Timestamp,
        mut extras: Vec<(AssetName, Value)>,
        ledger: &mut Ledger,
    ) {
        let task = self.task(slot);
        let mut changed = Vec::new();
        for outlet in &task.options.outlets {
            let extra = extras.iter().position(|(asset, _)| *asset == outlet.name).map(|at| extras.remove(at).1);
            if extra.is_some() || !outlet.alias {
                changed.push((outlet.name.clone(), extra.unwrap_or(Value::Null)));
            }
        }
        changed.extend(extras);
        for (asset, extra) in changed {
            let source = AssetSource {
                dag_id: self.info.dag.dag_id.clone(),
                task_id: task.task_id.clone(),
                token: self.token(slot),
            };
            let event = AssetEvent { asset: asset.clone(), at, source: Some(source), extra };
            ledger.record(self.shard(), Record::AssetChanged(Box::new(event)), None);
            ledger.asset_news.push(AssetNews { asset, at, data_interval: self.info.data_interval });
        }
    }
}

impl Scheduler {
    /// Takes note of which assets a DAG waits for.
    pub(super) fn subscribe(&mut self, dag: &Dag) {
        for asset in dag.attributes.assets.iter().flat_map(AssetCondition::names) {
            self.subscribers.entry(asset.clone()).or_default().insert(dag.dag_id.clone());
        }
    }

    /// Somebody says from outside that an asset has changed.
    pub(super) fn asset_announced(&mut self, shard: ShardId, asset: AssetName, extra: Value, now: Now) {
        let at = now.wall;
        let event = AssetEvent { asset: asset.clone(), at, source: None, extra };
        self.ledger.record(shard, Record::AssetChanged(Box::new(event)), None);
        self.ledger.asset_news.push(AssetNews { asset, at, data_interval: DataInterval::at(at) });
        self.spread_asset_news(shard, now);
    }

    /// Brings changes of assets, just recorded in the journal of `shard`, to the DAGs that wait for them, all in one commit: to those
    /// of other shards through their inboxes, since a commit may be applied for one shard and refused for another.
    pub(super) fn spread_asset_news(&mut self, shard: ShardId, now: Now) {
        if self.ledger.asset_news.is_empty() {
            return;
        }
        let news = std::mem::take(&mut self.ledger.asset_news);
        let settings = &self.ledger.settings;
        let (count, is_exclusive) = (settings.shards, settings.is_exclusive);
        let owned: BTreeSet<ShardId> = self.ledger.shards.keys().copied().collect();
        let is_near = |other: ShardId| other == shard || (is_exclusive && owned.contains(&other));
        for to in (0..count).map(ShardId).filter(|other| !is_near(*other)) {
            for news in &news {
                let message = Box::new(Message::AssetChanged(news.clone()));
                self.ledger.record(shard, Record::Posted { to, message }, None);
            }
        }
        self.hear_asset_news(&news, is_near, now);
    }

    /// Brings changes of assets to the DAGs of some of the shards owned, and starts the runs that they ask for.
    pub(super) fn hear_asset_news(&mut self, news: &[AssetNews], is_meant: impl Fn(ShardId) -> bool, now: Now) {
        let mut touched = BTreeSet::new();
        let planted = self.ledger.settings.planted;
        for news in news {
            let Some(subscribers) = self.subscribers.get_mut(&news.asset) else { continue };
            let dags = &mut self.dags;
            subscribers.retain(|dag_id| {
                let Some(entry) = dags.get_mut(dag_id).filter(|entry| entry.waits_for(&news.asset)) else {
                    return false;
                };
                // What happens while it is paused is not made up for, as in Airflow.
                let is_deaf = planted.has(Bug::AssetForgotten) && !entry.changed_assets.assets.is_empty();
                if is_meant(entry.shard) && entry.active && !entry.paused && !is_deaf {
                    entry.changed_assets.add(news);
                    touched.insert(dag_id.clone());
                }
                true
            });
        }
        for dag_id in &touched {
            let Some(entry) = self.dags.get(dag_id) else { continue };
            let record = entry.record(dag_id);
            self.ledger.record(entry.shard, record, None);
        }
        for dag_id in touched {
            self.start_on_assets(&dag_id, now);
        }
    }

    /// Creates the run of a DAG that its assets ask for, if it has room: one for all that has changed until then.
    pub(super) fn start_on_assets(&mut self, dag_id: &DagId, now: Now) {
        let settings = &self.ledger.settings;
        let Some(entry) = self.dags.get_mut(dag_id) else { return };
        let Some(dag) = entry.dag.clone().filter(|dag| entry.wants_run(dag, settings)) else { return };
        let before = entry.changed_assets.clone();
        let Some((logical_date, data_interval)) = entry.changed_assets.use_up() else { return };
        let new = NewRun {
            run_id: RunId::of(RunType::AssetTriggered, logical_date, dag.attributes.dialect),
            run_type: RunType::AssetTriggered,
            logical_date,
            data_interval,
            conf: Value::Object(serde_json::Map::new()),
            backfill: None,
            origin: RunOrigin::default(),
        };
        let record = entry.record(dag_id);
        match self.create_recorded(dag_id, record, new, now) {
            Ok(()) | Err(Refusal::RunExists { .. }) => {}
            Err(_) => {
                if let Some(entry) = self.dags.get_mut(dag_id) {
                    entry.changed_assets = before;
                }
            }
        }
    }
}

impl DagEntry {
    fn waits_for(&self, asset: &AssetName) -> bool {
        let condition = self.dag.as_ref().and_then(|dag| dag.attributes.assets.as_ref());
        condition.is_some_and(|condition| condition.names().contains(&asset))
    }

    fn wants_run(&self, dag: &Arc<Dag>, settings: &SchedulerSettings) -> bool {
        let attributes = &dag.attributes;
        let is_satisfied = attributes.assets.as_ref().is_some_and(|condition| self.changed_assets.satisfy(condition));
        let is_free = self.unfinished < settings.active_runs(attributes);
        is_satisfied && is_free && self.active && !self.paused && self.error.is_none()
    }
}
