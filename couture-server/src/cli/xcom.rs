//! `couture xcom …`

use clap::Subcommand;

use super::args::Output;
use super::client::{Client, path};
use super::dags::all;
use super::listing::show;
use super::print::{print, print_json};
use super::table::cell;
use super::verdict::{CliError, Verdict};

#[derive(Debug, Subcommand)]
pub(super) enum XCom {
    /// List what a task left for others.
    List {
        /// The DAG.
        dag_id: String,
        /// The run.
        run_id: String,
        /// The task.
        task_id: String,
    },
    /// Print what a task left for others under a key.
    Get {
        /// The DAG.
        dag_id: String,
        /// The run.
        run_id: String,
        /// The task.
        task_id: String,
        /// The key.
        #[arg(default_value = "return_value")]
        key: String,
        /// Which instance of a mapped task.
        #[arg(long, value_name = "N")]
        map_index: Option<i32>,
    },
}

pub(super) async fn run(client: Client, output: Output, command: XCom) -> Result<Verdict, CliError> {
    let of_task = |dag_id: &str, run_id: &str, task_id: &str, rest: &[&str]| {
        path(&[&["dags", dag_id, "dagRuns", run_id, "taskInstances", task_id, "xcomEntries"][..], rest].concat())
    };
    match command {
        XCom::List { dag_id, run_id, task_id } => {
            let entries = all(&client, &of_task(&dag_id, &run_id, &task_id, &[]), "xcom_entries").await?;
            Ok(show(output, &entries, &["key", "map_index", "timestamp"]))
        }
        XCom::Get { dag_id, run_id, task_id, key, map_index } => {
            let query = map_index.map(|index| format!("?map_index={index}")).unwrap_or_default();
            let entry = client.get(&format!("{}{query}", of_task(&dag_id, &run_id, &task_id, &[&key]))).await?;
            match output {
                Output::Json => print_json(&entry),
                Output::Table => print(&format!("{}\n", cell(&entry["value"]))),
            }
            Ok(Verdict::Done)
        }
    }
}
