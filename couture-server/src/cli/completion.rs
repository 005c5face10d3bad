//! `couture completion …`

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use super::args::Args;
use super::print::print;
use super::verdict::Verdict;

/// Prints what makes a shell complete the command line.
pub(super) fn completion(shell: Shell) -> Verdict {
    let mut text = Vec::new();
    generate(shell, &mut Args::command(), "couture", &mut text);
    print(&String::from_utf8_lossy(&text));
    Verdict::Done
}
