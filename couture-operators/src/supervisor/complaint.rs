//! What a supervisor has to complain about.

use std::fmt::Arguments;
use std::io::Write as _;

/// Writes a line to standard error, which is `supervisor.log`. One that the disk does not take is dropped: `eprintln!` would panic.
pub(super) fn complain(what: Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{what}");
}
