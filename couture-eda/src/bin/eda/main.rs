//! `eda`: look at any data set, from the command line.
#![forbid(unsafe_code)]

mod arguments;
mod clock;
mod commands;
mod progress;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match commands::run(&arguments::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("eda: failed to {error}");
            ExitCode::FAILURE
        }
    }
}
