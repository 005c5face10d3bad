//! Finds a cycle among tasks.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;

use crate::ids::TaskIndex;

/// A shortest cycle through some task, in the order of its edges; nothing where the graph has none. `upstream[t]` holds the
/// tasks that task `t` waits for. Linear time where there is no cycle.
pub(super) fn find(upstream: &[Vec<TaskIndex>]) -> Option<Vec<TaskIndex>> {
    if is_acyclic(upstream) {
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

/// Kahn's algorithm: removes what waits for nothing until nothing is left.
fn is_acyclic(upstream: &[Vec<TaskIndex>]) -> bool {
    // In the usual order of building, every edge leads from an earlier task to a later one.
    if upstream.iter().enumerate().all(|(to, sources)| sources.iter().all(|from| from.at() < to)) {
        return true;
    }
    let mut waits: Vec<usize> = upstream.iter().map(Vec::len).collect();
    let mut downstream: Vec<Vec<u32>> = vec![Vec::new(); upstream.len()];
    for (to, sources) in upstream.iter().enumerate() {
        for from in sources {
            downstream[from.at()].push(to as u32);
        }
    }
    let mut free: Vec<usize> = (0..waits.len()).filter(|&task| waits[task] == 0).collect();
    let mut removed = 0;
    while let Some(task) = free.pop() {
        removed += 1;
        for &next in &downstream[task] {
            waits[next as usize] -= 1;
            if waits[next as usize] == 0 {
                free.push(next as usize);
            }
        }
    }
    removed == upstream.len()
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
