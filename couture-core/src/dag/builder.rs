//! Defines a DAG in Rust, its data edges checked by the compiler.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::attributes::DagAttributes;
use super::edges::Nodes;
use super::error::DagError;
use super::expand::Expand;
use super::group::TaskGroup;
use super::model::{Dag, Input, TaskDraft};
use super::options::TaskOptions;
use super::wire::Wire;
use crate::ids::{DagId, TaskId, TaskIndex};
use crate::task::{DynOperator, Operator};
use crate::trigger_rule::TriggerRule;

/// Collects tasks and edges, and checks them all in [`build`](DagBuilder::build).
///
/// ```
/// # use couture_core::{DagBuilder, Operator, TaskContext, Failure, operator};
/// # use serde::{Serialize, Deserialize};
/// #[derive(Serialize, Deserialize, Debug)]
/// struct Two;
/// #[async_trait::async_trait]
/// impl Operator for Two {
///     type Input = ();
///     type Output = i64;
///     async fn run(&self, _: (), _: &TaskContext) -> Result<i64, Failure> { Ok(2) }
/// }
/// operator!(Two, "doc.two");
/// #[derive(Serialize, Deserialize, Debug)]
/// struct Add;
/// #[async_trait::async_trait]
/// impl Operator for Add {
///     type Input = (i64, i64);
///     type Output = i64;
///     async fn run(&self, (a, b): (i64, i64), _: &TaskContext) -> Result<i64, Failure> { Ok(a + b) }
/// }
/// operator!(Add, "doc.add");
///
/// let dag = DagBuilder::new("sum");
/// let a = dag.task("a", Two, ());
/// let b = dag.task("b", Two, ()).retries(3);
/// a >> b;                                   // order without data
/// dag.task("sum", Add, (a, b));             // data: the types must fit
/// let dag = dag.build().unwrap();
/// assert_eq!(dag.tasks().len(), 3);
/// ```
#[derive(Debug)]
pub struct DagBuilder {
    dag_id: String,
    attributes: DagAttributes,
    pub(super) draft: RefCell<Draft>,
}

#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) tasks: Vec<TaskDraft>,
    pub(super) edges: Vec<(TaskIndex, TaskIndex)>,
    pub(super) groups: Vec<TaskGroup>,
    /// The group that tasks are added to.
    pub(super) group: Option<String>,
    default_options: Arc<TaskOptions>,
    error: Option<DagError>,
}

/// A task that gives a `T`, while its DAG is being built.
#[derive(Debug)]
pub struct Out<'d, T> {
    pub(super) dag: &'d DagBuilder,
    pub(super) index: TaskIndex,
    pub(super) output: PhantomData<fn() -> T>,
}

impl<T> Clone for Out<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Out<'_, T> {}

impl DagBuilder {
    /// An empty DAG. The id is checked by [`build`](Self::build).
    pub fn new(dag_id: impl Into<String>) -> Self {
        Self { dag_id: dag_id.into(), attributes: DagAttributes::default(), draft: RefCell::default() }
    }

    /// One line for people.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.attributes.description = Some(description.into());
        self
    }

    /// Who answers for it.
    pub fn owner(mut self, owner: impl Into<String>) -> Self {
        self.attributes.owner = Some(owner.into());
        self
    }

    /// A tag to find it by.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.attributes.tags.push(tag.into());
        self
    }

    /// Values kept with the DAG, for operators that read `cx.run().dag.attributes.params`. They are not merged into a run's `conf`.
    pub fn params(mut self, params: BTreeMap<String, Value>) -> Self {
        self.attributes.params = params;
        self
    }

    /// Changes the facts about the DAG that have no function of their own here.
    pub fn attributes(mut self, change: impl FnOnce(&mut DagAttributes)) -> Self {
        change(&mut self.attributes);
        self
    }

    /// After `timeout` a run is ended and counts as failed.
    pub fn dagrun_timeout(mut self, timeout: Duration) -> Self {
        self.attributes.dagrun_timeout_ms = Some(millis(timeout));
        self
    }

    /// The settings of tasks added from now on.
    pub fn default_options(&self, options: TaskOptions) {
        self.draft.borrow_mut().default_options = Arc::new(options);
    }

    /// Adds a task whose operator takes what `input` carries: `()`, one [`Out`], a tuple of them, or a `Vec`.
    pub fn task<O, W>(&self, task_id: impl AsRef<str>, operator: O, input: W) -> Out<'_, O::Output>
    where
        O: Operator + DynOperator,
        W: Wire<O::Input>,
    {
        self.erased(task_id, Arc::new(operator), input.sources(self))
    }

    /// Adds a task whose operator's types are known to the caller alone; nothing checks that `input` fits.
    pub fn erased<T>(&self, task_id: impl AsRef<str>, operator: Arc<dyn DynOperator>, input: Input) -> Out<'_, T> {
        self.add(task_id.as_ref(), operator, input, None)
    }

    pub(super) fn add<T>(
        &self,
        task_id: &str,
        operator: Arc<dyn DynOperator>,
        input: Input,
        expand: Option<Box<Expand>>,
    ) -> Out<'_, T> {
        let mut draft = self.draft.borrow_mut();
        let index = TaskIndex(draft.tasks.len() as u32);
        let full_id = draft.group.as_ref().map(|group| format!("{group}.{task_id}"));
        let task_id = TaskId::new(full_id.as_deref().unwrap_or(task_id)).unwrap_or_else(|error| {
            draft.error.get_or_insert(error.into());
            // Stands in until `build` refuses the whole.
            TaskId::new(format!("task_{}", index.0)).unwrap_or_else(|_| unreachable!("a short word is an id"))
        });
        let mut options = draft.default_options.clone();
        if draft.group.is_some() {
            Arc::make_mut(&mut options).group = draft.group.clone();
        }
        draft.tasks.push(TaskDraft { task_id, operator, input, expand, options });
        Out { dag: self, index, output: PhantomData }
    }

    /// Makes [`build`](Self::build) refuse the DAG for this reason, unless there is an earlier one.
    pub fn refuse(&self, error: DagError) {
        self.draft.borrow_mut().error.get_or_insert(error);
    }

    pub(super) fn edge(&self, upstream: TaskIndex, downstream: TaskIndex) {
        self.draft.borrow_mut().edges.push((upstream, downstream));
    }

    /// Checks everything: ids, settings, and that no task waits for itself. The error is the first thing that is wrong, and names
    /// the tasks. Whether the pools exist is not checked: see [`Out::pool`].
    pub fn build(self) -> Result<Dag, DagError> {
        let draft = self.draft.into_inner();
        if let Some(error) = draft.error {
            return Err(error);
        }
        let mut attributes = self.attributes;
        attributes.groups.extend(draft.groups);
        Dag::assemble(DagId::new(self.dag_id)?, attributes, draft.tasks, draft.edges)
    }
}

