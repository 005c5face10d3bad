//! Finds a cycle among tasks.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;

use crate::ids::TaskIndex;

/// A shortest cycle through some task, in the order of its edges; nothing where the graph has none. `upstream[t]` holds the
/// tasks that task `t` waits for. Linear time where there is no cycle.
pub(super) fn find(upstream: &[Vec<TaskIndex>]) -> Option<Vec<TaskIndex>> {
    if order(upstream).is_some() {
        return None;
    }
    let edges =
        upstream.iter().enumerate().flat_map(|(to, sources)| sources.iter().map(move |from| (from.0, to as u32)));
    let graph: DiGraph<(), (), u32> = DiGraph::from_edges(edges);
    // Not Tarjan's algorithm: petgraph's calls itself once for each task of a chain, and a long one would end the program.
    let knot = kosaraju_scc(&graph)
        .into_iter()
        .find(|knot| knot.len() > 1 || knot.first().is_some_and(|&task| graph.contains_edge(task, task)))?;
    Some(shortest_through(*knot.iter().min()?, &graph))
}

/// The tasks in an order in which each comes after all that it waits for; nothing where there is a cycle. Kahn's algorithm:
/// removes what waits for nothing until nothing is left.
pub(super) fn order(upstream: &[Vec<TaskIndex>]) -> Option<Vec<TaskIndex>> {
    // In the usual order of building, every edge leads from an earlier task to a later one.
    if upstream.iter().enumerate().all(|(to, sources)| sources.iter().all(|from| from.at() < to)) {
        return Some((0..upstream.len() as u32).map(TaskIndex).collect());
    }
    let mut waits: Vec<usize> = upstream.iter().map(Vec::len).collect();
    let mut downstream: Vec<Vec<TaskIndex>> = vec![Vec::new(); upstream.len()];
    for (to, sources) in upstream.iter().enumerate() {
        for from in sources {
            downstream[from.at()].push(TaskIndex(to as u32));
        }
    }
    let mut removed: Vec<TaskIndex> =
        (0..upstream.len() as u32).map(TaskIndex).filter(|task| waits[task.at()] == 0).collect();
    let mut next = 0;
    while let Some(task) = removed.get(next).copied() {
        next += 1;
        for target in &downstream[task.at()] {
            waits[target.at()] -= 1;
            if waits[target.at()] == 0 {
                removed.push(*target);
            }
        }
    }
    (removed.len() == upstream.len()).then_some(removed)
}

/// Breadth first from `start` back to itself.
fn shortest_through(start: NodeIndex, graph: &DiGraph<(), (), u32>) -> Vec<TaskIndex> {
    let place = |task: NodeIndex| TaskIndex(task.index() as u32);
    let mut came_from = FxHashMap::default();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(task) = queue.pop_front() {
        for neighbour in graph.neighbors(task) {
            if neighbour == start {
                let mut path = vec![place(task)];
                let mut at = task;
                while at != start {
                    at = came_from[&at];
                    path.push(place(at));
                }
                path.reverse();
                return path;
            }
            came_from.entry(neighbour).or_insert_with(|| {
                queue.push_back(neighbour);
                task
            });
        }
    }
    vec![place(start)]
}
