//! The program `couture`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser as _;

use super::args::{Args, Command, Format, Output};
use super::client::Client;
use super::print::{complain, write_yaml};
use super::saved_tokens::SavedTokens;
use super::table::printable;
use super::verdict::{CliError, Verdict};
use super::{
    archives, assets, audit, backfill, bricks, completion, connections, dags, db, eda, fernet, kept_files, login,
    pools, roles, runs, server_facts, tasks, tokens, users, variables, xcom,
};

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
    let output = match args.output {
        Format::Table => Output::Table,
        Format::Json => Output::Json,
        Format::Yaml => {
            write_yaml();
            Output::Json
        }
    };
    let server = args.server.trim_end_matches('/');
    let token = match std::env::var("COUTURE_TOKEN").ok().filter(|token| !token.is_empty()) {
        Some(token) => Some(token),
        None => SavedTokens::of_user()?.get(server).map(String::from),
    };
    let client = Client::new(server, token, &data_folder());
    match args.command {
        Command::Dags(command) => dags::run(client, output, command).await,
        Command::Runs(command) => runs::run(client, output, command).await,
        Command::Assets(command) => assets::run(client, output, command).await,
        Command::Backfill(command) => backfill::run(client, output, command).await,
        Command::Tasks(command) => tasks::run(client, output, command).await,
        Command::XCom(command) => xcom::run(client, output, command).await,
        Command::Variables(command) => variables::run(client, output, command).await,
        Command::Connections(command) => connections::run(client, output, command).await,
        Command::Pools(command) => pools::run(client, output, command).await,
        Command::Login(args) => login::login(client, args).await,
        Command::Logout => login::logout(&client),
        Command::Password(from) => login::password(client, from).await,
        Command::Tokens(command) => tokens::run(client, output, command).await,
        Command::Users(command) => users::run(client, output, command).await,
        Command::Roles(command) => roles::run(client, output, command).await,
        Command::Audit(command) => audit::run(client, output, command).await,
        Command::Jobs => server_facts::jobs(&client, output).await,
        Command::Config(command) => server_facts::config(&client, output, command).await,
        Command::Db(command) => db::run(command).await,
        Command::Fernet(command) => fernet::run(client, command).await,
        Command::Artifacts(command) => kept_files::run(client, output, command).await,
        Command::Bricks(command) => bricks::run(client, output, command).await,
        Command::Eda(command) => eda::run(client, output, command).await,
        Command::Export(what) => archives::export(&client, what).await,
        Command::Import(what) => archives::import(&client, output, what).await,
        Command::RotateFernetKey => variables::rotate(&client).await,
        Command::Version => server_facts::version(&client, output).await,
        Command::Completion { shell } => Ok(completion::completion(shell)),
    }
}
