//! Lists and counts over many runs.

use std::collections::{BTreeMap, BTreeSet};

use super::contents::{Contents, without_xcoms};
use super::run::StoredRun;
use crate::ids::{DagId, MapIndex, RunKey};
use crate::state::{RunState, TaskState};
use crate::store::{MappedCount, RunCount, RunQuery, RunRecord, TaskQuery, TaskRecord};
use crate::time::Timestamp;

/// The order of lists: by value, those without one last whichever way, those that are alike by `key`.
pub(super) fn sort<T, V: Ord, K: Ord>(list: &mut [T], descending: bool, of: impl Fn(&T) -> (Option<V>, K)) {
    list.sort_by(|left, right| {
        let ((a, left), (b, right)) = (of(left), of(right));
        let by_value = (a.is_none(), &a, left).cmp(&(b.is_none(), &b, right));
        if descending && a.is_none() == b.is_none() { by_value.reverse() } else { by_value }
    });
}

impl Contents {
    pub(super) fn runs_of(&self, keys: &[RunKey]) -> Vec<RunRecord> {
        let keys: BTreeSet<_> = keys.iter().collect();
        keys.into_iter().filter_map(|key| self.runs.get(key)).map(|run| run.record.clone()).collect()
    }

    pub(super) fn run_versions(&self, query: &RunQuery, limit: usize) -> Vec<String> {
        let runs = self.runs.values().map(|run| &run.record).filter(|run| query.takes(run));
        let versions: BTreeSet<_> = runs.map(|run| &run.version).collect();
        versions.into_iter().take(limit).cloned().collect()
    }

    pub(super) fn count_run_states(&self, dags: Option<&BTreeSet<DagId>>, since: Option<Timestamp>) -> Vec<RunCount> {
        let mut counts = BTreeMap::<(&DagId, i64), (RunState, usize)>::new();
        for run in self.runs.values().map(|run| &run.record) {
            let is_meant = dags.is_none_or(|dags| dags.contains(&run.dag_id));
            if is_meant && since.is_none_or(|since| run.queued_at >= since) {
                counts.entry((&run.dag_id, run.state.code())).or_insert((run.state, 0)).1 += 1;
            }
        }
        let count =
            |((dag_id, _), (state, count)): ((&DagId, i64), _)| RunCount { dag_id: dag_id.clone(), state, count };
        counts.into_iter().map(count).collect()
    }

    pub(super) fn run_dates(&self, dag_id: &DagId, first: Timestamp, last: Timestamp) -> Vec<(Timestamp, RunState)> {
        let runs = self.runs.values().map(|run| &run.record);
        let runs = runs.filter(|run| run.dag_id == *dag_id && (first..=last).contains(&run.logical_date));
        let mut dates: Vec<_> = runs.map(|run| (run.logical_date, run.key, run.state)).collect();
        dates.sort_unstable_by_key(|(date, key, _)| (*date, *key));
        dates.into_iter().map(|(date, _, state)| (date, state)).collect()
    }

    fn tasks_meant<'c>(&'c self, query: &'c TaskQuery) -> impl Iterator<Item = (&'c StoredRun, &'c TaskRecord)> {
        let all = self.runs.values().flat_map(|run| run.tasks.values().map(move |task| (run, task)));
        all.filter(|(run, task)| query.takes(&run.record, task))
    }

    pub(super) fn find_tasks(&self, query: &TaskQuery, offset: usize, limit: usize) -> Vec<TaskRecord> {
        let mut found: Vec<_> = self.tasks_meant(query).collect();
        sort(&mut found, query.descending, |(run, task)| (query.order.of(&run.record, task), task.instance()));
        found.into_iter().skip(offset).take(limit).map(|(_, task)| without_xcoms(task)).collect()
    }

    pub(super) fn count_tasks(&self, query: &TaskQuery, limit: usize) -> usize {
        self.tasks_meant(query).take(limit).count()
    }

    pub(super) fn count_task_states(&self, query: &RunQuery, limit: usize) -> Vec<(TaskState, usize)> {
        let query = TaskQuery { runs: query.clone(), ..TaskQuery::default() };
        let mut counts = BTreeMap::<i64, (TaskState, usize)>::new();
        for (_, task) in self.tasks_meant(&query).take(limit) {
            counts.entry(task.state.code()).or_insert((task.state, 0)).1 += 1;
        }
        counts.into_values().collect()
    }

    fn tasks_of<'c>(&'c self, runs: &[RunKey]) -> impl Iterator<Item = &'c TaskRecord> {
        let runs: BTreeSet<RunKey> = runs.iter().copied().collect();
        runs.into_iter().filter_map(|run| self.runs.get(&run)).flat_map(|run| run.tasks.values())
    }

    pub(super) fn plain_tasks(&self, runs: &[RunKey]) -> Vec<TaskRecord> {
        let plain = self.tasks_of(runs).filter(|task| task.token.map_index == MapIndex::NONE);
        plain.map(without_xcoms).collect()
    }

    pub(super) fn mapped_counts(&self, runs: &[RunKey]) -> Vec<MappedCount> {
        let mut counts = BTreeMap::new();
        for row in self.tasks_of(runs).filter(|task| task.token.map_index != MapIndex::NONE) {
            let key = (row.token.run, row.token.task, row.state.code());
            let of = counts.entry(key).or_insert_with(|| MappedCount {
                run: row.token.run,
                task: row.token.task,
                state: row.state,
                count: 0,
                try_number: 0,
                started_at: None,
                ended_at: None,
            });
            of.count += 1;
            of.try_number = of.try_number.max(row.token.try_number);
            of.started_at = [of.started_at, row.started_at].into_iter().flatten().min();
            of.ended_at = of.ended_at.max(row.ended_at);
        }
        counts.into_values().collect()
    }
}
