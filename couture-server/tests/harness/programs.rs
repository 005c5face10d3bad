//! The programs under test.

use std::path::Path;
use std::process::{Command, Stdio};

/// The server program on `data`, on a free port, with further `flags`; its environment holds no settings.
pub fn server_command(data: &Path, flags: &[&str]) -> Command {
    let mut command = clean(env!("CARGO_BIN_EXE_server"));
    command.arg("--port=0").arg("--orphan-grace-s=5").arg("--eda-enabled=false").arg("--data").arg(data).args(flags);
    command.stdin(Stdio::null());
    command
}

/// The command line, told of no server.
pub fn couture_command(args: &[&str]) -> Command {
    let mut command = clean(env!("CARGO_BIN_EXE_couture"));
    command.args(args).stdin(Stdio::null());
    command
}

fn clean(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("COUTURE_")) {
        command.env_remove(name);
    }
    command
}
