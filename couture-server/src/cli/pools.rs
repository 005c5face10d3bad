//! `couture pools …`

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::args::Output;
use super::asking::confirmed;
use super::client::{Client, ClientError, path};
use super::dags::all;
use super::entries::{from_file, to_file};
use super::print::{complain, print, print_json};
use super::table::{Table, cell, printable};
use super::verdict::{CliError, Verdict};

const KIND: &str = "pools";
/// What an entry of a file may hold, as in Airflow.
const FIELDS: [&str; 3] = ["slots", "description", "include_deferred"];
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
    /// Make or change all pools of a JSON file, as Airflow writes it: {"pool": {"slots": 5, "description": "…"}}.
    Import {
        /// The file; - for standard input.
        file: PathBuf,
    },
    /// Write all pools to a file that can be imported, here or by Airflow.
    Export {
        /// The file; - for standard output.
        file: PathBuf,
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
            show(output, &put(&client, &name, body).await?)
        }
        Pools::Import { file } => import(&client, &file).await,
        Pools::Export { file } => {
            let pools = all(&client, &path(&[KIND]), KIND).await?;
            to_file(&file, &pools.iter().map(|pool| (cell(&pool["name"]), exported(pool))).collect())?;
            Ok(Verdict::Done)
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

/// Changes a pool, or makes it.
async fn put(client: &Client, name: &str, mut body: Value) -> Result<Value, ClientError> {
    match client.patch(&path(&[KIND, name]), &body).await {
        Err(error) if error.is_not_found() => {
            body["name"] = name.into();
            client.post(&path(&[KIND]), &body).await
        }
        other => other,
    }
}

fn exported(pool: &Value) -> Value {
    let text = |value: &Value| if value.is_null() { json!("") } else { value.clone() };
    json!({ "slots": pool["slots"], "description": text(&pool["description"]), "include_deferred": false })
}

/// Nothing is sent unless the whole file makes sense.
async fn import(client: &Client, file: &Path) -> Result<Verdict, CliError> {
    let failed = |reason: String| CliError::message(format!("failed to import {}: {reason}", file.display()));
    let entries = from_file(file)?;
    let mut bodies = Vec::new();
    for (name, entry) in &entries {
        bodies.push((name, imported(entry).map_err(|reason| failed(format!("pool {name:?} {reason}")))?));
    }
    for (done, (name, body)) in bodies.into_iter().enumerate() {
        if entries[name]["include_deferred"] == true {
            complain(&format!("pool {}: what is deferred holds no slot here (include_deferred)", printable(name)));
        }
        let sent = put(client, name, body).await;
        sent.map_err(|error| failed(format!("pool {name:?}: {error} ({done} of {} were imported)", entries.len())))?;
    }
    match entries.len() {
        1 => print("1 pool was imported\n"),
        total => print(&format!("{total} pools were imported\n")),
    }
    Ok(Verdict::Done)
}

/// What is sent for an entry of a file, or what is wrong with it.
fn imported(entry: &Value) -> Result<Value, String> {
    let fields = entry.as_object().ok_or("is not an object, such as {\"slots\": 5}")?;
    if let Some(other) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(format!("has the field {other:?}; pools have {}", FIELDS.join(", ")));
    }
    let slots = fields.get("slots").filter(|slots| slots.is_i64());
    let slots = slots.ok_or("has no slots that are a whole number")?;
    let mut body = json!({ "slots": slots });
    match fields.get("description") {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => body["description"] = text.as_str().into(),
        Some(_) => return Err("has a description that is no text".into()),
    }
    Ok(body)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_those_of_airflow() {
        let check = |entry: Value, expected: Result<Value, &str>| match (imported(&entry), expected) {
            (Err(reason), Err(words)) => assert!(reason.contains(words), "{entry}: {reason}"),
            (found, expected) => assert_eq!(found, expected.map_err(String::from), "{entry}"),
        };
        check(json!({ "slots": 5, "description": "" }), Ok(json!({ "slots": 5, "description": "" })));
        check(json!({ "slots": -1, "description": null, "include_deferred": true }), Ok(json!({ "slots": -1 })));
        check(json!(5), Err("is not an object"));
        check(json!({ "description": "" }), Err("no slots"));
        check(json!({ "slots": "5" }), Err("no slots"));
        check(json!({ "slots": 1, "size": 5 }), Err("\"size\""));
        check(json!({ "slots": 1, "description": 5 }), Err("no text"));
        let pool = json!({ "name": "p", "slots": 2, "description": null, "open_slots": 2 });
        assert_eq!(imported(&exported(&pool)), Ok(json!({ "slots": 2, "description": "" })));
    }
}
