//! A DAG as the engine runs it: tasks by index, edges in both directions.

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::attributes::DagAttributes;
use super::error::DagError;
use super::expand::Expand;
use super::options::{TaskOptions, TaskRole};
use super::setups::SetupScopes;
use super::weight::{MAX_WEIGHED_TASKS, WeightRule, reachable_sums};
use crate::ids::{DagId, TaskId, TaskIndex};
use crate::schedule::Timetable;
use crate::task::DynOperator;

/// A checked DAG: ids are unique, edges lead to tasks that exist, no edge is there twice, and there is no cycle.
///
/// Made by a [`DagBuilder`](super::DagBuilder) or read from its serialised form ([`Dag::from_json`]).
#[derive(Debug)]
pub struct Dag {
    /// Unique in the installation.
    pub dag_id: DagId,
    /// The facts about the DAG that are not its tasks.
    pub attributes: DagAttributes,
    /// Answers when it runs: its schedule, checked.
    pub timetable: Arc<dyn Timetable>,
    tasks: Vec<Task>,
    pub(super) scopes: SetupScopes,
    by_id: OnceLock<FxHashMap<TaskId, TaskIndex>>,
}

/// One task of a DAG.
#[derive(Debug)]
pub struct Task {
    /// Unique in its DAG.
    pub task_id: TaskId,
    /// What it does.
    pub operator: Arc<dyn DynOperator>,
    /// Where its operator's input comes from, unless it is mapped.
    pub input: Input,
    /// What it is mapped over; then its instances' inputs come from there.
    pub expand: Option<Box<Expand>>,
    /// Everything else.
    pub options: Arc<TaskOptions>,
    /// The sum of weights that `options.weight_rule` asks for. Higher goes first in its pool.
    pub priority_weight: i32,
    /// Whether its failure fails the run: nothing but teardowns waits for it.
    pub decides: bool,
    /// The tasks that it waits for, ascending.
    pub upstream: Box<[TaskIndex]>,
    /// The tasks that wait for it, ascending.
    pub downstream: Box<[TaskIndex]>,
}

/// Where an operator's input comes from.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Input {
    /// There is none; the operator gets `null`.
    #[default]
    None,
    /// The output of one task.
    One(TaskIndex),
    /// The outputs of several tasks, as a JSON array in this order.
    Many(Box<[TaskIndex]>),
}

impl Input {
    /// The tasks named.
    pub fn sources(&self) -> &[TaskIndex] {
        match self {
            Self::None => &[],
            Self::One(task) => std::slice::from_ref(task),
            Self::Many(tasks) => tasks,
        }
    }
}

/// A task before its edges are known to be right.
#[derive(Debug)]
pub(super) struct TaskDraft {
    pub(super) task_id: TaskId,
    pub(super) operator: Arc<dyn DynOperator>,
    pub(super) input: Input,
    pub(super) expand: Option<Box<Expand>>,
    pub(super) options: Arc<TaskOptions>,
}

impl Dag {
    /// The most tasks of one DAG.
    pub const MAX_TASKS: usize = 4_000_000;

