//! `couture connections …`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::args::Output;
use super::client::{Client, path};
use super::dags::all;
use super::entries::{from_file, text_or_input, to_file};
use super::print::{complain, print, print_json};
use super::table::{Table, cell, printable};
use super::variables::tell_error;
use super::verdict::{CliError, Verdict};

const KIND: &str = "connections";
const FIELDS: [&str; 8] = ["conn_type", "description", "host", "login", "password", "schema", "port", "extra"];

#[derive(Debug, Subcommand)]
pub(super) enum Connections {
    /// List connections; passwords are shown as ***.
    List,
    /// Show the connections of an id; passwords are shown as ***.
    Get {
        /// The id.
        conn_id: String,
    },
    /// Add a connection, by its URI, as JSON or by its fields.
    Add(Box<Add>),
    /// Ask the system behind a connection for a sign of life; the exit code tells whether it answers.
    Test {
        /// The id.
        conn_id: String,
    },
    /// Delete all connections of an id.
    Delete {
        /// The id.
        conn_id: String,
    },
    /// Add all connections of a file, or none.
    Import {
        /// A JSON object: {"id": "URI", …}, {"id": {"conn_type": …, "host": …}, …}, or a list of these for several that share an id;
        /// - for standard input.
        file: PathBuf,
        /// Replace those that are there already; without this, any such refuses the whole file.
        #[arg(long)]
        overwrite: bool,
    },
    /// Write all connections, without their secrets, to a file.
    Export {
        /// The file; - for standard output.
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// The id that tasks ask for.
    conn_id: String,
    /// All in one, such as postgres://USER:PASSWORD@HOST:PORT/SCHEMA; - for standard input, which no list of processes shows.
    #[arg(long, value_name = "URI", conflicts_with_all = ["conn_type", "conn_host", "conn_login", "conn_password", "conn_schema", "conn_port", "conn_extra"])]
    conn_uri: Option<String>,
    /// All in one as a JSON object, such as {"conn_type": "postgres", "host": "db", "extra": {"sslmode": "require"}}; - for standard input.
    #[arg(long, value_name = "JSON", conflicts_with_all = ["conn_uri", "conn_type", "conn_host", "conn_login", "conn_password", "conn_schema", "conn_port", "conn_extra"])]
    conn_json: Option<String>,
    /// What it connects to, such as postgres.
    #[arg(long, value_name = "TYPE", required_unless_present_any = ["conn_uri", "conn_json"])]
    conn_type: Option<String>,
    /// Name or address.
    #[arg(long, value_name = "HOST")]
    conn_host: Option<String>,
    /// The user.
    #[arg(long, value_name = "USER")]
    conn_login: Option<String>,
    /// The password; - for standard input, which no list of processes shows.
    #[arg(long, value_name = "PASSWORD", allow_hyphen_values = true)]
    conn_password: Option<String>,
    /// The database, or what the system calls a part of it.
    #[arg(long, value_name = "SCHEMA")]
    conn_schema: Option<String>,
    /// The port.
    #[arg(long, value_name = "PORT")]
    conn_port: Option<u16>,
    /// Everything else, mostly a JSON object.
    #[arg(long, value_name = "JSON")]
    conn_extra: Option<String>,
    /// For people.
    #[arg(long, visible_alias = "conn-description", value_name = "TEXT")]
    description: Option<String>,
    /// Add it beside those that have this id: each task then gets one of them at random.
    #[arg(long)]
    beside: bool,
}

pub(super) async fn run(client: Client, output: Output, command: Connections) -> Result<Verdict, CliError> {
    match command {
        Connections::List => show(output, &all(&client, &path(&[KIND]), KIND).await?),
        Connections::Get { conn_id } => get(&client, output, &conn_id).await,
        Connections::Add(add) => self::add(&client, *add).await,
        Connections::Test { conn_id } => test(&client, output, &conn_id).await,
        Connections::Delete { conn_id } => {
            client.delete(&path(&[KIND, &conn_id])).await?;
            print(&format!("deleted connection {}\n", printable(&conn_id)));
            Ok(Verdict::Done)
        }
        Connections::Import { file, overwrite } => {
            let entries = from_file(&file)?;
            // Several may share an id.
            let written: usize = entries.values().map(|value| value.as_array().map_or(1, Vec::len)).sum();
            // The server knows the secrets that the file has not, and keeps them.
            let action = if overwrite { "overwrite" } else { "fail" };
            let address = format!("{}?action={action}", path(&[KIND, "import"]));
            client.post(&address, &Value::Object(entries.into_iter().collect())).await?;
            match written {
                1 => print("1 connection was added\n"),
                _ => print(&format!("{written} connections were added\n")),
            }
            Ok(Verdict::Done)
        }
        Connections::Export { file } => export(&client, &file).await,
    }
}

fn show(output: Output, connections: &[Value]) -> Result<Verdict, CliError> {
    if output == Output::Json {
        print_json(&json!(connections));
        return Ok(Verdict::Done);
    }
    let columns = ["connection_id", "conn_type", "host", "port", "schema", "login", "password", "extra", "description"];
    let mut table = Table::new(&columns);
    for connection in connections {
        table.row(columns.map(|column| cell(&connection[column])));
        tell_error(connection);
    }
    print(&table.text());
    Ok(Verdict::Done)
}

async fn get(client: &Client, output: Output, conn_id: &str) -> Result<Verdict, CliError> {
    // Refuses an id that is not there; the list has all that share one.
    client.get(&path(&[KIND, conn_id])).await?;
    let mut found = all(client, &path(&[KIND]), KIND).await?;
    found.retain(|connection| connection["connection_id"] == conn_id);
    show(output, &found)
}

async fn test(client: &Client, output: Output, conn_id: &str) -> Result<Verdict, CliError> {
    let answer = client.post(&path(&[KIND, "test"]), &json!({ "connection_id": conn_id })).await?;
    let answers = answer["status"] == json!(true);
    match output {
        Output::Json => print_json(&answer),
        Output::Table if answers => print(&format!("{}\n", printable(&cell(&answer["message"])))),
        Output::Table => complain(&printable(&format!("{conn_id}: {}", cell(&answer["message"])))),
    }
    Ok(if answers { Verdict::Done } else { Verdict::Failed })
}

/// The fields of a connection in JSON, as the API takes them: as in Airflow an extra may be an object, and a port a text.
fn fields_of(text: &str) -> Result<Map<String, Value>, CliError> {
    let failed = |reason: &str| CliError::message(format!("--conn-json {reason}"));
    // The reader's message may quote a secret.
    let json = serde_json::from_str(text).map_err(|_| failed("is no JSON"))?;
    let Value::Object(mut fields) = json else { return Err(failed("is no JSON object")) };
    if let Some(name) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(failed(&format!("has {name:?}, which is none of {}", FIELDS.join(", "))));
    }
    if let Some(extra) = fields.get_mut("extra").filter(|extra| !extra.is_string() && !extra.is_null()) {
        *extra = extra.to_string().into();
    }
    if let Some(port) = fields.get_mut("port")
        && let Some(number) = port.as_str().and_then(|text| text.parse::<u16>().ok())
    {
        *port = number.into();
    }
    Ok(fields)
}

