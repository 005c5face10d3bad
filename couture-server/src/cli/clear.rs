//! `couture tasks clear|mark|run` and `couture runs clear|mark`

use couture_core::Timestamp;
use serde_json::{Value, json};

use super::args::Output;
use super::asking::{affected_table, goes_on};
use super::client::{Client, path};
use super::many_runs::named;
use super::operation_args::{RunClear, RunMark, TaskMark, TaskRun, TasksClear};
use super::print::{print, print_json};
use super::table::{cell, printable};
use super::verdict::{CliError, Verdict};

/// A date as the API takes it.
pub(super) fn date(text: &str) -> Result<String, CliError> {
    Timestamp::parse(text).map(|date| date.to_string()).map_err(CliError::message)
}

fn show(output: Output, answer: &Value, verb: &str) {
    match output {
        Output::Json => print_json(answer),
        Output::Table => print(&format!("{verb} {} task instances\n", cell(&answer["total_entries"]))),
    }
}

pub(super) async fn tasks(client: &Client, output: Output, args: TasksClear) -> Result<Verdict, CliError> {
    let task_ids = match (args.map_index, &args.task_ids[..]) {
        (None, _) => json!(args.task_ids),
        (Some(map_index), [task_id]) => json!([[task_id, map_index]]),
        (Some(_), _) => return Err(CliError::message("--map-index is about one task: give --task-id once")),
    };
    let mut body = json!({
        "dry_run": true,
        "only_failed": args.only_failed,
        "only_running": args.only_running,
        "include_upstream": args.with.upstream,
        "include_downstream": args.with.downstream,
        "include_past": args.with.past,
        "include_future": args.with.future,
        "task_ids": task_ids,
    });
    for (field, text) in [("start_date", &args.start_date), ("end_date", &args.end_date)] {
        if let Some(text) = text {
            body[field] = date(text)?.into();
        }
    }
    if let Some(run_id) = args.run_id {
        body["dag_run_id"] = run_id.into();
    }
    let address = path(&["dags", &args.dag_id, "clearTaskInstances"]);
    let plan = client.post(&address, &body).await?;
    if goes_on(args.asking, output, &plan, &affected_table(&plan))? {
        body["dry_run"] = false.into();
        show(output, &client.post(&address, &body).await?, "cleared");
    }
    Ok(Verdict::Done)
}

pub(super) async fn mark_task(client: &Client, output: Output, args: TaskMark) -> Result<Verdict, CliError> {
    let body = json!({
        "new_state": args.state.word(),
        "include_upstream": args.with.upstream,
        "include_downstream": args.with.downstream,
        "include_past": args.with.past,
        "include_future": args.with.future,
    });
    let instance = path(&["dags", &args.dag_id, "dagRuns", &args.run_id, "taskInstances", &args.task_id]);
    let index = args.map_index.map(|index| format!("?map_index={index}")).unwrap_or_default();
    let plan = client.patch(&format!("{instance}/dry_run{index}"), &body).await?;
    if goes_on(args.asking, output, &plan, &affected_table(&plan))? {
        show(output, &client.patch(&format!("{instance}{index}"), &body).await?, "marked");
    }
    Ok(Verdict::Done)
}

pub(super) async fn run_task(client: &Client, output: Output, args: TaskRun) -> Result<Verdict, CliError> {
    let instance = path(&["dags", &args.dag_id, "dagRuns", &args.run_id, "taskInstances", &args.task_id, "run"]);
    let index = args.map_index.map(|index| format!("?map_index={index}")).unwrap_or_default();
    let task = client.post(&format!("{instance}{index}"), &json!({})).await?;
    match output {
        Output::Json => print_json(&task),
        Output::Table => {
            print(&format!("task {} of run {} runs\n", printable(&args.task_id), printable(&args.run_id)));
        }
    }
    Ok(Verdict::Done)
}

pub(super) async fn run(client: &Client, output: Output, args: RunClear) -> Result<Verdict, CliError> {
    let run_id = named(args.run_id)?;
    let address = path(&["dags", &args.dag_id, "dagRuns", &run_id, "clear"]);
    let mut body = json!({ "dry_run": true, "only_failed": args.only_failed });
    let plan = client.post(&address, &body).await?;
    if goes_on(args.asking, output, &plan, &affected_table(&plan))? {
        body["dry_run"] = false.into();
        let run = client.post(&address, &body).await?;
        match output {
            Output::Json => print_json(&run),
            Output::Table => {
                print(&format!("run {} begins again: {}\n", printable(&run_id), cell(&run["state"])));
            }
        }
    }
    Ok(Verdict::Done)
}

pub(super) async fn mark_run(client: &Client, output: Output, args: RunMark) -> Result<Verdict, CliError> {
    let run_id = named(args.run_id)?;
    let address = path(&["dags", &args.dag_id, "dagRuns", &run_id]);
    let run = client.patch(&address, &json!({ "state": args.state.word() })).await?;
    match output {
        Output::Json => print_json(&run),
        Output::Table => print(&format!("run {} is {}\n", printable(&run_id), cell(&run["state"]))),
    }
    Ok(Verdict::Done)
}
