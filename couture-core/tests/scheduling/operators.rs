//! The operator of these tests. It never runs: the test says how attempts end.

use couture_core::{Failure, Operator, TaskContext, operator};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Debug)]
pub struct Idle;

#[async_trait::async_trait]
impl Operator for Idle {
    type Input = ();
    type Output = ();
    async fn run(&self, (): (), _: &TaskContext) -> Result<(), Failure> {
        Ok(())
    }
}
operator!(Idle, "test.scheduling.idle");