impl<'d, T> Out<'d, T> {
    /// The task's place in `dag`, which refuses to be built where the task is of another DAG.
    pub(super) fn index_in(&self, dag: &DagBuilder) -> TaskIndex {
        if !std::ptr::eq(self.dag, dag) {
            let task = self.dag.draft.borrow().tasks[self.index.at()].task_id.clone();
            dag.refuse(DagError::ForeignTask { task, of: self.dag.dag_id.clone() });
        }
        self.index
    }

    /// This task's place, for [`DagBuilder::erased`].
    pub fn input(&self) -> Input {
        Input::One(self.index)
    }

    /// These tasks wait for this one; the same as `self >> downstream`.
    pub fn set_downstream<'n>(&self, downstream: &impl Nodes<'n>) -> Self {
        downstream.each(self.dag, &mut |node| self.dag.edge(self.index, node));
        *self
    }

    /// This task waits for these; the same as `self << upstream`.
    pub fn set_upstream<'n>(&self, upstream: &impl Nodes<'n>) -> Self {
        upstream.each_last(self.dag, &mut |node| self.dag.edge(node, self.index));
        *self
    }

    /// Changes the task's settings.
    pub fn options(self, change: impl FnOnce(&mut TaskOptions)) -> Self {
        let mut draft = self.dag.draft.borrow_mut();
        change(Arc::make_mut(&mut draft.tasks[self.index.at()].options));
        drop(draft);
        self
    }

    /// Tries after the first: 0 unless set, at most 10000.
    pub fn retries(self, retries: u32) -> Self {
        self.options(|options| options.retries = retries)
    }

    /// From the end of a failed try to the next; 5 minutes unless set.
    pub fn retry_delay(self, delay: Duration) -> Self {
        self.options(|options| options.retry_delay_ms = millis(delay))
    }

    /// After `timeout` an attempt is ended and counts as failed, to be retried. None unless set; zero is refused by `build`.
    pub fn execution_timeout(self, timeout: Duration) -> Self {
        self.options(|options| options.execution_timeout_ms = Some(millis(timeout)))
    }

    /// When it runs, given what its direct upstream tasks came to; when all succeeded, unless set.
    pub fn trigger_rule(self, rule: TriggerRule) -> Self {
        self.options(|options| options.trigger_rule = rule)
    }

    /// Where its slots come from; `default_pool` unless set. A name that is none is refused by `build`. The pool must exist in the
    /// store ([`Store::set_pool`](crate::Store::set_pool)) and have enough slots: the task waits until it does.
    pub fn pool(self, pool: impl AsRef<str>) -> Self {
        match crate::ids::PoolName::new(pool) {
            Ok(pool) => self.options(|options| options.pool = pool),
            Err(error) => {
                self.dag.refuse(error.into());
                self
            }
        }
    }

    /// Higher goes first in its pool; 1 unless set. The weights of all downstream tasks are added, unless `weight_rule` says otherwise.
    pub fn priority_weight(self, weight: i32) -> Self {
        self.options(|options| options.priority_weight = weight)
    }
}

/// Whole milliseconds, rounded up, so that only nothing becomes 0.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
