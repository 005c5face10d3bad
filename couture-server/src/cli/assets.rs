//! `couture assets …`

use clap::Subcommand;
use serde_json::{Value, json};

use super::args::Output;
use super::client::{Client, path};
use super::dags::{all, conf};
use super::follow;
use super::print::{print, print_json};
use super::runs;
use super::table::{Table, cell, printable, time};
use super::verdict::{CliError, Verdict};

#[derive(Debug, Subcommand)]
pub(super) enum Assets {
    /// List the assets that DAGs name.
    List,
    /// Show an asset: who writes it, and who waits for it.
    Show {
        /// Its name.
        name: String,
    },
    /// List the changes of an asset, or of all, the newest first.
    Events {
        /// Of this asset only.
        name: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 25)]
        limit: usize,
        /// The oldest first.
        #[arg(long)]
        oldest_first: bool,
    },
    /// Start a run of the DAG that writes an asset.
    Materialize {
        /// The asset's name.
        name: String,
        /// The run's configuration: a JSON object.
        #[arg(long, short, value_name = "JSON")]
        conf: Option<String>,
        /// Wait for the end; the exit code tells whether the run succeeded.
        #[arg(long)]
        wait: bool,
    },
    /// Say that an asset was changed from outside: the runs that wait for it follow.
    CreateEvent {
        /// The asset's name.
        name: String,
        /// Facts about the change: a JSON object.
        #[arg(long, value_name = "JSON")]
        extra: Option<String>,
    },
}

pub(super) async fn run(client: Client, output: Output, command: Assets) -> Result<Verdict, CliError> {
    match command {
        Assets::List => list(&client, output).await,
        Assets::Show { name } => show(&client, output, &name).await,
        Assets::Events { name, limit, oldest_first } => {
            events(&client, output, name.as_deref(), limit, oldest_first).await
        }
        Assets::Materialize { name, conf, wait } => materialize(&client, output, &name, conf.as_deref(), wait).await,
        Assets::CreateEvent { name, extra } => create_event(&client, output, &name, extra.as_deref()).await,
    }
}

/// Tasks as `dag.task`.
fn tasks(tasks: &Value) -> String {
    let one = |task: &Value| format!("{}.{}", cell(&task["dag_id"]), cell(&task["task_id"]));
    tasks.as_array().into_iter().flatten().map(one).collect::<Vec<_>>().join(", ")
}

fn dags(dags: &Value) -> String {
    dags.as_array().into_iter().flatten().map(|dag| cell(&dag["dag_id"])).collect::<Vec<_>>().join(", ")
}

async fn list(client: &Client, output: Output) -> Result<Verdict, CliError> {
    let assets = all(client, &path(&["assets"]), "assets").await?;
    if output == Output::Json {
        print_json(&json!(assets));
        return Ok(Verdict::Done);
    }
    let mut table = Table::new(&["name", "written_by", "waited_for_by", "last_change"]);
    for asset in &assets {
        table.row([
            cell(&asset["name"]),
            tasks(&asset["producing_tasks"]),
            dags(&asset["scheduled_dags"]),
            time(&asset["last_asset_event"]["timestamp"]),
        ]);
    }
    print(&table.text());
    Ok(Verdict::Done)
}

async fn show(client: &Client, output: Output, name: &str) -> Result<Verdict, CliError> {
    let asset = client.get(&path(&["assets", name])).await?;
    if output == Output::Json {
        print_json(&asset);
        return Ok(Verdict::Done);
    }
    let mut facts = Table::bare();
    for (what, text) in [
        ("asset", cell(&asset["name"])),
        ("uri", cell(&asset["uri"])),
        ("written by", tasks(&asset["producing_tasks"])),
        ("read by", tasks(&asset["consuming_tasks"])),
        ("waited for by", dags(&asset["scheduled_dags"])),
        ("last change", time(&asset["last_asset_event"]["timestamp"])),
    ] {
        if !text.is_empty() {
            facts.row([what.into(), text]);
        }
    }
    print(&facts.text());
    Ok(Verdict::Done)
}

async fn events(
    client: &Client,
    output: Output,
    name: Option<&str>,
    limit: usize,
    oldest_first: bool,
) -> Result<Verdict, CliError> {
    let order = if oldest_first { "timestamp" } else { "-timestamp" };
    let mut address = format!("{}?limit={limit}&order_by={order}", path(&["assets", "events"]));
    if let Some(name) = name {
        address.push_str(&format!("&name={}", path(&[name]).trim_start_matches("/api/v2/")));
    }
    let events = client.get(&address).await?["asset_events"].take();
    if output == Output::Json {
        print_json(&events);
        return Ok(Verdict::Done);
    }
    let mut table = Table::new(&["asset", "when", "dag_id", "run_id", "task_id", "map_index", "extra"]);
    for event in events.as_array().into_iter().flatten() {
        let map_index = event["source_map_index"].as_i64().filter(|index| *index >= 0);
        table.row([
            cell(&event["name"]),
            time(&event["timestamp"]),
            cell(&event["source_dag_id"]),
            cell(&event["source_run_id"]),
            cell(&event["source_task_id"]),
            map_index.map(|index| index.to_string()).unwrap_or_default(),
            if event["extra"].is_null() { String::new() } else { event["extra"].to_string() },
        ]);
    }
    print(&table.text());
    Ok(Verdict::Done)
}

async fn materialize(
    client: &Client,
    output: Output,
    name: &str,
    given: Option<&str>,
    wait: bool,
) -> Result<Verdict, CliError> {
    let run = client.post(&path(&["assets", name, "materialize"]), &json!({ "conf": conf(given)? })).await?;
    let (dag_id, run_id) = (cell(&run["dag_id"]), cell(&run["dag_run_id"]));
    match output {
        Output::Json if !wait => print_json(&run),
        Output::Json => {}
        Output::Table => print(&format!("started run {} of {}\n", printable(&run_id), printable(&dag_id))),
    }
    if !wait {
        return Ok(Verdict::Done);
    }
    let (_, verdict) = follow::until_end(client, &dag_id, &run_id).await?;
    runs::show(client, output, &dag_id, &run_id).await?;
    Ok(verdict)
}

async fn create_event(client: &Client, output: Output, name: &str, extra: Option<&str>) -> Result<Verdict, CliError> {
    let extra = match extra.map(serde_json::from_str::<Value>) {
        None => Value::Null,
        Some(Ok(extra @ Value::Object(_))) => extra,
        Some(Ok(_)) => return Err(CliError::message("--extra must be a JSON object, such as '{\"rows\": 1}'")),
        Some(Err(error)) => return Err(CliError::message(format!("--extra is not JSON: {error}"))),
    };
    let taken = client.post(&path(&["assets", "events"]), &json!({ "name": name, "extra": extra })).await?;
    match output {
        Output::Json => print_json(&taken),
        Output::Table => print(&format!("asset {} was changed\n", printable(name))),
    }
    Ok(Verdict::Done)
}
