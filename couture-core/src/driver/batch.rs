//! The commands of one batch, sorted by what may be done when.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::FxHashSet;

use crate::executor::{Launch, Report};
use crate::ids::{AttemptToken, DagId, RunKey, ShardId};
use crate::scheduler::{Asker, Command, FindRun};
use crate::state::RunState;
use crate::store::{Answer, Refusal};
use crate::task::Notice;

use super::chunk::Entry;
use super::looking::Look;

/// What is to be made durable, and what is to be done after that.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) entries: VecDeque<Entry>,
    pub(super) launches: Vec<Launch>,
    pub(super) resumes: Vec<Launch>,
    pub(super) kills: Vec<AttemptToken>,
    pub(super) settled: Vec<AttemptToken>,
    pub(super) answers: Vec<(Asker, Result<Answer, Refusal>)>,
    pub(super) ended: Vec<(RunKey, RunState)>,
    pub(super) looks: Vec<Look>,
    pub(super) forwards: Vec<Report>,
    pub(super) notices: Vec<Notice>,
    /// Runs to look for: for which run, of which DAG.
    pub(super) finds: Vec<(RunKey, DagId, FindRun)>,
    /// The reports that this batch took in: kept only where their shard may turn out to be another's.
    pub(super) heard: Vec<Report>,
}

impl Batch {
    pub(super) fn add(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Record { shard, record, slots } => self.entries.push_back(Entry { shard, record, slots }),
                Command::Launch(launch) => self.launches.push(launch),
                Command::Resume(launch) => self.resumes.push(launch),
                Command::Kill(token) => self.kills.push(token),
                Command::Settle(token) => self.settled.push(token),
                Command::Answer(asker, answer) => self.answers.push((asker, answer)),
                Command::RunEnded(run, state) => self.ended.push((run, state)),
                Command::RecallRun(run) => self.looks.push(Look::Run(run)),
                Command::FindRuns { backfill, dag_id, wanted } => {
                    self.looks.push(Look::Runs { backfill, dag_id, wanted });
                }
                Command::Find { of, dag_id, find } => self.finds.push((of, dag_id, find)),
                Command::Notify(notice) => self.notices.push(notice),
                Command::Forward(report) => self.forwards.push(report),
            }
        }
    }

    /// Drops all that is about these shards. What was reported of their attempts goes to their new owners.
    pub(super) fn drop_shards(&mut self, shards: &[ShardId]) {
        let is_lost = |run: RunKey| shards.contains(&run.shard());
        self.entries.retain(|entry| !shards.contains(&entry.shard));
        self.launches.retain(|launch| !is_lost(launch.token.run));
        self.resumes.retain(|launch| !is_lost(launch.token.run));
        self.ended.retain(|(run, _)| !is_lost(*run));
        self.notices.retain(|notice| !is_lost(notice.run.key));
        self.finds.retain(|(run, _, _)| !is_lost(*run));
        self.settled.retain(|token| !is_lost(token.run));
        let (lost, kept) = self.heard.drain(..).partition(|report| is_lost(report.token().run));
        self.heard = kept;
        self.forwards.extend::<Vec<Report>>(lost);
    }

    /// Drops the launches of these attempts.
    pub(super) fn drop_launches(&mut self, tokens: &[AttemptToken]) {
        let tokens: FxHashSet<_> = tokens.iter().collect();
        self.launches.retain(|launch| !tokens.contains(&launch.token));
    }
}

/// Sums by key, without those that are zero.
pub(super) fn sum_by<K: Ord + Clone>(terms: impl Iterator<Item = (K, i64)>) -> BTreeMap<K, i64> {
    let mut sums = BTreeMap::new();
    for (key, term) in terms {
        *sums.entry(key).or_insert(0) += term;
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}
