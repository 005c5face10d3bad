//! A supervisor of child processes as a program of its own, for services that embed Couture and have no such role
//! in their own binary.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use couture_operators::supervisor::{self, DEFAULT_ORPHAN_GRACE};

const USAGE: &str = "usage: couture-supervisor --dir DIR [--orphan-grace-ms MILLISECONDS]";

fn main() -> ExitCode {
    let Some((dir, orphan_grace)) = arguments() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match supervisor::main(&dir, orphan_grace) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Option<(PathBuf, Duration)> {
    let (mut dir, mut orphan_grace) = (None, DEFAULT_ORPHAN_GRACE);
    let mut arguments = std::env::args_os().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next()?;
        match name.to_str()? {
            "--dir" => dir = Some(PathBuf::from(value)),
            "--orphan-grace-ms" => orphan_grace = Duration::from_millis(value.to_str()?.parse().ok()?),
            _ => return None,
        }
    }
    Some((dir?, orphan_grace))
}
