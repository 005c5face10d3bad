//! Operators that behave in known ways.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use couture_core::{Failure, Operator, TaskContext, operator};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

/// Does nothing.
#[derive(Serialize, Deserialize, Debug, Clone, Copy)]
pub struct Nothing;

#[async_trait]
impl Operator for Nothing {
    type Input = ();
    type Output = ();
    async fn run(&self, (): (), _: &TaskContext) -> Result<(), Failure> {
        Ok(())
    }
}
operator!(Nothing, "test.nothing");

/// How to end.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub enum End {
    Succeed,
    Fail,
    FailForGood,
    FailUntilTry(u32),
    Skip,
    Panic,
    /// Ends when it is cancelled.
    Obey,
    /// Waits for `OPEN`, whatever it is told.
    Ignore,
    /// Blocks its thread until `DOOR` opens.
    Block,
}

/// Ends as it is told.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct Ending(pub End);

/// Lets `Ending(Block)` go on.
pub static DOOR: (std::sync::Mutex<bool>, std::sync::Condvar) =
    (std::sync::Mutex::new(false), std::sync::Condvar::new());
/// How many attempts of `Ending(Block)` have begun.
pub static BLOCKED: AtomicU32 = AtomicU32::new(0);
/// Never opened.
static SHUT: Semaphore = Semaphore::const_new(0);

#[async_trait]
impl Operator for Ending {
    type Input = ();
    type Output = u32;
    async fn run(&self, (): (), cx: &TaskContext) -> Result<u32, Failure> {
        match self.0 {
            End::Succeed => Ok(cx.try_number()),
            End::Fail => Err("it failed".into()),
            End::FailForGood => Err(Failure::fatal("it failed for good")),
            End::FailUntilTry(n) if cx.try_number() < n => Err("too early".into()),
            End::FailUntilTry(_) => Ok(cx.try_number()),
            End::Skip => Err(Failure::Skip("not today".into())),
            End::Panic => panic!("it panicked"),
            End::Obey => {
                cx.cancelled().await;
                Err("told to end".into())
            }
            End::Ignore => {
                let _ = SHUT.acquire().await?;
                Ok(0)
            }
            End::Block => {
                BLOCKED.fetch_add(1, Ordering::AcqRel);
                let mut is_open = DOOR.0.lock().map_err(|_| "poisoned")?;
                while !*is_open {
                    is_open = DOOR.1.wait_timeout(is_open, Duration::from_secs(60)).map_err(|_| "poisoned")?.0;
                }
                Ok(0)
            }
        }
    }
}
operator!(Ending, "test.ending");

/// Adds what it gets to its own number, after letting others run.
#[derive(Serialize, Deserialize, Debug, Clone, Copy)]
pub struct Add(pub i64);

#[async_trait]
impl Operator for Add {
    type Input = Vec<i64>;
    type Output = i64;
    async fn run(&self, input: Vec<i64>, _: &TaskContext) -> Result<i64, Failure> {
        tokio::task::yield_now().await;
        Ok(self.0 + input.iter().sum::<i64>())
    }
}
operator!(Add, "test.add");
