//! Where data come from: files, folders and stores, in the formats that are read.

mod delimited;
mod options;
mod random;

pub use options::{Options, Progress};
pub use random::{LocalFile, RandomAccess, RangeReader};

/// a
pub fn tmp(path: &std::path::Path, options: &Options) -> std::io::Result<crate::state::State> {
    delimited::profile(&(std::sync::Arc::new(LocalFile::open(path)?) as std::sync::Arc<dyn RandomAccess>), 0, options)
}
