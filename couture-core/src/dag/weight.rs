//! How a task's priority follows from its place in the DAG.

use serde::{Deserialize, Serialize};

use crate::ids::TaskIndex;

/// Which weights are added to a task's own `priority_weight`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightRule {
    /// Those of all tasks downstream of it, directly or not, so that what much depends on goes first.
    #[default]
    Downstream,
    /// Those of all tasks upstream of it, so that runs are finished before others are begun.
    Upstream,
    /// None.
    Absolute,
}

/// Up to this many tasks, the weights of all others are added; beyond, each task's own weight counts alone.
pub const MAX_WEIGHED_TASKS: usize = 20_000;

/// For each task, the sum of `weight` over itself and all tasks that can be reached from it along `next`. `order` is topological
/// against `next`: each task comes after all that it leads to.
///
/// Exact, in `(tasks / 64) * (tasks + edges)` steps; in `tasks + edges` where no task is reached on two ways.
pub(super) fn reachable_sums(next: &[&[TaskIndex]], order: &[TaskIndex], weight: &[i64]) -> Vec<i64> {
    let mut reached = vec![0_u32; next.len()];
    next.iter().flat_map(|targets| targets.iter()).for_each(|target| reached[target.at()] += 1);
    let mut sums = weight.to_vec();
    if reached.iter().all(|count| *count <= 1) {
        for task in order {
            for target in next[task.at()] {
                sums[task.at()] = sums[task.at()].saturating_add(sums[target.at()]);
            }
        }
        return sums;
    }
    let mut mask = vec![0_u64; next.len()];
    for block in (0..next.len()).step_by(64) {
        let end = (block + 64).min(next.len());
        mask.fill(0);
        for task in order {
            let at = task.at();
            let mut bits = if (block..end).contains(&at) { 1 << (at - block) } else { 0 };
            for target in next[at] {
                bits |= mask[target.at()];
            }
            mask[at] = bits;
        }
        for at in 0..next.len() {
            let mut bits = mask[at];
            while bits != 0 {
                let other = block + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if other != at {
                    sums[at] = sums[at].saturating_add(weight[other]);
                }
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_reached_on_two_ways_counts_once() {
        // 0 -> 1, 0 -> 2, 1 -> 3, 2 -> 3, and 4 alone.
        let index = |list: &[u32]| list.iter().map(|at| TaskIndex(*at)).collect::<Vec<_>>();
        let edges = [index(&[1, 2]), index(&[3]), index(&[3]), index(&[]), index(&[])];
        let next: Vec<&[TaskIndex]> = edges.iter().map(Vec::as_slice).collect();
        let order = index(&[4, 3, 2, 1, 0]);
        assert_eq!(reachable_sums(&next, &order, &[1, 2, 3, 10, 7]), [16, 12, 13, 10, 7]);
    }
}
