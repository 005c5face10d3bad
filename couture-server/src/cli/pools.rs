//! `couture pools …`

use clap::Subcommand;
use serde_json::{Value, json};

use super::args::Output;
use super::asking::confirmed;
use super::client::{Client, path};
use super::dags::all;
use super::print::{print, print_json};
use super::table::{Table, cell, printable};
use super::verdict::{CliError, Verdict};

const KIND: &str = "pools";
const COLUMNS: [&str; 5] = ["name", "slots", "occupied_slots", "open_slots", "description"];

#[derive(Debug, Subcommand)]
pub(super) enum Pools {
    /// List pools.
    List,
    /// Show a pool.
    Get {
        /// Its name.
        name: String,
    },
    /// Make a pool, or change it.
    Set {
        /// Its name.
        name: String,
        /// How many slots it has: how many tasks of one slot each run in it at a time.
        #[arg(allow_negative_numbers = true)]
        slots: i64,
        /// For people; one that is there stays where this is absent.
        description: Option<String>,
    },
    /// Delete a pool that no task is using.
    Delete {
        /// Its name.
        name: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
}

pub(super) async fn run(client: Client, output: Output, command: Pools) -> Result<Verdict, CliError> {
    match command {
        Pools::List => show(output, &json!(all(&client, &path(&[KIND]), KIND).await?)),
        Pools::Get { name } => show(output, &client.get(&path(&[KIND, &name])).await?),
        Pools::Set { name, slots, description } => {
            let mut body = json!({ "slots": slots });
            if let Some(description) = description {
                body["description"] = description.into();
            }
            let pool = match client.patch(&path(&[KIND, &name]), &body).await {
                Err(error) if error.is_not_found() => {
                    body["name"] = name.into();
                    client.post(&path(&[KIND]), &body).await?
                }
                other => other?,
            };
            show(output, &pool)
        }
        Pools::Delete { name, yes } => {
            if !yes && !confirmed(&format!("Delete pool {}?", printable(&name)))? {
                return Ok(Verdict::Done);
            }
            client.delete(&path(&[KIND, &name])).await?;
            print(&format!("deleted pool {}\n", printable(&name)));
            Ok(Verdict::Done)
        }
    }
}

/// One pool, or a list of them.
fn show(output: Output, pools: &Value) -> Result<Verdict, CliError> {
    if output == Output::Json {
        print_json(pools);
        return Ok(Verdict::Done);
    }
    let mut table = Table::new(&COLUMNS);
    for pool in pools.as_array().map_or(std::slice::from_ref(pools), Vec::as_slice) {
        table.row(COLUMNS.map(|column| cell(&pool[column])));
    }
    print(&table.text());
    Ok(Verdict::Done)
}
