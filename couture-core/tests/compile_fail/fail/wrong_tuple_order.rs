//! The input's two values are wired the wrong way round.
#[path = "../operators.rs"]
mod operators;

use couture_core::DagBuilder;
use operators::{Count, Mean, Pi, Read};

fn main() {
    let dag = DagBuilder::new("dag");
    let count = dag.task("count", Count, dag.task("text", Read, ()));
    let pi = dag.task("pi", Pi, ());
    dag.task("mean", Mean, (pi, count));
}
