//! The operator that does nothing.

use async_trait::async_trait;
use couture_core::{Failure, Operator, TaskContext};
use serde::{Deserialize, Serialize};

/// Does nothing. It joins edges, or stands for what is done elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmptyOperator {}

/// Airflow 1.10's name of [`EmptyOperator`].
pub type DummyOperator = EmptyOperator;

#[async_trait]
impl Operator for EmptyOperator {
    type Input = ();
    type Output = ();

    async fn run(&self, (): (), _: &TaskContext) -> Result<(), Failure> {
        Ok(())
    }
}

couture_core::operator!(EmptyOperator, "empty");
