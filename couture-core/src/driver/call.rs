//! What handles of the engine send to its driver.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::dag::Dag;
use crate::engine::EngineError;
use crate::ids::{DagId, RunKey};
use crate::state::RunState;
use crate::store::{Answer, Request};

/// A call, with where its answer goes.
#[derive(Debug)]
pub(crate) enum Call {
    /// A DAG whose version the store has already.
    Register(Arc<Dag>, String, Reply),
    Deregister(DagId, Reply),
    Request(Request, Reply),
    /// Tell when a run has ended.
    Watch(RunKey, oneshot::Sender<RunState>),
    /// Read the pools again.
    PoolsChanged,
    /// A message was put into an inbox that may be an own one.
    MessagePosted,
    Stop(oneshot::Sender<()>),
}

pub(crate) type Reply = oneshot::Sender<Result<Answer, EngineError>>;
