//! Which part of a DAG is looked at.

use std::collections::HashMap;

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::error::ApiError;
use crate::api::version_shape::VersionShape;

/// Which part of a DAG is looked at: all of it, or what hangs together with one task.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Focus {
    /// A task.
    root: Option<String>,
    /// Also all that it waits for.
    #[serde(default)]
    #[param(required = false)]
    upstream: bool,
    /// Also all that waits for it.
    #[serde(default)]
    #[param(required = false)]
    downstream: bool,
}

/// For each task, those that it waits for and those that wait for it, by their places.
pub(super) struct Edges {
    pub(super) upstream: Vec<Vec<usize>>,
    pub(super) downstream: Vec<Vec<usize>>,
}

impl Edges {
    pub(super) fn of(shape: &VersionShape) -> Self {
        let places: HashMap<&str, usize> = shape.tasks.iter().map(|task| &*task.task_id).zip(0..).collect();
        let mut downstream = vec![Vec::new(); shape.tasks.len()];
        let mut upstream = vec![Vec::new(); shape.tasks.len()];
        for (at, task) in shape.tasks.iter().enumerate() {
            let mut from: Vec<usize> = task.all_upstream().filter_map(|name| places.get(name).copied()).collect();
            from.sort_unstable();
            from.dedup();
            from.iter().for_each(|source| downstream[*source].push(at));
            upstream[at] = from;
        }
        Self { upstream, downstream }
    }

    /// The tasks before all that they wait for, each level in the order in which they were added.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut missing: Vec<usize> = self.upstream.iter().map(Vec::len).collect();
        let mut ready: std::collections::BTreeSet<usize> = (0..missing.len()).filter(|at| missing[*at] == 0).collect();
        let mut order = Vec::with_capacity(missing.len());
        while let Some(at) = ready.pop_first() {
            order.push(at);
            for next in &self.downstream[at] {
                missing[*next] -= 1;
                if missing[*next] == 0 {
                    ready.insert(*next);
                }
            }
        }
        order
    }
}

impl Focus {
    /// Which tasks are shown.
    pub(super) fn shown(&self, shape: &VersionShape, edges: &Edges) -> Result<Vec<bool>, ApiError> {
        let Some(root) = self.root.as_deref().filter(|root| !root.is_empty()) else {
            return Ok(vec![true; shape.tasks.len()]);
        };
        let unknown = || ApiError::not_found(format!("this dag has no task {root:?}"));
        let root = shape.find(root).ok_or_else(unknown)?.at();
        let mut shown = vec![false; shape.tasks.len()];
        for (wanted, next) in [(self.upstream, &edges.upstream), (self.downstream, &edges.downstream)] {
            let mut seen = vec![false; shape.tasks.len()];
            let mut open = vec![root];
            while let Some(at) = open.pop() {
                if std::mem::replace(&mut seen[at], true) {
                    continue;
                }
                shown[at] = true;
                if wanted {
                    open.extend(&next[at]);
                }
            }
        }
        Ok(shown)
    }
}
