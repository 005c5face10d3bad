//! `couture jobs`, `couture config …` and `couture version`: what a server tells of itself.

use clap::Subcommand;
use serde_json::{Value, json};

use super::args::Output;
use super::client::{Client, path};
use super::listing::{show, show_one};
use super::print::{complain, print};
use super::table::cell;
use super::verdict::{CliError, Verdict};

#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// List all settings of the server; secrets are hidden.
    List {
        /// Of this section only.
        #[arg(long)]
        section: Option<String>,
    },
    /// Print one setting of the server.
    #[command(visible_alias = "get-value")]
    Get {
        /// The section.
        section: String,
        /// The setting.
        option: String,
    },
}

/// Schedulers and workers.
pub(super) async fn jobs(client: &Client, output: Output) -> Result<Verdict, CliError> {
    let answer = client.get(&path(&["jobs"])).await?;
    let jobs = answer["jobs"].as_array().cloned().unwrap_or_default();
    Ok(show(output, &jobs, &["id", "job_type", "state", "hostname", "start_date", "latest_heartbeat"]))
}

pub(super) async fn config(client: &Client, output: Output, command: Config) -> Result<Verdict, CliError> {
    let answer = client.get(&path(&["config"])).await?;
    let mut rows = Vec::new();
    for section in answer["sections"].as_array().into_iter().flatten() {
        for option in section["options"].as_array().into_iter().flatten() {
            rows.push(json!({ "section": section["name"], "option": option["key"], "value": option["value"] }));
        }
    }
    match command {
        Config::List { section } => {
            rows.retain(|row| section.as_ref().is_none_or(|section| row["section"] == section.as_str()));
            Ok(show(output, &rows, &["section", "option", "value"]))
        }
        Config::Get { section, option } => {
            let wanted = |row: &&Value| row["section"] == section.as_str() && row["option"] == option.as_str();
            let Some(row) = rows.iter().find(wanted) else {
                return Err(CliError::message(format!("the server has no setting {section}.{option}")));
            };
            match output {
                Output::Table => print(&format!("{}\n", cell(&row["value"]))),
                Output::Json => return Ok(show_one(output, row, &[])),
            }
            Ok(Verdict::Done)
        }
    }
}

/// The versions of this program and, where one answers, of the server.
pub(super) async fn version(client: &Client, output: Output) -> Result<Verdict, CliError> {
    let own = env!("CARGO_PKG_VERSION");
    let server = match client.get(&path(&["version"])).await {
        Ok(answer) => answer["version"].clone(),
        Err(error) => {
            complain(&format!("of the server nothing is known: {error}"));
            Value::Null
        }
    };
    Ok(show_one(output, &json!({ "couture": own, "server": server }), &["couture", "server"]))
}
