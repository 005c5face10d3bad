//! Task groups, as they are written.

use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::ops::{Deref, Shl, Shr};

use super::builder::{DagBuilder, Draft, Out};
use super::edges::Nodes;
use super::group::TaskGroup;
use super::options::TaskRole;
use crate::ids::TaskIndex;

/// A group of tasks, and what its definition gave. As one side of `>>` or `<<` it stands for its first or last tasks.
///
/// Its last tasks are those without downstream tasks in the group; teardowns do not count.
#[derive(Clone, Debug)]
pub struct Group<'d, R> {
    dag: &'d DagBuilder,
    first: Vec<TaskIndex>,
    last: Vec<TaskIndex>,
    inside: R,
}

impl DagBuilder {
    /// Adds the tasks that `define` adds as a group: their ids begin with `group_id` and a dot. Groups may be nested.
    ///
    /// ```
    /// # use couture_core::{DagBuilder, Operator, TaskContext, Failure, operator, order};
    /// # use serde::{Serialize, Deserialize};
    /// # #[derive(Serialize, Deserialize, Debug)]
    /// # struct Nothing;
    /// # #[async_trait::async_trait]
    /// # impl Operator for Nothing {
    /// #     type Input = ();
    /// #     type Output = ();
    /// #     async fn run(&self, _: (), _: &TaskContext) -> Result<(), Failure> { Ok(()) }
    /// # }
    /// # operator!(Nothing, "doc.group");
    /// let dag = DagBuilder::new("grouped");
    /// let start = dag.task("start", Nothing, ());
    /// let section = dag.group("section", |dag| {
    ///     let a = dag.task("a", Nothing, ());
    ///     let b = dag.task("b", Nothing, ());
    ///     order! { a >> b }
    /// });
    /// let end = dag.task("end", Nothing, ());
    /// order! { start >> section.clone(); section >> end }
    /// let dag = dag.build().unwrap();
    /// assert_eq!(dag.task(dag.find("section.a").unwrap()).upstream.len(), 1);
    /// assert_eq!(dag.task(dag.find("end").unwrap()).upstream[0], dag.find("section.b").unwrap());
    /// ```
    pub fn group<'d, R>(&'d self, group_id: impl AsRef<str>, define: impl FnOnce(&'d Self) -> R) -> Group<'d, R> {
        let (begin, parent) = {
            let mut draft = self.draft.borrow_mut();
            let parent = draft.group.clone();
            let group_id = match &parent {
                Some(parent) => format!("{parent}.{}", group_id.as_ref()),
                None => group_id.as_ref().to_owned(),
            };
            draft.groups.push(TaskGroup {
                group_id: group_id.clone(),
                parent: parent.clone(),
                label: Some(group_id.rsplit('.').next().unwrap_or_default().to_owned()).filter(|_| parent.is_some()),
                tooltip: None,
                ui_color: None,
                ui_fgcolor: None,
            });
            draft.group = Some(group_id);
            (draft.tasks.len(), parent)
        };
        let inside = define(self);
        let mut draft = self.draft.borrow_mut();
        draft.group = parent;
        let (first, last) = draft.ends(begin);
        Group { dag: self, first, last, inside }
    }
}

impl Draft {
    /// The first and the last ones of the tasks from `begin` on.
    fn ends(&self, begin: usize) -> (Vec<TaskIndex>, Vec<TaskIndex>) {
        let is_inside = |task: &TaskIndex| task.at() >= begin;
        let mut edges: Vec<(TaskIndex, TaskIndex)> = self.edges.clone();
        for (at, task) in self.tasks.iter().enumerate().skip(begin) {
            let mapped = task.expand.iter().flat_map(|expand| expand.upstream());
            let sources = task.input.sources().iter().copied().chain(mapped);
            edges.extend(sources.map(|source| (source, TaskIndex(at as u32))));
        }
        edges.retain(|(from, to)| is_inside(from) && is_inside(to));
        let role = |task: TaskIndex| self.tasks[task.at()].options.role;
        let waiting: BTreeSet<TaskIndex> = edges.iter().map(|(_, to)| *to).collect();
        // What a setup and its teardown enclose is what others wait for, and neither of the two.
        let leads_on =
            |(from, to): &&(TaskIndex, TaskIndex)| !role(*to).is_teardown() || role(*from) == TaskRole::Setup;
        let leading: BTreeSet<TaskIndex> = edges.iter().filter(leads_on).map(|(from, _)| *from).collect();
        let all = (begin..self.tasks.len()).map(|at| TaskIndex(at as u32));
        let first = all.clone().filter(|task| !waiting.contains(task)).collect();
        let last = all.filter(|task| !leading.contains(task) && !role(*task).is_teardown()).collect();
        (first, last)
    }
}

impl<'d, R> Group<'d, R> {
    fn tasks(&self, tasks: &[TaskIndex]) -> impl Iterator<Item = Out<'d, ()>> {
        tasks.iter().map(|index| Out { dag: self.dag, index: *index, output: PhantomData })
    }

    /// These tasks wait for the group; the same as `group >> downstream`.
    pub fn set_downstream<'n>(&self, downstream: &impl Nodes<'n>) {
        downstream.each(self.dag, &mut |node| self.last.iter().for_each(|last| self.dag.edge(*last, node)));
    }

    /// The group waits for these tasks; the same as `group << upstream`.
    pub fn set_upstream<'n>(&self, upstream: &impl Nodes<'n>) {
        upstream.each_last(self.dag, &mut |node| self.first.iter().for_each(|first| self.dag.edge(node, *first)));
    }
}

/// What the group's definition gave.
impl<R> Deref for Group<'_, R> {
    type Target = R;
    fn deref(&self) -> &R {
        &self.inside
    }
}

impl<'d, R> Nodes<'d> for Group<'d, R> {
    fn each(&self, dag: &DagBuilder, visit: &mut dyn FnMut(TaskIndex)) {
        self.tasks(&self.first).for_each(|task| task.each(dag, visit));
    }
    fn each_last(&self, dag: &DagBuilder, visit: &mut dyn FnMut(TaskIndex)) {
        self.tasks(&self.last).for_each(|task| task.each(dag, visit));
    }
}

impl<'d, R> Nodes<'d> for &Group<'d, R> {
    fn each(&self, dag: &DagBuilder, visit: &mut dyn FnMut(TaskIndex)) {
        (**self).each(dag, visit);
    }
    fn each_last(&self, dag: &DagBuilder, visit: &mut dyn FnMut(TaskIndex)) {
        (**self).each_last(dag, visit);
    }
}

macro_rules! order {
    ([$($generics:tt)*] $group:ty) => {
        impl<'n, $($generics)* N: Nodes<'n>> Shr<N> for $group {
            type Output = N;
            fn shr(self, downstream: N) -> N {
                self.set_downstream(&downstream);
                downstream
            }
        }

        impl<'n, $($generics)* N: Nodes<'n>> Shl<N> for $group {
            type Output = N;
            fn shl(self, upstream: N) -> N {
                self.set_upstream(&upstream);
                upstream
            }
        }
    };
}
order!([R,] Group<'_, R>);
order!([R,] &Group<'_, R>);
