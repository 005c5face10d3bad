//! Where data come from: files, folders, stores and databases, in the formats that are read.

#[cfg(feature = "cloud")]
mod as_stored;
mod columnar;
mod compact;
mod delimited;
mod excel;
mod files;
mod footer;
mod foreign;
mod format;
mod guard;
mod ipc;
mod json;
mod object;
mod options;
mod page_content;
mod page_header;
mod pages;
mod places;
mod random;
mod rows;
mod saved;
#[cfg(feature = "sql")]
mod sql;
#[cfg(feature = "sql")]
mod statement;
mod store;
mod tables;
mod typed;

pub use options::{Options, Progress};
pub use random::{LocalFile, RandomAccess, RangeReader};
pub use saved::{read_state, read_state_outside, timestamp};
pub use tables::{Profiler, profile, profile_batches, profile_bytes};
