//! `eda`: look at any data set, from the command line.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    couture_eda::program::run(std::env::args_os().skip(1))
}
