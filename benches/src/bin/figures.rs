//! Measures what Couture promises: `cargo run --release -p benches --bin figures [-- NAME…]`. One line a figure; exits with 1 if a
//! target is not reached. `--readme` also puts them into the README.

use std::path::Path;
use std::process::ExitCode;

use benches::figures::ALL;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(role) if role == "supervise" => return supervise(arguments.next().unwrap_or_default().as_ref()),
        Some(role) if role == "--million" => {
            benches::figures::run_million();
            return ExitCode::SUCCESS;
        }
        Some(role) if role == "--sensors" => {
            benches::figures::run_sensors();
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    let (flags, wanted): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    if let Some(unknown) = flags.iter().find(|flag| *flag != "--readme") {
        eprintln!("there is no flag {unknown}; the only one is --readme, which puts the table into the README");
        return ExitCode::from(2);
    }
    if let Some(unknown) = wanted.iter().find(|name| ALL.iter().all(|(known, _)| known != name)) {
        let known: Vec<_> = ALL.iter().map(|(name, _)| *name).collect();
        eprintln!("there is no figure {unknown:?}; known are {}", known.join(", "));
        return ExitCode::from(2);
    }
    let mut figures = Vec::new();
    for (name, measure) in ALL {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            for figure in measure() {
                println!("{figure}");
                figures.push(figure);
            }
        }
    }
    if !flags.is_empty() {
        benches::readme::write(&figures);
    }
    if figures.iter().any(|figure| !figure.is_ok()) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The role of the supervisor of child processes.
fn supervise(folder: &Path) -> ExitCode {
    match couture_operators::supervisor::main(folder, couture_operators::supervisor::DEFAULT_ORPHAN_GRACE) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed to supervise: {error}");
            ExitCode::FAILURE
        }
    }
}
