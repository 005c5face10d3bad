//! The engine's facts in a SQL database. One file for each subject; [`commit`] writes them all.

mod annals;
mod asset_events;
mod backfills;
mod commit;
mod dags;
#[cfg(test)]
mod faults;
mod inbox;
mod journal;
mod plan;
mod pools;
mod purge;
mod reader;
mod restore;
mod rows;
mod run_queries;
mod runs;
mod shards;
mod sla_misses;
mod sql_store;
mod statements;
mod task_queries;
mod tasks;
mod trim;
mod writer;
mod xcoms;

pub(crate) use sql_store::limit;
pub use sql_store::{ConnectOptions, SqlStore, connect, connect_with};
