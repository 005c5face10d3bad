//! Which task instances of which runs people mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::dag::Dag;
use crate::ids::{DagId, MapIndex, RunId, RunKey, TaskId, TaskIndex};
use crate::state::TaskState;
use crate::store::{Refusal, RunRecord, RunSnapshot, TaskChoice, TaskSelection};
use crate::time::Timestamp;

use super::{Engine, EngineError};

/// The runs that something is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunScope {
    /// This one, and those before and after it that [`Scope::past`] and [`Scope::future`] add.
    Run(RunKey),
    /// Those with a logical date from the first to the last, both included.
    Between(Timestamp, Timestamp),
}

/// Task instances, as people name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The DAG.
    pub dag_id: DagId,
    /// Which of its runs.
    pub runs: RunScope,
    /// Which tasks; all of them where empty.
    pub tasks: Vec<TaskChoice>,
    /// Also everything upstream of them.
    pub upstream: bool,
    /// Also everything downstream of them.
    pub downstream: bool,
    /// Also all runs with an earlier logical date.
    pub past: bool,
    /// Also all runs with a later logical date.
    pub future: bool,
}

impl Scope {
    /// The most runs that one call is about.
    pub const MAX_RUNS: usize = 10_000;
    /// The most task instances that one call is about.
    pub const MAX_INSTANCES: usize = 250_000;

    /// All tasks of one run.
    pub fn run(dag_id: DagId, run: RunKey) -> Self {
        let (upstream, downstream, past, future) = (false, false, false, false);
        Self { dag_id, runs: RunScope::Run(run), tasks: Vec::new(), upstream, downstream, past, future }
    }

    /// Some tasks of one run.
    pub fn tasks(dag_id: DagId, run: RunKey, tasks: impl IntoIterator<Item = TaskChoice>) -> Self {
        Self { tasks: tasks.into_iter().collect(), ..Self::run(dag_id, run) }
    }

    /// What is named of a run of `dag`. Tasks that this version does not have are left out; `None` where none are left.
    fn selection(&self, dag: &Dag) -> Option<TaskSelection> {
        if self.tasks.is_empty() {
            return Some(TaskSelection::All);
        }
        let named = |choice: &&TaskChoice| dag.find(choice.task_id.as_str()).is_some();
        let mut chosen: Vec<TaskChoice> = self.tasks.iter().filter(named).cloned().collect();
        let tasks: Vec<TaskIndex> = chosen.iter().filter_map(|choice| dag.find(choice.task_id.as_str())).collect();
        let mut add = |found: Vec<bool>| {
            let more =
                found.iter().enumerate().filter(|(at, found)| **found && !tasks.contains(&TaskIndex(*at as u32)));
            chosen.extend(more.map(|(at, _)| TaskChoice::from(dag.tasks()[at].task_id.clone())));
        };
        if self.upstream {
            add(dag.with_upstream(tasks.clone()));
        }
        if self.downstream {
            add(dag.with_downstream(tasks.clone()));
        }
        (!chosen.is_empty()).then_some(TaskSelection::Chosen(chosen))
    }
}

/// A task instance that something is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// Its run.
    pub run: RunKey,
    /// The id of its run.
    pub run_id: RunId,
    /// What its run is about.
    pub logical_date: Timestamp,
    /// Its task.
    pub task_id: TaskId,
    /// Which of a mapped task's instances.
    pub map_index: MapIndex,
    /// Its state before; `None` where nothing has happened to it.
    pub state: Option<TaskState>,
}

/// What is to be done to one run.
pub(super) struct Part {
    pub(super) run: RunKey,
    pub(super) selection: TaskSelection,
    pub(super) affected: Vec<Affected>,
}

impl Engine {
    /// What `scope` comes to, run by run, with the instances for which `is_wanted` holds (their states are given) and the setups and teardowns
    /// around them, where those are `with_surroundings`. Runs without any are left out.
    pub(super) async fn resolve_scope(
        &self,
        scope: &Scope,
        with_surroundings: bool,
        is_wanted: impl Fn(Option<TaskState>) -> bool,
    ) -> Result<Vec<Part>, EngineError> {
        let mut versions: BTreeMap<String, Arc<Dag>> = BTreeMap::new();
        let mut parts = Vec::new();
        let mut instances = 0;
        let mut is_known = false;
        for run in self.runs_in(scope).await? {
            let dag = self.version_of(&run, &mut versions).await?;
            let Some(selection) = scope.selection(&dag) else { continue };
            is_known = true;
            let Some(snapshot) = self.store.run_snapshot(run.key).await? else { continue };
            let affected = affected(&snapshot, &dag, &selection, with_surroundings, &is_wanted);
            instances += affected.len();
            if instances > Scope::MAX_INSTANCES {
                let what = format!("task instances of dag {:?}", scope.dag_id.as_str());
                return Err(Refusal::TooWide { what, limit: Scope::MAX_INSTANCES }.into());
            }
            if !affected.is_empty() {
                parts.push(Part { run: run.key, selection, affected });
            }
        }
        match scope.tasks.first() {
            Some(task) if !is_known => Err(Refusal::UnknownTask(format!("{:?}", task.task_id.as_str())).into()),
            _ => Ok(parts),
        }
    }

