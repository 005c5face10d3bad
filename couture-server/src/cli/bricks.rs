//! `couture bricks …`

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::args::Output;
use super::asking::confirmed;
use super::client::{Client, path};
use super::dags::all;
use super::entries::text_or_input;
use super::print::{print, print_json};
use super::table::{Table, cell, printable};
use super::verdict::{CliError, Verdict};

const KIND: &str = "codeBricks";

#[derive(Debug, Subcommand)]
pub(super) enum Bricks {
    /// List code bricks.
    List {
        /// A part of their title or description.
        #[arg(long, short)]
        search: Option<String>,
    },
    /// Print the code of a code brick.
    Show {
        /// Its id.
        id: String,
    },
    /// Add a code brick.
    Add {
        /// Its title.
        title: String,
        /// The file with its code; - for standard input.
        file: PathBuf,
        /// What it does.
        #[arg(long, short)]
        description: Option<String>,
        /// The language of the code.
        #[arg(long, default_value = "python")]
        language: String,
    },
    /// Delete a code brick.
    Delete {
        /// Its id.
        id: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
}

pub(super) async fn run(client: Client, output: Output, command: Bricks) -> Result<Verdict, CliError> {
    match command {
        Bricks::List { search } => list(&client, output, search).await,
        Bricks::Show { id } => {
            let brick = client.get(&path(&[KIND, &id])).await?;
            match output {
                Output::Json => print_json(&brick),
                Output::Table => print(brick["content"].as_str().unwrap_or_default()),
            }
            Ok(Verdict::Done)
        }
        Bricks::Add { title, file, description, language } => {
            let content = if file.as_os_str() == "-" {
                text_or_input("-".to_owned())?
            } else {
                let failed = |error| CliError::message(format!("{} cannot be read: {error}", file.display()));
                std::fs::read_to_string(&file).map_err(failed)?
            };
            let description = description.unwrap_or_default();
            let body = json!({"title": title, "content": content, "description": description, "language": language});
            let brick = client.post(&path(&[KIND]), &body).await?;
            match output {
                Output::Json => print_json(&brick),
                Output::Table => print(&format!("added code brick {}\n", printable(&cell(&brick["id"])))),
            }
            Ok(Verdict::Done)
        }
        Bricks::Delete { id, yes } => {
            if !yes && !confirmed(&format!("Delete the code brick {}?", printable(&id)))? {
                return Ok(Verdict::Done);
            }
            client.delete(&path(&[KIND, &id])).await?;
            print(&format!("deleted code brick {}\n", printable(&id)));
            Ok(Verdict::Done)
        }
    }
}

async fn list(client: &Client, output: Output, search: Option<String>) -> Result<Verdict, CliError> {
    let mut address = path(&[KIND]);
    if let Some(search) = search {
        address.push_str(&format!("?q={}", path(&[&search]).trim_start_matches("/api/v2/")));
    }
    let bricks = all(client, &address, "bricks").await?;
    if output == Output::Json {
        print_json(&json!(bricks));
        return Ok(Verdict::Done);
    }
    let mut table = Table::new(&["id", "title", "language", "built_in"]);
    for brick in &bricks {
        table.row(["id", "title", "language", "built_in"].map(|field| cell(&brick[field])));
    }
    print(&table.text());
    Ok(Verdict::Done)
}
