//! Changes of assets: each is recorded once, reaches every DAG that waits for it, and is used up by one run.

use std::collections::{BTreeMap, BTreeSet};

use couture_core::store::{Commit, InboxId, Message, Record};
use couture_core::{AssetName, AttemptToken, Dag, DagId, RunType, ShardId};

use crate::plan::Plan;
use crate::scenario::SHARDS;

/// What is known of assets.
#[derive(Default)]
pub(super) struct Assets {
    /// Announcements from outside that were asked for, and that were recorded.
    pub(super) asked: usize,
    recorded: usize,
    by_tasks: BTreeSet<(AttemptToken, AssetName)>,
    /// What inboxes hold, as far as somebody has read it.
    messages: BTreeMap<InboxId, AssetName>,
    dags: BTreeMap<DagId, Heard>,
}

/// What a DAG has heard.
#[derive(Default)]
struct Heard {
    is_paused: bool,
    changed: BTreeSet<AssetName>,
    /// What has changed is used up: its run comes next.
    owes_run: bool,
}

impl Assets {
    pub(super) fn read(&mut self, id: InboxId, message: &Message) {
        if let Message::AssetChanged(news) = message {
            self.messages.insert(id, news.asset.clone());
        }
    }

    pub(super) fn committed(&mut self, commit: &Commit, plan: &Plan, violations: &mut Vec<String>) {
        let records =
            || commit.shards.iter().flat_map(|part| part.records.iter().map(move |record| (part.shard, record)));
        let mut arrivals: BTreeMap<ShardId, BTreeSet<AssetName>> = BTreeMap::new();
        for (shard, record) in records() {
            match record {
                Record::AssetChanged(event) => {
                    match &event.source {
                        Some(source) if self.by_tasks.insert((source.token, event.asset.clone())) => {}
                        Some(source) => violations.push(format!("{} changes {} twice", source.token, event.asset)),
                        None => self.recorded += 1,
                    }
                    // Those to whom nothing is posted hear of it at once.
                    let is_posted = |to: ShardId| {
                        records().any(|(from, record)| match record {
                            Record::Posted { to: other, message } => {
                                from == shard
                                    && *other == to
                                    && matches!(&**message, Message::AssetChanged(news) if news.asset == event.asset)
                            }
                            _ => false,
                        })
                    };
                    for to in (0..SHARDS).map(ShardId).filter(|to| !is_posted(*to)) {
                        arrivals.entry(to).or_default().insert(event.asset.clone());
                    }
                }
                Record::InboxDone(id) => {
                    arrivals.entry(id.shard).or_default().extend(self.messages.remove(id));
                }
                _ => {}
            }
        }
        if self.recorded > self.asked {
            violations.push(format!("{} changes from outside are recorded of {}", self.recorded, self.asked));
        }
        for dag in plan.dags.iter().filter(|dag| dag.attributes.assets.is_some()) {
            let part = commit.shards.iter().find(|part| part.shard == dag.dag_id.shard(SHARDS));
            let records = part.map_or(&[][..], |part| &part.records);
            let news = arrivals.remove(&dag.dag_id.shard(SHARDS)).unwrap_or_default();
            self.heard(dag, records, &news, violations);
            arrivals.insert(dag.dag_id.shard(SHARDS), news);
        }
    }

    /// Follows one DAG through a commit.
    fn heard(&mut self, dag: &Dag, records: &[Record], news: &BTreeSet<AssetName>, violations: &mut Vec<String>) {
        let name = &dag.dag_id;
        let is_known = self.dags.contains_key(name);
        let heard = self.dags.entry(name.clone()).or_default();
        let condition = dag.attributes.assets.as_ref().expect("it waits for assets");
        let mut is_paused = heard.is_paused;
        let mut told = BTreeSet::new();
        let mut is_row = false;
        for record in records {
            match record {
                Record::Dag(row) if row.dag_id == *name => {
                    is_row = true;
                    heard.is_paused = row.paused;
                    is_paused |= row.paused;
                    let changed: BTreeSet<AssetName> = row.changed_assets.assets.keys().cloned().collect();
                    told.extend(changed.iter().cloned());
                    if let Some(asset) = changed.difference(&heard.changed).find(|asset| !news.contains(*asset)) {
                        violations.push(format!("{name} hears of a change of {asset} that there was not"));
                    }
                    if heard.changed.difference(&changed).next().is_some() {
                        let is_asked_for = condition.holds(&|asset| heard.changed.contains(asset));
                        if !is_asked_for || !changed.is_empty() || heard.owes_run {
                            violations.push(format!("{name} forgets {:?}, and knows {changed:?}", heard.changed));
                        }
                        heard.owes_run = true;
                    }
                    heard.changed = changed;
                }
                Record::RunCreated(run)
                    if run.dag_id == *name
                        && run.run_type == RunType::AssetTriggered
                        && !std::mem::take(&mut heard.owes_run) =>
                {
                    violations.push(format!("{} of {name} uses no change up", run.run_id));
                }
                _ => {}
            }
        }
        if std::mem::take(&mut heard.owes_run) {
            violations.push(format!("{name} uses changes up for no run"));
        }
        let is_meant = |asset: &&AssetName| condition.names().contains(asset);
        if let Some(asset) = news.iter().filter(is_meant).find(|asset| !told.contains(*asset))
            && is_known
            && !is_paused
        {
            violations.push(format!("{name} does not hear of a change of {asset}"));
        }
        if !is_known && !is_row {
            self.dags.remove(name);
        }
    }

    /// At the end, nothing that has changed still asks for a run.
    pub(super) fn finished(&self, plan: &Plan, violations: &mut Vec<String>) {
        for dag in &plan.dags {
            let Some((condition, heard)) = dag.attributes.assets.as_ref().zip(self.dags.get(&dag.dag_id)) else {
                continue;
            };
            if condition.holds(&|asset| heard.changed.contains(asset)) {
                violations.push(format!("{} got no run for {:?}", dag.dag_id, heard.changed));
            }
        }
    }
}
