//! Trees of files as `tar.gz`, in and out.

mod pack;
mod unpack;

pub use pack::pack;
pub use unpack::{ArchiveError, ArchiveLimits, Unpacked, unpack};
