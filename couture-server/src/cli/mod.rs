//! The command line `couture`.

mod args;
mod client;
mod dags;
mod follow;
mod runs;
mod table;
mod tasks;
mod test_run;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command};
use client::{Client, ClientError};

/// What a command came to, besides its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It did what was asked.
    Done,
    /// It did, but what it was to follow has failed.
    Failed,
}

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Start(#[from] crate::StartError),
    #[error("{0}")]
    Message(String),
}

impl CliError {
    fn message(text: impl Into<String>) -> Self {
        Self::Message(text.into())
    }
}

impl From<couture_core::EngineError> for CliError {
    fn from(error: couture_core::EngineError) -> Self {
        Self::Message(error.to_string())
    }
}

impl From<couture_core::store::StoreError> for CliError {
    fn from(error: couture_core::store::StoreError) -> Self {
        Self::Message(format!("the store cannot be read: {error}"))
    }
}

/// Runs the program: 0 where all went well, 1 where not, 2 where the command line is wrong.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("couture: failed to start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(run(args));
    runtime.shutdown_background();
    match result {
        Ok(Verdict::Done) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("couture: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<Verdict, CliError> {
    let client = Client::new(&args.server);
    match args.command {
        Command::Dags(command) => dags::run(client, args.output, command).await,
        Command::Runs(command) => runs::run(client, args.output, command).await,
        Command::Tasks(command) => tasks::run(client, args.output, command).await,
    }
}

/// Prints to standard output; where nobody reads it any more, the program ends quietly.
fn print(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}

/// Prints JSON for programs.
fn print_json(value: &serde_json::Value) {
    print(&format!("{value:#}\n"));
}
