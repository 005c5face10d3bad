//! `couture fernet …`

use clap::Subcommand;
use couture_store::FernetKeys;

use super::client::Client;
use super::print::print;
use super::variables;
use super::verdict::{CliError, Verdict};

#[derive(Debug, Subcommand)]
pub(super) enum Fernet {
    /// Encrypt all variables and connections with the server's first Fernet key. To change keys, put a new one (`couture fernet new`)
    /// before the old one in fernet.key or COUTURE_FERNET_KEY, start the server again, rotate, and take the old one out.
    Rotate,
    /// Print a new Fernet key.
    New,
}

pub(super) async fn run(client: Client, command: Fernet) -> Result<Verdict, CliError> {
    match command {
        Fernet::Rotate => variables::rotate(&client).await,
        Fernet::New => {
            print(&format!("{}\n", FernetKeys::generate()));
            Ok(Verdict::Done)
        }
    }
}
