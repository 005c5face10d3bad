//! `couture variables …`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::args::Output;
use super::client::{Client, path};
use super::dags::all;
use super::entries::{OnExisting, create, from_file, text_or_input, to_file};
use super::print::{complain, print, print_json};
use super::table::{Table, cell, counted, printable};
use super::verdict::{CliError, Verdict};

const KIND: &str = "variables";
const MASK: &str = "***";

#[derive(Debug, Subcommand)]
pub(super) enum Variables {
    /// List variables; secrets are shown as ***.
    List,
    /// Print the value of a variable; a secret is printed as ***.
    Get {
        /// Its key.
        key: String,
        /// Printed where there is no such variable.
        #[arg(long, short, value_name = "VALUE")]
        default: Option<String>,
        /// The value is JSON: print what it stands for, a text without its quotes.
        #[arg(long, short)]
        json: bool,
    },
    /// Set a variable.
    Set {
        /// Its key. Where it tells of a secret (password, token, …), the value is never shown again.
        key: String,
        /// Its value; - for standard input.
        #[arg(allow_hyphen_values = true)]
        value: String,
        /// For people; one that is there stays where this is absent.
        #[arg(long)]
        description: Option<String>,
        /// Keep the value as a JSON text, in quotes, as Airflow does with this option.
        #[arg(long, short)]
        json: bool,
    },
    /// Delete a variable.
    Delete {
        /// Its key.
        key: String,
    },
    /// Set all variables of a file, or none.
    Import {
        /// A JSON object: {"key": value, …}, or {"key": {"value": …, "description": …}, …}; - for standard input.
        file: PathBuf,
        /// What happens to those that are there already.
        #[arg(long, short, value_enum, default_value_t = OnExisting::Overwrite, value_name = "WHAT")]
        action_on_existing_key: OnExisting,
    },
    /// Write all variables but secrets to a file.
    Export {
        /// The file; - for standard output.
        file: PathBuf,
    },
}

pub(super) async fn run(client: Client, output: Output, command: Variables) -> Result<Verdict, CliError> {
    match command {
        Variables::List => list(&client, output).await,
        Variables::Get { key, default, json } => get(&client, output, &key, default, json).await,
        Variables::Set { key, value, description, json } => {
            let value = text_or_input(value)?;
            let value = if json { Value::from(value).to_string() } else { value };
            set(&client, &key, value, description).await
        }
        Variables::Delete { key } => {
            client.delete(&path(&[KIND, &key])).await?;
            print(&format!("deleted variable {}\n", printable(&key)));
            Ok(Verdict::Done)
        }
        Variables::Import { file, action_on_existing_key } => {
            let entities: Vec<Value> = from_file(&file)?.into_iter().map(|(key, value)| entity(key, value)).collect();
            let all = entities.len();
            let written = create(&client, KIND, entities, action_on_existing_key).await?;
            print(&format!(
                "{written} of {} set\n",
                if all == 1 { "1 variable was".into() } else { format!("{all} variables were") }
            ));
            Ok(Verdict::Done)
        }
        Variables::Export { file } => export(&client, &file).await,
    }
}

async fn list(client: &Client, output: Output) -> Result<Verdict, CliError> {
    let variables = all(client, &path(&[KIND]), KIND).await?;
    if output == Output::Json {
        print_json(&json!(variables));
        return Ok(Verdict::Done);
    }
    let mut table = Table::new(&["key", "value", "description"]);
    for variable in &variables {
        table.row([cell(&variable["key"]), cell(&variable["value"]), cell(&variable["description"])]);
        tell_error(variable);
    }
    print(&table.text());
    Ok(Verdict::Done)
}

/// What cannot be decrypted is told of beside, not among, the result.
pub(super) fn tell_error(entry: &Value) {
    if let Some(error) = entry["error"].as_str() {
        complain(&printable(error));
    }
}

