//! Logs of attempts as files: what supervisors and native tasks append to, and what the server ships and reads.
//!
//! The live log of an attempt is the folder `<live>/<token>/`, with segments named by the offset at which they start,
//! in 20 digits: `00000000000000000000.log`. One appends to the newest; when that has [`SEGMENT_BYTES`] or more, the next one
//! is begun. Several processes may append to one log.

mod appender;
mod file_logs;
mod last_line;
mod mask;
mod output;
mod stamp;

pub use appender::{Appender, SEGMENT_BYTES};
pub use file_logs::FileTaskLogs;
pub use mask::{MIN_SECRET_CHARS, Masker};
pub(crate) use output::{OutputLog, Scratch};
