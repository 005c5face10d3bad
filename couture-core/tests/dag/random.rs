//! Random graphs against slow, obvious answers.

use std::sync::Arc;

use couture_core::dag::Input;
use couture_core::{Dag, DagBuilder, DagError, TaskIndex};
use proptest::prelude::*;

use crate::operators::{Emit, Sum, edges};

/// Any graph of up to 12 tasks, as distinct edges.
fn graphs() -> impl Strategy<Value = (usize, Vec<(usize, usize)>)> {
    (1_usize..=12).prop_flat_map(|tasks| {
        let edges = proptest::collection::btree_set((0..tasks, 0..tasks), 0..=tasks * 2);
        (Just(tasks), edges.prop_map(|edges| edges.into_iter().collect()))
    })
}

/// The DAG of a graph: the edges that `is_input` names become inputs, the others order alone.
fn build(tasks: usize, graph: &[(usize, usize)], is_input: impl Fn(usize) -> bool) -> Result<Dag, DagError> {
    let builder = DagBuilder::new("random");
    let inputs = |to: usize| {
        let of_task = graph.iter().enumerate().filter(|(at, edge)| edge.1 == to && is_input(*at));
        of_task.map(|(_, edge)| TaskIndex(edge.0 as u32)).collect::<Box<[_]>>()
    };
    let handles: Vec<_> = (0..tasks)
        .map(|at| match inputs(at) {
            none if none.is_empty() => builder.task(format!("t{at}"), Emit { value: 0 }, ()),
            many => builder.erased::<i64>(format!("t{at}"), Arc::new(Sum), Input::Many(many)),
        })
        .collect();
    for (_, (from, to)) in graph.iter().enumerate().filter(|(at, _)| !is_input(*at)) {
        handles[*from].set_downstream(&handles[*to]);
    }
    builder.build()
}

/// Which task reaches which in one or more steps.
fn reaches(tasks: usize, graph: &[(usize, usize)]) -> Vec<Vec<bool>> {
    let mut reaches = vec![vec![false; tasks]; tasks];
    for (from, to) in graph {
        reaches[*from][*to] = true;
    }
    for over in 0..tasks {
        for from in 0..tasks {
            for to in 0..tasks {
                reaches[from][to] |= reaches[from][over] && reaches[over][to];
            }
        }
    }
    reaches
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn a_cycle_is_reported_exactly_where_one_is((tasks, graph) in graphs(), inputs in any::<u64>()) {
        let reaches = reaches(tasks, &graph);
        let has_cycle = (0..tasks).any(|task| reaches[task][task]);
        match build(tasks, &graph, |at| inputs >> (at % 64) & 1 == 1) {
            Ok(dag) => {
                prop_assert!(!has_cycle);
                prop_assert_eq!(edges(&dag), graph);
            }
            Err(DagError::Cycle { tasks: cycle }) => {
                prop_assert!(has_cycle);
                let places: Vec<usize> = cycle.iter().map(|id| id.as_str()[1..].parse().unwrap()).collect();
                for (at, from) in places.iter().enumerate() {
                    let to = places[(at + 1) % places.len()];
                    prop_assert!(graph.contains(&(*from, to)), "{from} >> {to} of {places:?} is no edge");
                    prop_assert!(!places[..at].contains(from), "{from} is there twice in {places:?}");
                }
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn the_serialised_form_keeps_every_edge((tasks, graph) in graphs(), inputs in any::<u64>()) {
        // Every edge from an earlier task to a later one, so that there is no cycle.
        let graph: std::collections::BTreeSet<_> =
            graph.into_iter().filter(|(a, b)| a != b).map(|(a, b)| (a.min(b), a.max(b))).collect();
        let graph: Vec<_> = graph.into_iter().collect();
        let dag = build(tasks, &graph, |at| inputs >> (at % 64) & 1 == 1).unwrap();
        let json = dag.to_json();
        let read = Dag::from_json(&json).unwrap();
        prop_assert_eq!(edges(&read), graph);
        prop_assert_eq!(read.to_json(), json);
        for (at, task) in read.tasks().iter().enumerate() {
            prop_assert_eq!(&task.input, &dag.tasks()[at].input);
            for next in &task.downstream {
                prop_assert!(read.task(*next).upstream.contains(&TaskIndex(at as u32)));
            }
        }
    }

    #[test]
    fn no_text_is_a_panic(text in ".{0,40}", at in 0_usize..200, cut in 0_usize..200) {
        let dag = DagBuilder::new("d");
        dag.task("b", Sum, [dag.task("a", Emit { value: 1 }, ())]).retries(2);
        let mut json = String::from_utf8(dag.build().unwrap().to_json()).unwrap();
        let at = at.min(json.len());
        let end = (at + cut).min(json.len());
        json.replace_range(at..end, &text);
        // Either answer is right; only a panic is not.
        let _ = Dag::from_json(json.as_bytes());
    }
}
