//! A supervisor of child processes as a program of its own, for services that embed Couture and have no such role
//! in their own binary.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use couture_operators::supervisor::{self, SupervisorLimits};

const USAGE: &str = "usage: couture-supervisor --dir DIR [--orphan-grace-ms MILLISECONDS] \
                     [--warm-idle-ms MILLISECONDS] [--warm-parents COUNT]";

fn main() -> ExitCode {
    let Some((dir, limits)) = arguments() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match supervisor::main_within(&dir, &limits) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Option<(PathBuf, SupervisorLimits)> {
    let (mut dir, mut limits) = (None, SupervisorLimits::default());
    let mut arguments = std::env::args_os().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next()?;
        match name.to_str()? {
            "--dir" => dir = Some(PathBuf::from(value)),
            "--orphan-grace-ms" => limits.orphan_grace = Duration::from_millis(value.to_str()?.parse().ok()?),
            "--warm-idle-ms" => limits.warm_idle = Duration::from_millis(value.to_str()?.parse().ok()?),
            "--warm-parents" => limits.warm_parents = value.to_str()?.parse().ok()?,
            _ => return None,
        }
    }
    Some((dir?, limits))
}
