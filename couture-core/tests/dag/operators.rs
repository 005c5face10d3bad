//! The operators of these tests.

use couture_core::{Dag, Failure, Operator, TaskContext, operator};
use serde::{Deserialize, Serialize};

/// Takes nothing.
#[derive(Serialize, Deserialize, Debug)]
pub(crate) struct Emit {
    pub(crate) value: i64,
}

#[couture_core::__private::async_trait]
impl Operator for Emit {
    type Input = ();
    type Output = i64;
    async fn run(&self, _: (), _: &TaskContext) -> Result<i64, Failure> {
        Ok(self.value)
    }
}
operator!(Emit, "test.emit");

/// Takes one value.
#[derive(Serialize, Deserialize, Debug)]
pub(crate) struct Double;

#[couture_core::__private::async_trait]
impl Operator for Double {
    type Input = i64;
    type Output = i64;
    async fn run(&self, input: i64, _: &TaskContext) -> Result<i64, Failure> {
        Ok(input * 2)
    }
}
operator!(Double, "test.double");

/// Takes many values.
#[derive(Serialize, Deserialize, Debug)]
pub(crate) struct Sum;

#[couture_core::__private::async_trait]
impl Operator for Sum {
    type Input = Vec<i64>;
    type Output = i64;
    async fn run(&self, input: Vec<i64>, _: &TaskContext) -> Result<i64, Failure> {
        Ok(input.iter().sum())
    }
}
operator!(Sum, "test.sum");

/// The edges as (upstream, downstream), by place, ascending.
pub(crate) fn edges(dag: &Dag) -> Vec<(usize, usize)> {
    let of_task = |(to, task): (usize, &couture_core::dag::Task)| {
        task.upstream.iter().map(move |from| (from.at(), to)).collect::<Vec<_>>()
    };
    let mut edges: Vec<_> = dag.tasks().iter().enumerate().flat_map(of_task).collect();
    edges.sort_unstable();
    edges
}
