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
    /// Add a connection, by its URI or by its fields.
    Add(Box<Add>),
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
    /// What it connects to, such as postgres.
    #[arg(long, value_name = "TYPE", required_unless_present = "conn_uri")]
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
            print(&format!("{written} connections were added\n"));
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

async fn add(client: &Client, add: Add) -> Result<Verdict, CliError> {
    let mut body = Map::new();
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
