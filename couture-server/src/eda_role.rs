//! The role of the program that looks at data sets, which every server program can play.

use std::process::ExitCode;

/// The first argument of a program that is to be `eda`; the arguments of `eda` follow.
pub const ROLE: &str = "eda";

/// Plays `eda` if the program was called for that, and returns when it is done. Call it before anything else.
pub fn play_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != ROLE {
        return None;
    }
    Some(couture_eda::program::run(arguments))
}
