//! `couture dags next-execution|import-errors|source|details` and `couture tasks list|render|states`: what is known of DAGs and tasks.

use serde_json::Value;

use super::args::Output;
use super::client::{Client, path};
use super::dags::all;
use super::listing::{show, show_one};
use super::print::{complain, print, print_json};
use super::table::{Table, cell, printable, time};
use super::verdict::{CliError, Verdict};

pub(super) async fn next_execution(client: &Client, output: Output, dag_id: &str) -> Result<Verdict, CliError> {
    let dag = client.get(&path(&["dags", dag_id])).await?;
    let next = [&dag["next_dagrun_logical_date"], &dag["next_dagrun_run_after"]];
    if next.iter().all(|next| next.is_null()) {
        complain(&format!("dag {} has no next run: it is paused, has no schedule, or is over", printable(dag_id)));
        return Ok(Verdict::Failed);
    }
    match output {
        Output::Json => {
            let names = ["next_dagrun_logical_date", "next_dagrun_run_after"];
            print_json(
                &names.into_iter().zip(next).map(|(name, value)| (name.to_owned(), value.clone())).collect::<Value>(),
            );
        }
        Output::Table => print(&format!("{}\n", time(if next[0].is_null() { next[1] } else { next[0] }))),
    }
    Ok(Verdict::Done)
}

pub(super) async fn import_errors(client: &Client, output: Output) -> Result<Verdict, CliError> {
    let errors = all(client, &format!("{}?warnings=true", path(&["importErrors"])), "import_errors").await?;
    if output == Output::Json {
        return Ok(show(output, &errors, &[]));
    }
    let mut table = Table::new(&["filename", "timestamp"]);
    for error in &errors {
        table.row([cell(&error["filename"]), time(&error["timestamp"])]);
        let text = [&error["stack_trace"], &error["reason"]].into_iter().find(|text| !text.is_null());
        table.note(&text.map(cell).unwrap_or_default());
    }
    print(&table.text());
    let is_broken = errors.iter().any(|error| error["is_warning"] != true);
    Ok(if is_broken { Verdict::Failed } else { Verdict::Done })
}

pub(super) async fn source(client: &Client, output: Output, dag_id: &str) -> Result<Verdict, CliError> {
    let source = client.get(&path(&["dagSources", dag_id])).await?;
    match output {
        Output::Json => print_json(&source),
        Output::Table => print(&format!("{}\n", cell(&source["content"]).trim_end())),
    }
    Ok(Verdict::Done)
}

pub(super) async fn details(client: &Client, output: Output, dag_id: &str) -> Result<Verdict, CliError> {
    let dag = client.get(&path(&["dags", dag_id, "details"])).await?;
    let fields: Vec<&str> = dag.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    Ok(show_one(output, &dag, &fields))
}

pub(super) async fn tasks(client: &Client, output: Output, dag_id: &str, tree: bool) -> Result<Verdict, CliError> {
    let tasks = all(client, &path(&["dags", dag_id, "tasks"]), "tasks").await?;
    if tree && output == Output::Table {
        let ids: Vec<String> = tasks.iter().map(|task| cell(&task["task_id"])).collect();
        let is_below = |id: &String| tasks.iter().any(|task| names(task).contains(id));
        ids.iter().filter(|id| !is_below(id)).for_each(|root| branch(&tasks, root, 0));
        return Ok(Verdict::Done);
    }
    Ok(show(output, &tasks, &["task_id", "operator_name", "trigger_rule", "downstream_task_ids"]))
}

fn names(task: &Value) -> Vec<String> {
    task["downstream_task_ids"].as_array().into_iter().flatten().map(cell).collect()
}

/// The deepest branch that is drawn: a wide graph has more ways through it than anybody reads.
const MAX_DEPTH: usize = 20;

fn branch(tasks: &[Value], id: &str, depth: usize) {
    let dots = if depth == MAX_DEPTH { " …" } else { "" };
    print(&format!("{}{}{dots}\n", "  ".repeat(depth), printable(id)));
    if depth < MAX_DEPTH {
        let task = tasks.iter().find(|task| task["task_id"] == id);
        task.map(names).unwrap_or_default().iter().for_each(|below| branch(tasks, below, depth + 1));
    }
}

pub(super) async fn states(client: &Client, output: Output, dag_id: &str, run_id: &str) -> Result<Verdict, CliError> {
    let address = path(&["dags", dag_id, "dagRuns", run_id, "taskInstances"]);
    let instances = all(client, &address, "task_instances").await?;
    Ok(show(output, &instances, &["task_id", "map_index", "state", "try_number", "start_date", "end_date", "duration"]))
}

pub(super) async fn render(
    client: &Client,
    output: Output,
    [dag_id, run_id, task_id]: [&str; 3],
) -> Result<Verdict, CliError> {
    let instance = client.get(&path(&["dags", dag_id, "dagRuns", run_id, "taskInstances", task_id])).await?;
    let Some(fields) = instance["rendered_fields"].as_object() else {
        return Err(CliError::message(format!(
            "nothing is known of the fields of {task_id:?} in this run; it has not begun yet"
        )));
    };
    if output == Output::Json {
        print_json(&instance["rendered_fields"]);
        return Ok(Verdict::Done);
    }
    for (name, value) in fields {
        print(&format!("# {}\n{}\n", printable(name), cell(value)));
    }
    Ok(Verdict::Done)
}
