//! `couture eda …`

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::args::Output;
use super::asking::confirmed;
use super::client::{Client, path, query};
use super::dags::all;
use super::follow::until_end;
use super::kept_files::save;
use super::print::{print, print_json};
use super::runs;
use super::table::{Table, cell, printable};
use super::verdict::{CliError, Verdict};

#[derive(Debug, Subcommand)]
pub(super) enum Eda {
    /// List the data sets that can be looked at.
    Sources,
    /// Add a data set: a source, or a table or query of a connection.
    Add {
        /// A whole path of the server's machine, or a URL without a password.
        #[arg(required_unless_present = "connection", conflicts_with = "connection")]
        source: Option<String>,
        /// The id of a connection.
        #[arg(long, short)]
        connection: Option<String>,
        /// A table of the connection.
        #[arg(long, requires = "connection", conflicts_with = "query")]
        table: Option<String>,
        /// A query to the connection.
        #[arg(long, requires = "connection")]
        query: Option<String>,
    },
    /// Take a data set off the list. Its reports stay.
    Remove {
        /// Its name in the list.
        source: String,
    },
    /// Look at a data set of the list, and tell where the report will be.
    Run {
        /// Its name in the list.
        source: String,
        /// What is to be found out.
        #[arg(long, value_enum, default_value = "preliminary")]
        kind: Kind,
        /// For data-importance: the column that the others are to tell about; one is proposed where it is absent.
        #[arg(long)]
        target: Option<String>,
        /// Wait for its end; the exit code says how it ended.
        #[arg(long, short)]
        wait: bool,
    },
    /// List the reports, the newest first.
    Outputs,
    /// Write a file of a report to a file here.
    Get {
        /// Its path in the list.
        path: String,
        /// The file here, or - for the standard output; the last part of the path by default.
        file: Option<PathBuf>,
    },
    /// Delete all files of a report.
    Delete {
        /// The path of one of them.
        path: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Kind {
    Preliminary,
    DataImportance,
}

pub(super) async fn run(client: Client, output: Output, command: Eda) -> Result<Verdict, CliError> {
    match command {
        Eda::Sources => {
            let list = client.get(&path(&["eda", "sources"])).await?;
            let sources = list["sources"].as_array().cloned().unwrap_or_default();
            show(output, &sources, &["source", "connection_id", "added_by", "added_at"]);
        }
        Eda::Add { source, connection, table, query } => {
            let body = json!({ "source": source, "connection_id": connection, "table": table, "query": query });
            let added = client.post(&path(&["eda", "sources"]), &body).await?;
            tell(output, &added, &format!("added {}", cell(&added["source"])));
        }
        Eda::Remove { source } => {
            client.delete(&format!("{}?{}", path(&["eda", "sources"]), query("source", &source))).await?;
            print(&format!("removed {}\n", printable(&source)));
        }
        Eda::Run { source, kind, target, wait } => {
            let kind = match kind {
                Kind::Preliminary => "preliminary",
                Kind::DataImportance => "data_importance",
            };
            let body = json!({ "source": source, "kind": kind, "target": target });
            let started = client.post(&path(&["eda", "runs"]), &body).await?;
            return tell_run(&client, output, &started, wait).await;
        }
        Eda::Outputs => {
            let outputs = all(&client, &path(&["eda", "outputs"]), "outputs").await?;
            show(output, &outputs, &["path", "size", "last_modified"]);
        }
        Eda::Get { path: report, file } => {
            let name = report.rsplit('/').next().unwrap_or_default().to_owned();
            let file = file.unwrap_or_else(|| name.into());
            return save(&client, &format!("{}?{}", path(&["eda", "outputs", "file"]), query("path", &report)), &file)
                .await;
        }
        Eda::Delete { path: report, yes } => {
            if yes || confirmed(&format!("Delete the report of {}?", printable(&report)))? {
                client.delete(&format!("{}?{}", path(&["eda", "outputs"]), query("path", &report))).await?;
                print(&format!("deleted the report of {}\n", printable(&report)));
            }
        }
    }
    Ok(Verdict::Done)
}

/// Tells of a run that was started, and of its end where that is waited for.
async fn tell_run(client: &Client, output: Output, started: &Value, wait: bool) -> Result<Verdict, CliError> {
    let (dag_id, run_id) = (cell(&started["dag_id"]), cell(&started["dag_run_id"]));
    if !wait || output == Output::Table {
        tell(output, started, &format!("started run {run_id}: {}", cell(&started["message"])));
    }
    if !wait {
        return Ok(Verdict::Done);
    }
    let (_, verdict) = until_end(client, &dag_id, &run_id).await?;
    runs::show(client, output, &dag_id, &run_id).await?;
    Ok(verdict)
}

fn tell(output: Output, answer: &Value, words: &str) {
    match output {
        Output::Json => print_json(answer),
        Output::Table => print(&format!("{}\n", printable(words))),
    }
}

fn show(output: Output, entries: &[Value], fields: &[&'static str]) {
    if output == Output::Json {
        return print_json(&json!(entries));
    }
    let mut table = Table::new(fields);
    for entry in entries {
        table.row(fields.iter().map(|field| cell(&entry[*field])));
    }
    print(&table.text());
}