async fn get(
    client: &Client,
    output: Output,
    key: &str,
    default: Option<String>,
    json: bool,
) -> Result<Verdict, CliError> {
    let variable = match client.get(&path(&[KIND, key])).await {
        Err(error) if error.is_not_found() => match default {
            Some(default) => json!({ "key": key, "value": default }),
            None => return Err(error.into()),
        },
        other => other?,
    };
    match output {
        Output::Json => print_json(&variable),
        Output::Table if json => {
            let text = cell(&variable["value"]);
            let value = serde_json::from_str::<Value>(&text);
            let value = value.map_err(|_| CliError::message(format!("the value of {} is no JSON", printable(key))))?;
            print(&format!("{}\n", cell(&value)));
        }
        Output::Table => print(&format!("{}\n", cell(&variable["value"]))),
    }
    Ok(Verdict::Done)
}

async fn set(client: &Client, key: &str, value: String, description: Option<String>) -> Result<Verdict, CliError> {
    let mut body = json!({ "value": value });
    if let Some(description) = description {
        body["description"] = description.into();
    }
    match client.patch(&path(&[KIND, key]), &body).await {
        Err(error) if error.is_not_found() => {
            body["key"] = key.into();
            create(client, KIND, vec![body], OnExisting::Overwrite).await?;
        }
        other => drop(other?),
    }
    print(&format!("set variable {}\n", printable(key)));
    Ok(Verdict::Done)
}

/// An entry of a file: a value, or an object of value and description, as in Airflow.
fn entity(key: String, value: Value) -> Value {
    match value {
        Value::Object(mut fields)
            if fields.contains_key("value") && fields.keys().all(|name| name == "value" || name == "description") =>
        {
            fields.insert("key".into(), key.into());
            Value::Object(fields)
        }
        value => json!({ "key": key, "value": value }),
    }
}

async fn export(client: &Client, file: &std::path::Path) -> Result<Verdict, CliError> {
    let mut entries = BTreeMap::new();
    let mut left = Vec::new();
    for variable in all(client, &path(&[KIND]), KIND).await? {
        let (key, value, description) = (cell(&variable["key"]), &variable["value"], &variable["description"]);
        let is_shown = value.as_str().is_some_and(|text| !text.contains(MASK));
        if !is_shown {
            left.push(key);
        } else if description.is_null() {
            entries.insert(key, value.clone());
        } else {
            entries.insert(key, json!({ "value": value, "description": description }));
        }
    }
    to_file(file, &entries)?;
    if !left.is_empty() {
        complain(&format!("secrets are not exported: {}", printable(&left.join(", "))));
    }
    Ok(Verdict::Done)
}

/// `couture rotate-fernet-key`.
pub(super) async fn rotate(client: &Client) -> Result<Verdict, CliError> {
    let done = client.post(&path(&["fernetKey", "rotate"]), &json!({})).await?;
    let count = |what: &str, one: &str| counted(done[what].as_u64().unwrap_or(0), one);
    let (variables, connections) = (count("variables", "variable"), count("connections", "connection"));
    print(&format!("{variables} and {connections} are encrypted with the first key\n"));
    let errors: Vec<_> = done["errors"].as_array().into_iter().flatten().map(cell).collect();
    errors.iter().for_each(|error| complain(&printable(error)));
    Ok(if errors.is_empty() { Verdict::Done } else { Verdict::Failed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_values_or_objects_of_value_and_description() {
        let check = |value: Value, expected: Value| assert_eq!(entity("k".into(), value), expected);
        check(json!("v"), json!({ "key": "k", "value": "v" }));
        check(json!({ "a": 1 }), json!({ "key": "k", "value": { "a": 1 } }));
        check(json!({ "value": 1 }), json!({ "key": "k", "value": 1 }));
        check(json!({ "value": 1, "description": "d" }), json!({ "key": "k", "value": 1, "description": "d" }));
        check(json!({ "value": 1, "x": "d" }), json!({ "key": "k", "value": { "value": 1, "x": "d" } }));
    }
}
