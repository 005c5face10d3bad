//! `couture eda …`

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::args::Output;
use super::client::{Client, path};
use super::dags::all;
use super::print::{print, print_json};
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
    },
    /// List the reports, the newest first.
    Outputs,
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
        Eda::Run { source, kind, target } => {
            let kind = match kind {
                Kind::Preliminary => "preliminary",
                Kind::DataImportance => "data_importance",
            };
            let body = json!({ "source": source, "kind": kind, "target": target });
            let started = client.post(&path(&["eda", "runs"]), &body).await?;
            tell(output, &started, &cell(&started["message"]));
        }
        Eda::Outputs => {
            let outputs = all(&client, &path(&["eda", "outputs"]), "outputs").await?;
            show(output, &outputs, &["path", "size", "last_modified"]);
        }
    }
    Ok(Verdict::Done)
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
