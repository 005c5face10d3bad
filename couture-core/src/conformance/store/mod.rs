//! What every [`Store`] and [`StoreReader`] does, as cases with names, and as random commands compared with
//! [`MemoryStore`](crate::store::MemoryStore).

mod browsing;
mod clearing;
mod commits;
mod dates;
mod extremes;
mod history;
mod inbox;
mod paging;
mod pools;
mod random;
mod reports;
mod runs;
mod sample;
mod shards;
mod suite;
mod tasks;
mod xcoms;

pub use random::{Command, check_commands, commands};
pub use sample::{ShardWriter, sample_dag, sample_run, sample_task};
pub(super) use suite::cases;
pub use suite::{StoreFixture, TestedStore, store_suite};
