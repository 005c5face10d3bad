//! The tasks of a DAG in their groups.

use std::collections::HashMap;

use couture_core::dag::TaskGroup;

use crate::api::version_shape::VersionShape;

/// Something in a group, or at the top.
pub(super) enum Member {
    /// A task, by its place.
    Task(usize),
    /// A group, by its place, with what is in it: at least one task.
    Group(usize, Vec<Member>),
}

/// The members at the top, those of each group in the order of `order`, a group where its first task is.
pub(super) fn tree(shape: &VersionShape, order: &[usize], shown: &[bool]) -> Vec<Member> {
    let places: HashMap<&str, usize> = shape.groups.iter().map(|group| &*group.group_id).zip(0..).collect();
    let parent = |group: &TaskGroup| group.parent.as_deref().and_then(|parent| places.get(parent).copied());
    // What is in each group, and, at the end, at the top: tasks, and groups when they are met first.
    let top = shape.groups.len();
    let mut lists: Vec<Vec<Entry>> = (0..=top).map(|_| Vec::new()).collect();
    let mut is_met = vec![false; shape.groups.len()];
    for at in order.iter().copied().filter(|at| shown[*at]) {
        let mut holder =
            shape.tasks[at].options.group.as_deref().and_then(|group| places.get(group).copied()).unwrap_or(top);
        lists[holder].push(Entry::Task(at));
        while holder != top && !std::mem::replace(&mut is_met[holder], true) {
            let above = parent(&shape.groups[holder]).filter(|above| *above != holder).unwrap_or(top);
            lists[above].push(Entry::Group(holder));
            holder = above;
        }
    }
    build(&mut lists, top, 0)
}

#[derive(Clone, Copy)]
enum Entry {
    Task(usize),
    Group(usize),
}

/// No deeper than this: a group that is in itself would never end.
const MAX_DEPTH: usize = 64;

fn build(lists: &mut [Vec<Entry>], of: usize, depth: usize) -> Vec<Member> {
    if depth > MAX_DEPTH {
        return Vec::new();
    }
    let entries = std::mem::take(&mut lists[of]);
    let member = |entry| match entry {
        Entry::Task(at) => Member::Task(at),
        Entry::Group(group) => Member::Group(group, build(lists, group, depth + 1)),
    };
    entries.into_iter().map(member).collect()
}

impl Member {
    /// The places of all tasks in it.
    pub(super) fn tasks(&self) -> Vec<usize> {
        match self {
            Self::Task(at) => vec![*at],
            Self::Group(_, members) => members.iter().flat_map(Self::tasks).collect(),
        }
    }
}
