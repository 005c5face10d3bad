//! The role of the supervisor of child processes, which every server program can play.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// The first argument of a program that is to be the supervisor; the folder and the orphan grace in milliseconds follow.
pub const ROLE: &str = "supervise";

/// Plays the supervisor if the program was called for that, and returns when it is over. Call it before anything else: no thread may
/// run yet.
pub fn play_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != ROLE {
        return None;
    }
    let (Some(dir), Some(grace)) = (arguments.next(), arguments.next().and_then(milliseconds)) else {
        eprintln!("usage: {ROLE} DIR ORPHAN_GRACE_MS (a server calls this by itself)");
        return Some(ExitCode::from(2));
    };
    Some(match couture_operators::supervisor::main(Path::new(&dir), grace) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    })
}

fn milliseconds(text: OsString) -> Option<Duration> {
    text.to_str()?.parse().ok().map(Duration::from_millis)
}
