//! Where the engine keeps its facts.

mod annals;
mod asset_event;
mod backfill;
mod changed_assets;
mod error;
mod given_xcom;
mod like;
mod memory;
mod operation;
mod reader;
mod records;
mod refusal;
mod request;
mod run_origin;
mod run_query;
mod sla_miss;
mod span;
mod task_query;
mod writer;

pub use annals::{Annals, Note, NotePlace, PastVersion};
pub use asset_event::{AssetEvent, AssetSource};
pub use backfill::{Backfill, BackfillState, Reprocess};
pub use changed_assets::{AssetNews, ChangedAssets};
pub use error::{CommitError, StoreError};
pub use given_xcom::{GivenXCom, XComFilter};
pub use like::like;
pub use memory::MemoryStore;
pub use operation::{
    BackfillChange, ClearOnly, MarkedRunState, MarkedState, NewBackfill, Operation, TaskChoice, TaskSelection,
};
pub use reader::StoreReader;
pub use records::{
    Commit, DagRecord, DagVersion, JournalChange, JournalEntry, Pool, PoolDelta, Record, RunChange, RunRecord,
    RunSnapshot, Shard, ShardCommit, ShardSnapshot, TaskRecord,
};
pub use refusal::Refusal;
pub use request::{Answer, InboxId, Message, Request, Trigger};
pub use run_origin::{RunOrigin, TriggeredBy};
pub use run_query::{OrderValue, RunOrder, RunQuery};
pub use sla_miss::SlaMiss;
pub use span::Span;
pub use task_query::{MappedCount, RunCount, TaskOrder, TaskQuery};
pub use writer::Store;

/// The most records of one commit.
pub const MAX_COMMIT_RECORDS: usize = 4_096;

/// The shards of a new store.
pub const DEFAULT_SHARDS: u32 = 16;

/// The slots of `default_pool` in a new store, as in Airflow.
pub const DEFAULT_POOL_SLOTS: u32 = 128;
