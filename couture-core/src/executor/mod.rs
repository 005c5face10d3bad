//! What runs attempts.

mod local;

pub use local::{LocalExecutor, LocalSettings, SPANS};

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::ids::{AttemptToken, WorkerId};
use crate::task::{Outcome, RunInfo, Waited};
use crate::time::Timestamp;

/// An attempt to run.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Which attempt.
    pub token: AttemptToken,
    /// Its run.
    pub run: Arc<RunInfo>,
    /// Since when its operator waits, where it has deferred itself before in this try.
    pub waited: Option<Waited>,
    /// Of an instance of a mapped task, which element of each source of its [`Expand`](crate::dag::Expand) it is for; else empty.
    pub elements: Box<[u32]>,
}

/// What an executor tells of an attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// Its operator runs. Left out where the end follows at once.
    Started {
        /// Which attempt.
        token: AttemptToken,
        /// Since when.
        at: Timestamp,
    },
    /// It is over; this is its last report.
    Ended {
        /// Which attempt.
        token: AttemptToken,
        /// When its operator began; absent where it never did.
        started_at: Option<Timestamp>,
        /// When it was over.
        ended_at: Timestamp,
        /// How.
        outcome: Outcome,
    },
}

/// Runs attempts. Every implementation passes the conformance suite.
///
/// For each attempt launched or resumed there is exactly one [`Report::Ended`], unless the executor's process dies.
#[async_trait]
pub trait Executor: Debug + Send + Sync {
    /// Who runs what is launched here.
    fn worker(&self) -> &WorkerId;

    /// How many attempts may be live at a time.
    fn capacity(&self) -> usize;

    /// Starts attempts, without waiting for anything. What cannot be started is reported as ended. A token that is live already is ignored.
    fn launch(&self, launches: Vec<Launch>);

    /// Takes over attempts that a store holds as live after a restart: each goes on here, or is reported as lost.
    async fn resume(&self, launches: Vec<Launch>);

    /// Tells attempts to end. Each still reports its end, within its grace period. Unknown tokens are ignored.
    fn kill(&self, tokens: &[AttemptToken]);

    /// Tells all attempts to end, at once: this process may not be the one to run them any more.
    fn fence(&self);

    /// Waits for reports; never empty. Dropping the future loses none.
    async fn reports(&self) -> Vec<Report>;

    /// The ends of these attempts are durable: what was kept for repeating their reports may go.
    async fn settled(&self, tokens: &[AttemptToken]);
}
