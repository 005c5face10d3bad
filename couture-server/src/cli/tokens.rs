//! `couture tokens …`

use clap::Subcommand;
use serde_json::json;

use super::args::Output;
use super::client::Client;
use super::listing::{show, show_one};
use super::print::{complain, print};
use super::verdict::{CliError, Verdict};

const ADDRESS: &str = "/auth/me/tokens";

#[derive(Debug, Subcommand)]
pub(super) enum Tokens {
    /// List one's own API tokens.
    List,
    /// Make an API token. It is shown once.
    Create {
        /// What it is for.
        name: String,
        /// For how many days.
        #[arg(long, value_name = "N")]
        days: Option<u32>,
        /// What it permits, such as "can_read on DAG Runs"; may be given again. Everything that its user may do where absent.
        #[arg(long = "scope", value_name = "ACTION on RESOURCE")]
        scopes: Vec<String>,
    },
    /// Take back an API token.
    Delete {
        /// Its number.
        id: i64,
    },
}

pub(super) async fn run(client: Client, output: Output, command: Tokens) -> Result<Verdict, CliError> {
    match work(&client, output, command).await {
        Err(CliError::Client(error)) if error.asks_for_login() && client.asks_as_nobody() => Err(CliError::message(
            "tokens are of a user, and whoever can read the data folder is none: log in as one with `couture login -u NAME`",
        )),
        other => other,
    }
}

async fn work(client: &Client, output: Output, command: Tokens) -> Result<Verdict, CliError> {
    match command {
        Tokens::List => {
            let answer = client.get(ADDRESS).await?;
            let tokens = answer["tokens"].as_array().cloned().unwrap_or_default();
            Ok(show(output, &tokens, &["id", "name", "scopes", "created_at", "expires_at", "last_used_at"]))
        }
        Tokens::Create { name, days, scopes } => {
            let mut body = json!({ "name": name });
            if let Some(days) = days {
                body["expires_in_days"] = days.into();
            }
            if !scopes.is_empty() {
                let scope = |scope: &String| match scope.split_once(" on ") {
                    Some((action, resource)) => Ok(json!({ "action": action, "resource": resource })),
                    None => {
                        Err(CliError::message(format!("{scope:?} is no scope; write it like \"can_read on DAG Runs\"")))
                    }
                };
                body["scopes"] = json!(scopes.iter().map(scope).collect::<Result<Vec<_>, _>>()?);
            }
            let made = client.post(ADDRESS, &body).await?;
            complain("the secret is shown this once:");
            Ok(show_one(output, &made, &["id", "name", "expires_at", "secret"]))
        }
        Tokens::Delete { id } => {
            client.delete(&format!("{ADDRESS}/{id}")).await?;
            print(&format!("token {id} counts no more\n"));
            Ok(Verdict::Done)
        }
    }
}
