//! Why a store refuses.

use crate::failure::BoxError;
use crate::ids::{PoolName, ShardId};

/// Why the store does not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It may answer later: no connection, no disk space, a time-out. What was asked may have happened or not.
    #[error("{0}")]
    Unavailable(#[source] BoxError),
    /// Its content is not what this program can work with.
    #[error("{0}")]
    Corrupt(String),
}

/// Why a commit was not applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// These shards belong to someone else by now, or moved on under this writer. Nothing was applied.
    #[error("shards {0:?} are owned by another scheduler")]
    Stale(Vec<ShardId>),
    /// These pools have too few free slots, or do not exist. Nothing was applied.
    #[error("pools {0:?} are full")]
    PoolFull(Vec<PoolName>),
    /// The store did not answer; the commit may have been applied or not. Ask again with the same commit.
    #[error(transparent)]
    Store(#[from] StoreError),
}