    /// Checks the parts and puts them together. `edges` holds those beside the inputs' own, as (upstream, downstream).
    pub(super) fn assemble(
        dag_id: DagId,
        attributes: DagAttributes,
        drafts: Vec<TaskDraft>,
        edges: Vec<(TaskIndex, TaskIndex)>,
    ) -> Result<Self, DagError> {
        if drafts.len() > Self::MAX_TASKS {
            return Err(DagError::TooManyTasks { tasks: drafts.len() });
        }
        attributes.check().map_err(DagError::Attribute)?;
        for draft in &drafts {
            draft.options.check().map_err(|reason| DagError::Option { task: draft.task_id.clone(), reason })?;
            if draft.expand.is_some() && draft.input != Input::None {
                let reason = "a mapped task takes its input from what it is mapped over, and no other".to_owned();
                return Err(DagError::Option { task: draft.task_id.clone(), reason });
            }
            let expanded = draft.expand.iter().flat_map(|expand| expand.upstream());
            if let Some(absent) =
                draft.input.sources().iter().copied().chain(expanded).find(|source| source.at() >= drafts.len())
            {
                return Err(DagError::UnknownTask { task: draft.task_id.clone(), unknown: format!("#{}", absent.0) });
            }
        }
        check_unique(&drafts)?;
        let name = |task: TaskIndex| drafts[task.at()].task_id.clone();
        let mut upstream: Vec<Vec<TaskIndex>> = vec![Vec::new(); drafts.len()];
        for (at, draft) in drafts.iter().enumerate() {
            upstream[at].extend(draft.input.sources());
            upstream[at].extend(draft.expand.iter().flat_map(|expand| expand.upstream()));
            // One output may be used twice in an input; it is still one edge.
            upstream[at].sort_unstable();
            upstream[at].dedup();
        }
        for (from, to) in edges {
            upstream[to.at()].push(from);
        }
        let mut downstream: Vec<Vec<TaskIndex>> = vec![Vec::new(); drafts.len()];
        for (at, sources) in upstream.iter_mut().enumerate() {
            let task = TaskIndex(at as u32);
            sources.sort_unstable();
            if let Some(twice) = sources.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(DagError::DuplicateEdge { upstream: name(twice[0]), downstream: name(task) });
            }
            for source in sources.iter() {
                downstream[source.at()].push(task);
            }
        }
        let Some(order) = super::cycle::order(&upstream) else {
            let cycle = super::cycle::find(&upstream).unwrap_or_default();
            return Err(DagError::Cycle { tasks: cycle.into_iter().map(name).collect() });
        };
        let weights = priority_weights(&drafts, &upstream, &downstream, order);
        let decides = deciding(&drafts, &downstream);
        let tasks = drafts
            .into_iter()
            .zip(upstream.into_iter().zip(downstream))
            .zip(weights)
            .zip(decides)
            .map(|(((draft, (upstream, downstream)), priority_weight), decides)| Task {
                task_id: draft.task_id,
                operator: draft.operator,
                input: draft.input,
                expand: draft.expand,
                options: draft.options,
                priority_weight,
                decides,
                upstream: upstream.into(),
                downstream: downstream.into(),
            })
            .collect();
        let timetable = attributes
            .schedule
            .timetable(attributes.dialect, attributes.timezone)
            .map_err(|error| DagError::Attribute(error.to_string()))?;
        let scopes = SetupScopes::default();
        let mut dag = Self { dag_id, attributes, timetable, tasks, scopes, by_id: OnceLock::new() };
        dag.scopes = SetupScopes::of(&dag)?;
        Ok(dag)
    }

    /// The tasks, in the order in which they were added.
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// The task at `index`, which is of this version of this DAG.
    pub fn task(&self, index: TaskIndex) -> &Task {
        &self.tasks[index.at()]
    }

    /// The place of the task with this id.
    pub fn find(&self, task_id: &str) -> Option<TaskIndex> {
        let by_id = self.by_id.get_or_init(|| {
            self.tasks.iter().enumerate().map(|(at, task)| (task.task_id.clone(), TaskIndex(at as u32))).collect()
        });
        by_id.get(task_id).copied()
    }

    /// The tasks that nothing waits for. They decide how a run ends.
    pub fn leaves(&self) -> impl Iterator<Item = TaskIndex> {
        self.tasks.iter().enumerate().filter(|(_, task)| task.downstream.is_empty()).map(|(at, _)| TaskIndex(at as u32))
    }
}

/// Which tasks decide how a run ends: those that nothing but teardowns waits for, and that are none. In a DAG of nothing but teardowns
/// it is the leaves.
fn deciding(drafts: &[TaskDraft], downstream: &[Vec<TaskIndex>]) -> Vec<bool> {
    let is_ignored = |task: usize| drafts[task].options.role == TaskRole::Teardown;
    let is_leaf = |at: usize| !is_ignored(at) && downstream[at].iter().all(|next| is_ignored(next.at()));
    let decides: Vec<bool> = (0..drafts.len()).map(is_leaf).collect();
    if decides.contains(&true) { decides } else { downstream.iter().map(Vec::is_empty).collect() }
}

/// The weights that the tasks' weight rules ask for, each in its bounds.
fn priority_weights(
    drafts: &[TaskDraft],
    upstream: &[Vec<TaskIndex>],
    downstream: &[Vec<TaskIndex>],
    mut order: Vec<TaskIndex>,
) -> Vec<i32> {
    let own: Vec<i64> = drafts.iter().map(|draft| draft.options.priority_weight.into()).collect();
    let has = |rule| drafts.len() <= MAX_WEIGHED_TASKS && drafts.iter().any(|draft| draft.options.weight_rule == rule);
    let sums = |next: &[Vec<TaskIndex>], order: &[TaskIndex]| {
        reachable_sums(&next.iter().map(Vec::as_slice).collect::<Vec<_>>(), order, &own)
    };
    let up = has(WeightRule::Upstream).then(|| sums(upstream, &order));
    order.reverse();
    let down = has(WeightRule::Downstream).then(|| sums(downstream, &order));
    let total = |(at, draft): (usize, &TaskDraft)| {
        let sums = match draft.options.weight_rule {
            WeightRule::Downstream => &down,
            WeightRule::Upstream => &up,
            WeightRule::Absolute => &None,
        };
        sums.as_ref().map_or(own[at], |sums| sums[at]).clamp(i32::MIN.into(), i32::MAX.into()) as i32
    };
    drafts.iter().enumerate().map(total).collect()
}

fn check_unique(drafts: &[TaskDraft]) -> Result<(), DagError> {
    let mut seen = FxHashSet::with_capacity_and_hasher(drafts.len(), Default::default());
    match drafts.iter().find(|draft| !seen.insert(&draft.task_id)) {
        Some(twice) => Err(DagError::DuplicateTask { task: twice.task_id.clone() }),
        None => Ok(()),
    }
}