async fn add(client: &Client, add: Add) -> Result<Verdict, CliError> {
    let mut body = match add.conn_json.map(text_or_input).transpose()? {
        Some(text) => fields_of(&text)?,
        None => Map::new(),
    };
    let mut field = |name: &str, value: Option<Value>| {
        body.extend(value.map(|value| (name.to_owned(), value)));
    };
    field("connection_id", Some(add.conn_id.clone().into()));
    field("uri", add.conn_uri.map(text_or_input).transpose()?.map(Value::from));
    field("password", add.conn_password.map(text_or_input).transpose()?.map(Value::from));
    field("conn_type", add.conn_type.map(Value::from));
    field("host", add.conn_host.map(Value::from));
    field("login", add.conn_login.map(Value::from));
    field("schema", add.conn_schema.map(Value::from));
    field("port", add.conn_port.map(Value::from));
    field("extra", add.conn_extra.map(Value::from));
    field("description", add.description.map(Value::from));
    let address = if add.beside { "/api/connections".to_owned() } else { path(&[KIND]) };
    client.post(&address, &Value::Object(body)).await?;
    print(&format!("added connection {}\n", printable(&add.conn_id)));
    Ok(Verdict::Done)
}

async fn export(client: &Client, file: &std::path::Path) -> Result<Verdict, CliError> {
    let mut entries: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut left = Vec::new();
    for connection in all(client, &path(&[KIND]), KIND).await? {
        tell_error(&connection);
        let conn_id = cell(&connection["connection_id"]);
        let mut fields = Map::new();
        let mut is_whole = connection["error"].is_null();
        for name in FIELDS {
            match &connection[name] {
                Value::Null => {}
                Value::String(text) if matches!(name, "password" | "extra") && text.contains("***") => is_whole = false,
                value => drop(fields.insert(name.to_owned(), value.clone())),
            }
        }
        if !is_whole {
            left.push(conn_id.clone());
        }
        entries.entry(conn_id).or_default().push(Value::Object(fields));
    }
    let single = |mut several: Vec<Value>| if several.len() == 1 { several.remove(0) } else { Value::Array(several) };
    to_file(file, &entries.into_iter().map(|(conn_id, several)| (conn_id, single(several))).collect())?;
    if !left.is_empty() {
        complain(&format!("secrets are not exported; without theirs are: {}", printable(&left.join(", "))));
    }
    Ok(Verdict::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_in_json_has_the_fields_of_airflow() {
        let check = |text: &str, expected: Value| assert_eq!(Value::Object(fields_of(text).unwrap()), expected);
        check(r#"{"conn_type": "x", "port": "80"}"#, json!({ "conn_type": "x", "port": 80 }));
        check(r#"{"conn_type": "x", "extra": {"a": 1}}"#, json!({ "conn_type": "x", "extra": "{\"a\":1}" }));
        let refused = |text: &str, word: &str| {
            let error = fields_of(text).unwrap_err().to_string();
            assert!(error.contains(word) && !error.contains("hunter2"), "{error}");
        };
        refused(r#"{"user": "hunter2"}"#, "\"user\", which is none of conn_type");
        refused("hunter2", "is no JSON");
        refused("[\"hunter2\"]", "is no JSON object");
    }
}
