//! `couture runs …`

use serde_json::{Value, json};

use super::args::{Output, Runs};
use super::clear;
use super::client::{Client, path};
use super::dags::all;
use super::many_runs::{change_many, named};
use super::print::{print, print_json};
use super::table::{Table, cell, printable, seconds, time};
use super::verdict::{CliError, Verdict};

/// Longer reasons get lines of their own.
const MAX_REASON_CHARS: usize = 80;

pub(super) async fn run(client: Client, output: Output, command: Runs) -> Result<Verdict, CliError> {
    match command {
        Runs::List { dag_id, limit } => list(&client, output, dag_id.as_deref(), limit).await,
        Runs::Show { dag_id, run_id } => show(&client, output, &dag_id, &run_id).await,
        Runs::Log { dag_id, run_id } => log(&client, output, &dag_id, &run_id).await,
        Runs::Clear(args) => match args.many.query()? {
            Some(_) if args.only_failed => Err(CliError::message("--only-failed is about one run: leave --state out")),
            Some(many) => change_many(&client, output, &args.dag_id, "clear", &many, args.asking).await,
            None => clear::run(&client, output, args).await,
        },
        Runs::Mark(args) => match args.many.query()? {
            Some(many) => change_many(&client, output, &args.dag_id, args.state.word(), &many, args.asking).await,
            None => clear::mark_run(&client, output, args).await,
        },
        Runs::Cancel(args) => match args.many.query()? {
            Some(many) => change_many(&client, output, &args.dag_id, "failed", &many, args.asking).await,
            None if args.asking.dry_run => show(&client, output, &args.dag_id, &named(args.run_id)?).await,
            None => cancel(&client, output, &args.dag_id, &named(args.run_id)?).await,
        },
    }
}

async fn list(client: &Client, output: Output, dag_id: Option<&str>, limit: usize) -> Result<Verdict, CliError> {
    let address = format!("{}?limit={limit}", path(&["dags", dag_id.unwrap_or("~"), "dagRuns"]));
    let runs = client.get(&address).await?["dag_runs"].take();
    if output == Output::Json {
        print_json(&runs);
        return Ok(Verdict::Done);
    }
    let mut table = Table::new(&["dag_id", "run_id", "state", "logical_date", "started", "took"]);
    for run in runs.as_array().into_iter().flatten() {
        table.row([
            cell(&run["dag_id"]),
            cell(&run["dag_run_id"]),
            cell(&run["state"]),
            time(&run["logical_date"]),
            time(&run["start_date"]),
            seconds(&run["duration"]),
        ]);
    }
    print(&table.text());
    Ok(Verdict::Done)
}

pub(super) async fn show(client: &Client, output: Output, dag_id: &str, run_id: &str) -> Result<Verdict, CliError> {
    let mut run = client.get(&path(&["dags", dag_id, "dagRuns", run_id])).await?;
    let address = path(&["dags", dag_id, "dagRuns", run_id, "taskInstances"]);
    let tasks = all(client, &address, "task_instances").await?;
    if output == Output::Json {
        run["task_instances"] = json!(tasks);
        print_json(&run);
        return Ok(Verdict::Done);
    }
    print(&format!("run {} of {}: {}", printable(run_id), printable(dag_id), cell(&run["state"])));
    print(&match seconds(&run["duration"]) {
        took if took.is_empty() => "\n\n".to_owned(),
        took => format!(" after {took}\n\n"),
    });
    if let Some(reason) = run["reason"].as_str() {
        print(&format!("waiting: {}\n\n", printable(reason)));
    }
    print(&task_table(&tasks));
    Ok(Verdict::Done)
}

async fn log(client: &Client, output: Output, dag_id: &str, run_id: &str) -> Result<Verdict, CliError> {
    let address = path(&["dags", dag_id, "dagRuns", run_id, "log"]);
    let (mut lines, mut query) = (Vec::new(), String::new());
    loop {
        let mut part = client.get(&format!("{address}{query}")).await?;
        lines.extend(part["content"].as_array_mut().map(std::mem::take).unwrap_or_default());
        if part["at_end"] == json!(true) {
            break;
        }
        query = format!("?token={}", cell(&part["continuation_token"]));
    }
    match output {
        Output::Json => print_json(&json!({ "run_id": run_id, "content": lines })),
        Output::Table => lines.iter().filter_map(Value::as_str).for_each(|line| print(&format!("{line}\n"))),
    }
    Ok(Verdict::Done)
}

/// Task instances, in the API's shape, each with its reason behind it or, where that is long, in whole on lines of its own.
pub(super) fn task_table(tasks: &[Value]) -> String {
    let is_mapped = tasks.iter().any(|task| !task["rendered_map_index"].is_null());
    let mut headings = vec!["task_id", "map_index", "state", "try", "started", "took", "reason"];
    if !is_mapped {
        headings.remove(1);
    }
    let mut table = Table::new(&headings);
    for task in tasks {
        let state = cell(&task["state"]);
        let reason = cell(&task["reason"]);
        let is_long = reason.chars().count() > MAX_REASON_CHARS;
        let mut cells = vec![
            cell(&task["task_id"]),
            cell(&task["rendered_map_index"]),
            if state.is_empty() { "-".to_owned() } else { state },
            cell(&task["try_number"]),
            time(&task["start_date"]),
            seconds(&task["duration"]),
            if is_long { String::new() } else { reason.clone() },
        ];
        if !is_mapped {
            cells.remove(1);
        }
        table.row(cells);
        if is_long {
            table.note(&reason);
        }
    }
    table.text()
}

async fn cancel(client: &Client, output: Output, dag_id: &str, run_id: &str) -> Result<Verdict, CliError> {
    let run = client
        .patch(&path(&["dags", dag_id, "dagRuns", run_id]), &json!({ "state": "failed", "only_unfinished": true }))
        .await?;
    if output == Output::Json {
        print_json(&run);
    } else {
        print(&format!(
            "run {} is cancelled; {}\n",
            printable(run_id),
            match cell(&run["state"]).as_str() {
                "running" | "queued" => "its live attempts are being ended".to_owned(),
                over => format!("it is over: {over}"),
            }
        ));
    }
    Ok(Verdict::Done)
}
