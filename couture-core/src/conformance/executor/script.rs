//! An operator that does as it is told.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::task::{Operator, TaskContext};

/// What an attempt of the suite does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Gives 7.
    Succeed,
    /// Gives 7, after others have run.
    SucceedLater,
    /// Pushes an XCom `key`, and gives nothing.
    Push,
    /// Fails, to be retried.
    Fail,
    /// Fails for good.
    FailForGood,
    /// Asks to be skipped.
    Skip,
    /// Panics.
    Panic,
    /// Was lost.
    Lose,
    /// Waits until it is told to end.
    Obey,
    /// Never ends, whatever it is told.
    Ignore,
    /// Never ends, and panics when it is given up.
    IgnoreAndPanic,
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("as told");
    }
}

/// An operator of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script(pub Act);

#[async_trait]
impl Operator for Script {
    type Input = ();
    type Output = Option<i64>;

    async fn run(&self, (): (), cx: &TaskContext) -> Result<Option<i64>, Failure> {
        match self.0 {
            Act::Succeed => Ok(Some(7)),
            Act::SucceedLater => {
                tokio::task::yield_now().await;
                Ok(Some(7))
            }
            Act::Push => {
                cx.xcom_push("key", 1)?;
                cx.xcom_push("key", [1, 2])?;
                Ok(None)
            }
            Act::Fail => Err("as told".into()),
            Act::FailForGood => Err(Failure::fatal("as told")),
            Act::Skip => Err(Failure::Skip("as told".into())),
            Act::Panic => panic!("as told"),
            Act::Lose => Err(Failure::Lost("as told".into())),
            Act::Obey => {
                cx.cancelled().await;
                Err("told to end".into())
            }
            Act::Ignore => std::future::pending().await,
            Act::IgnoreAndPanic => {
                let _bomb = Bomb;
                std::future::pending().await
            }
        }
    }
}
crate::operator!(Script, "couture.conformance.script");