    async fn runs_in(&self, scope: &Scope) -> Result<Vec<RunRecord>, EngineError> {
        let (first, last) = match scope.runs {
            RunScope::Between(first, last) => (first, last),
            RunScope::Run(key) => {
                let unknown = || Refusal::NoRun { dag_id: scope.dag_id.clone(), run: key };
                let run = self.store.run_snapshot(key).await?.map(|snapshot| snapshot.run);
                let run = run.filter(|run| run.dag_id == scope.dag_id).ok_or_else(unknown)?;
                if !scope.past && !scope.future {
                    return Ok(vec![run]);
                }
                let first = if scope.past { Timestamp::from_micros(i64::MIN) } else { run.logical_date };
                (first, if scope.future { Timestamp::from_micros(i64::MAX) } else { run.logical_date })
            }
        };
        let runs = self.store.runs_between(&scope.dag_id, first, last, Scope::MAX_RUNS + 1).await?;
        if runs.len() > Scope::MAX_RUNS {
            let what = format!("runs of dag {:?}", scope.dag_id.as_str());
            return Err(Refusal::TooWide { what, limit: Scope::MAX_RUNS }.into());
        }
        Ok(runs)
    }

    async fn version_of(
        &self,
        run: &RunRecord,
        versions: &mut BTreeMap<String, Arc<Dag>>,
    ) -> Result<Arc<Dag>, EngineError> {
        if let Some(dag) = versions.get(&run.version) {
            return Ok(dag.clone());
        }
        let dag = match self.store.version(&run.version).await? {
            Some(json) => Dag::from_json(&json).map_err(|error| error.to_string()),
            None => Err(format!("its version {} is missing from the store", run.version)),
        };
        let unreadable = |error| Refusal::UnreadableRun { dag_id: run.dag_id.clone(), run: run.key, error };
        let dag = Arc::new(dag.map_err(unreadable)?);
        versions.insert(run.version.clone(), dag.clone());
        Ok(dag)
    }
}

/// The instances of a run that are selected and wanted, by task and map index. A mapped task stands for itself until it has instances.
fn affected(
    snapshot: &RunSnapshot,
    dag: &Dag,
    selection: &TaskSelection,
    with_surroundings: bool,
    is_wanted: impl Fn(Option<TaskState>) -> bool,
) -> Vec<Affected> {
    let run = &snapshot.run;
    let mut states: BTreeMap<(TaskIndex, MapIndex), Option<TaskState>> = BTreeMap::new();
    for at in 0..dag.tasks().len() as u32 {
        states.insert((TaskIndex(at), MapIndex::NONE), None);
    }
    for row in snapshot.tasks.iter().filter(|row| row.token.task.at() < dag.tasks().len()) {
        states.insert((row.token.task, row.token.map_index), Some(row.state));
    }
    let mut chosen: BTreeMap<TaskIndex, Option<MapIndex>> = BTreeMap::new();
    match selection {
        TaskSelection::All => chosen.extend((0..dag.tasks().len() as u32).map(|at| (TaskIndex(at), None))),
        TaskSelection::Chosen(choices) => {
            let found =
                choices.iter().filter_map(|choice| Some((dag.find(choice.task_id.as_str())?, choice.map_index)));
            chosen.extend(found);
        }
    }
    let is_chosen = |task: TaskIndex, map_index: MapIndex| {
        chosen.get(&task).is_some_and(|only| only.is_none_or(|only| only == map_index))
    };
    let mut wanted: Vec<(TaskIndex, MapIndex)> = states
        .iter()
        .filter(|((task, map_index), state)| {
            is_chosen(*task, *map_index)
                && !matches!(state, Some(TaskState::Expanded | TaskState::Removed))
                && is_wanted(**state)
        })
        .map(|(place, _)| *place)
        .collect();
    if with_surroundings {
        let tasks: Vec<TaskIndex> = wanted.iter().map(|(task, _)| *task).collect();
        let around = dag.surroundings(&tasks).into_iter().map(|task| (task, MapIndex::NONE));
        wanted.extend(around.filter(|place| states[place].is_some_and(|state| state != TaskState::Cleared)));
        wanted.sort_unstable();
    }
    let affected = |place: (TaskIndex, MapIndex)| Affected {
        run: run.key,
        run_id: run.run_id.clone(),
        logical_date: run.logical_date,
        task_id: dag.task(place.0).task_id.clone(),
        map_index: place.1,
        state: states[&place],
    };
    wanted.into_iter().map(affected).collect()
}
