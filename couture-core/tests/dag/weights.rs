//! The three rules by which a task's weight follows from those around it.

use couture_core::DagBuilder;
use couture_core::dag::WeightRule;

use crate::operators::Emit;

#[test]
fn weights_are_summed_as_the_rule_says() {
    for (rule, expected) in [
        (WeightRule::Downstream, [1_111, 1_010, 1_100, 1_000]),
        (WeightRule::Upstream, [1, 11, 101, 1_111]),
        (WeightRule::Absolute, [1, 10, 100, 1_000]),
    ] {
        let dag = DagBuilder::new("weighed");
        let [first, left, right, last] =
            [("first", 1), ("left", 10), ("right", 100), ("last", 1_000)].map(|(id, weight)| {
                dag.task(id, Emit { value: 0 }, ())
                    .options(|options| (options.priority_weight, options.weight_rule) = (weight, rule))
            });
        left.set_upstream(&first);
        right.set_upstream(&first);
        last.set_upstream(&[left, right]);
        let dag = dag.build().unwrap();
        let weights: Vec<_> = dag.tasks().iter().map(|task| task.priority_weight).collect();
        assert_eq!(weights, expected, "{rule:?}");
    }
}
