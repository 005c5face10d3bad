//! What has become of each DAG lately, as lists show it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use couture_core::{DagId, RunKey, TaskState};
use tokio::sync::Mutex;

use super::dag_body::Recent;
use super::dag_list::newest_runs;
use super::error::ApiError;
use super::state::ApiState;
use crate::live::{Changed, ChangedDags};

/// The newest runs that are told of each DAG.
const RECENT: usize = 14;
/// The most DAGs that are remembered.
const MAX_DAGS: usize = 20_000;

/// Remembers what has become of each DAG until the journals tell of a change: a list of DAGs costs what has changed, and not what there is.
#[derive(Debug, Default)]
pub struct Lately(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    changed: ChangedDags,
    dags: HashMap<DagId, Recent>,
}

impl Lately {
    /// What has become of these DAGs, in their order; never older than what was durable when this was called.
    pub(super) async fn of(&self, state: &ApiState, ids: &[DagId]) -> Result<Vec<Recent>, ApiError> {
        let mut remembered = self.0.lock().await;
        match remembered.changed.next(&*state.reader).await? {
            Changed::Anything => remembered.dags.clear(),
            Changed::Dags(changed) => changed.iter().for_each(|dag_id| drop(remembered.dags.remove(dag_id))),
        }
        let unknown: BTreeSet<DagId> =
            ids.iter().filter(|dag_id| !remembered.dags.contains_key(*dag_id)).cloned().collect();
        if remembered.dags.len() + unknown.len() > MAX_DAGS {
            let wanted: BTreeSet<&DagId> = ids.iter().collect();
            remembered.dags.retain(|dag_id, _| wanted.contains(dag_id));
        }
        if !unknown.is_empty() {
            remembered.dags.extend(read(state, unknown).await?);
        }
        Ok(ids.iter().map(|dag_id| remembered.dags.get(dag_id).cloned().unwrap_or_default()).collect())
    }
}

async fn read(state: &ApiState, ids: BTreeSet<DagId>) -> Result<Vec<(DagId, Recent)>, ApiError> {
    let counts = state.reader.count_run_states(Some(&ids), None).await?;
    let mut run_states: HashMap<DagId, BTreeMap<&'static str, usize>> = HashMap::new();
    for of in counts {
        run_states.entry(of.dag_id).or_default().insert(of.state.as_str(), of.count);
    }
    let runs = newest_runs(state, ids.iter().cloned().collect(), RECENT).await?;
    let newest: Vec<RunKey> = runs.iter().filter_map(|runs| Some(runs.first()?.key)).collect();
    let mut tasks = task_states(state, &newest).await?;
    let mut found = Vec::with_capacity(ids.len());
    for (dag_id, runs) in ids.into_iter().zip(runs) {
        let mut task_states = runs.first().and_then(|run| tasks.remove(&run.key)).unwrap_or_default();
        if let Some(run) = runs.first() {
            let known: usize = task_states.remove(KNOWN).unwrap_or(0);
            let total = state.shape(&run.version).await.map_or(0, |shape| shape.tasks.len());
            if total > known {
                *task_states.entry(NO_STATE).or_default() += total - known;
            }
        }
        let recent = Recent {
            recent_runs: Some(runs.iter().map(Into::into).collect()),
            run_states: Some(run_states.remove(&dag_id).unwrap_or_default()),
            task_states: Some(task_states),
        };
        found.push((dag_id, recent));
    }
    Ok(found)
}

/// What stands for task instances without a state.
const NO_STATE: &str = "none";
/// Under this the number of tasks that have a row is counted for a moment.
const KNOWN: &str = "";

async fn task_states(
    state: &ApiState,
    runs: &[RunKey],
) -> Result<BTreeMap<RunKey, BTreeMap<&'static str, usize>>, ApiError> {
    let mut found: BTreeMap<RunKey, BTreeMap<&'static str, usize>> = BTreeMap::new();
    for row in state.reader.plain_tasks(runs).await? {
        let of = found.entry(row.token.run).or_default();
        *of.entry(KNOWN).or_default() += 1;
        match row.state {
            TaskState::Expanded => {}
            TaskState::Cleared => *of.entry(NO_STATE).or_default() += 1,
            other => *of.entry(other.as_str()).or_default() += 1,
        }
    }
    for count in state.reader.mapped_counts(runs).await? {
        let name = if count.state == TaskState::Cleared { NO_STATE } else { count.state.as_str() };
        *found.entry(count.run).or_default().entry(name).or_default() += count.count;
    }
    Ok(found)
}
