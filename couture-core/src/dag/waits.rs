//! DAGs that wait for runs of each other.

use std::collections::BTreeSet;

use super::model::Dag;
use crate::ids::DagId;

/// A cycle of DAGs of which each starts a run of the next and waits for its end, so that none could ever end: it begins and ends with
/// `dag`. `find` tells the newest version of a DAG; one that is not known waits for nothing.
pub fn waiting_cycle<'d>(dag: &'d Dag, find: impl Fn(&str) -> Option<&'d Dag>) -> Option<Vec<DagId>> {
    let start = dag.dag_id.as_str();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    // A path from `dag`, each step with what it waits for and was not looked at.
    let mut path = vec![(dag, waits_for(dag))];
    while let Some((_, left)) = path.last_mut() {
        let Some(next) = left.pop() else {
            path.pop();
            continue;
        };
        if next == start {
            let ids = path.iter().map(|(step, _)| step.dag_id.clone());
            return Some(ids.chain([dag.dag_id.clone()]).collect());
        }
        if seen.insert(next)
            && let Some(next) = find(next)
        {
            path.push((next, waits_for(next)));
        }
    }
    None
}

/// The ids of the DAGs that a DAG's tasks wait for, descending.
fn waits_for(dag: &Dag) -> Vec<&str> {
    let ids: BTreeSet<&str> = dag.tasks().iter().filter_map(|task| task.operator.waits_for_dag()).collect();
    ids.into_iter().rev().collect()
}
