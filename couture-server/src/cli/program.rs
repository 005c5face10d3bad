//! The program `couture`.

use std::net::IpAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;
use hyper::Uri;

use super::args::{Args, Command, Format, Output};
use super::client::{Client, Known};
use super::print::{complain, write_yaml};
use super::saved_tokens::SavedTokens;
use super::table::printable;
use super::verdict::{CliError, Verdict};
use super::{
    archives, assets, audit, backfill, bricks, completion, connections, dags, db, eda, fernet, kept_files, login,
    pools, roles, runs, server_facts, tasks, tokens, users, variables, xcom,
};
use crate::auth::LocalToken;
use crate::data_folder::ServerFile;

/// The variable that names the data folder, for a server too.
const DATA: &str = "COUTURE__DATA__DIR";
/// Where a server listens that is not told otherwise.
const DEFAULT_SERVER: &str = "http://127.0.0.1:8080";

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
    std::env::var_os(DATA).map_or_else(|| PathBuf::from("data"), PathBuf::from)
}

/// The address to ask: the one that was given, else that of the data folder's own server.
fn address(given: Option<String>, data: &Path) -> (String, Known) {
    let named = given.or_else(|| std::env::var("COUTURE_SERVER").ok().filter(|server| !server.is_empty()));
    let named = named.map(|server| (server, Known::Named));
    named
        .or_else(|| Some((told_address(data)?, Known::Told)))
        .unwrap_or_else(|| (DEFAULT_SERVER.into(), Known::Guessed))
}

/// Where the server of a data folder says that it is. Passwords and tokens go there: so what a folder says that nobody named, and that
/// only happens to be here, counts where it is this user's, and speaks of this machine.
fn told_address(data: &Path) -> Option<String> {
    LocalToken::find(data)?;
    let url = ServerFile::read(data)?.url;
    let is_named = std::env::var_os(DATA).is_some();
    (is_named || is_own(data) && is_of_this_machine(&url)).then_some(url)
}

fn is_own(folder: &Path) -> bool {
    folder.metadata().is_ok_and(|facts| facts.uid() == rustix::process::geteuid().as_raw())
}

fn is_of_this_machine(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let name = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    // A server that listens at all addresses tells none.
    name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback() || address.is_unspecified())
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
    let data = data_folder();
    let (server, known) = address(args.server, &data);
    let server = server.trim_end_matches('/');
    let token = match std::env::var("COUTURE_TOKEN").ok().filter(|token| !token.is_empty()) {
        Some(token) => Some(token),
        None => SavedTokens::of_user()?.get(server).map(String::from),
    };
    let client = Client::new(server, known, token, &data);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_folder_that_happens_to_be_here_speaks_of_this_machine_only() {
        let check = |url: &str, expected: bool| assert_eq!(is_of_this_machine(url), expected, "{url}");
        for here in ["http://127.0.0.1:18431", "https://127.1.2.3:1", "http://[::1]:80", "http://0.0.0.0:8080"] {
            check(here, true);
        }
        for other in
            ["http://10.0.0.1:80", "http://127.0.0.1.evil.example", "http://127.0.0.1:1@evil.example", "x y", ""]
        {
            check(other, false);
        }
    }

    #[test]
    fn the_server_of_the_data_folder_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        let file = |url: &str| format!(r#"{{"url": "{url}", "pid": 1, "version": "x"}}"#);
        std::fs::write(data.join("server.json"), file("http://127.0.0.1:18431")).unwrap();
        assert_eq!(told_address(data), None, "nothing says that this user may ask it");
        let _token = LocalToken::leave(data).unwrap();
        assert_eq!(told_address(data).as_deref(), Some("http://127.0.0.1:18431"));
        std::fs::write(data.join("server.json"), file("http://evil.example")).unwrap();
        assert_eq!(told_address(data), None);
        assert_eq!(address(Some("http://given".into()), data), ("http://given".into(), Known::Named));
    }
}
