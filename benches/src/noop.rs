//! A native task that does nothing.

use async_trait::async_trait;
use couture_core::{Failure, Operator, TaskContext, operator};
use serde::{Deserialize, Serialize};

/// Does nothing, as any operator of a user would: through the public trait, erased, registered.
#[derive(Serialize, Deserialize, Debug, Clone, Copy)]
pub struct Noop;

#[async_trait]
impl Operator for Noop {
    type Input = ();
    type Output = ();
    async fn run(&self, (): (), _: &TaskContext) -> Result<(), Failure> {
        Ok(())
    }
}
operator!(Noop, "benches.noop");
