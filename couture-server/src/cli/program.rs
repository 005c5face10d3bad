//! The program `couture`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser as _;

use super::args::{Args, Command};
use super::client::Client;
use super::print::complain;
use super::table::printable;
use super::verdict::{CliError, Verdict};
use super::{assets, backfill, connections, dags, pools, runs, tasks, variables};

/// Runs the program: 0 where all went well, 1 where not, 2 where the command line is wrong.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("couture: failed to start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(run(args));
    runtime.shutdown_background();
    match result {
        Ok(Verdict::Done) => ExitCode::SUCCESS,
        Ok(Verdict::Failed) => ExitCode::FAILURE,
        Err(error) => {
            complain(&format!("couture: {}", error_text(&error)));
            ExitCode::FAILURE
        }
    }
}

/// The words of a server may hold what a terminal would obey.
fn error_text(error: &CliError) -> String {
    let text = error.to_string();
    text.lines().map(|line| printable(line).to_string()).collect::<Vec<_>>().join("\n")
}

/// The data folder of the server on this machine, as a server would find it.
fn data_folder() -> PathBuf {
    std::env::var_os("COUTURE__DATA__DIR").map_or_else(|| PathBuf::from("data"), PathBuf::from)
}

async fn run(args: Args) -> Result<Verdict, CliError> {
    let token = std::env::var("COUTURE_TOKEN").ok().filter(|token| !token.is_empty());
    let client = Client::new(&args.server, token, &data_folder());
    match args.command {
        Command::Dags(command) => dags::run(client, args.output, command).await,
        Command::Runs(command) => runs::run(client, args.output, command).await,
        Command::Assets(command) => assets::run(client, args.output, command).await,
        Command::Backfill(command) => backfill::run(client, args.output, command).await,
        Command::Tasks(command) => tasks::run(client, args.output, command).await,
        Command::Variables(command) => variables::run(client, args.output, command).await,
        Command::Connections(command) => connections::run(client, args.output, command).await,
        Command::Pools(command) => pools::run(client, args.output, command).await,
        Command::RotateFernetKey => variables::rotate(&client).await,
    }
}
