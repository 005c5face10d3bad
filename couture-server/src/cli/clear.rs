//! `couture tasks clear|mark|run` and `couture runs clear|mark`

use couture_core::{TaskId, Timestamp};
use regex::Regex;
use serde_json::{Value, json};

use super::args::Output;
use super::asking::{affected_table, goes_on};
use super::client::{Client, path};
use super::dags::all;
use super::many_runs::named;
use super::operation_args::{RunClear, RunMark, TaskMark, TaskRun, TasksClear};
use super::print::{print, print_json};
use super::table::{cell, counted, printable};
use super::verdict::{CliError, Verdict};

/// A date as the API takes it.
pub(super) fn date(text: &str) -> Result<String, CliError> {
    Timestamp::parse(text).map(|date| date.to_string()).map_err(CliError::message)
}

fn show(output: Output, answer: &Value, verb: &str) {
    match output {
        Output::Json => print_json(answer),
        Output::Table => {
            let total = answer["total_entries"].as_u64().unwrap_or(0);
            print(&format!("{verb} {}\n", counted(total, "task instance")));
        }
    }
}

/// The tasks that are named, and those whose ids match. Nothing is chosen where nothing was asked for.
async fn task_ids(client: &Client, args: &TasksClear) -> Result<Vec<String>, CliError> {
    let (mut chosen, regexes): (Vec<_>, Vec<_>) = args.task_ids.iter().cloned().partition(|id| TaskId::new(id).is_ok());
    let regexes: Vec<String> = regexes.into_iter().chain(args.task_regexes.iter().cloned()).collect();
    if regexes.is_empty() {
        return Ok(chosen);
    }
    let tasks = all(client, &path(&["dags", &args.dag_id, "tasks"]), "tasks").await?;
    let known: Vec<String> = tasks.iter().map(|task| cell(&task["task_id"])).collect();
    for text in regexes {
        let regex = Regex::new(&text);
        let regex =
            regex.map_err(|_| CliError::message(format!("{text:?} is no task id and no regular expression")))?;
        let before = chosen.len();
        chosen.extend(known.iter().filter(|id| regex.is_match(id)).cloned());
        if chosen.len() == before {
            let known = known.iter().take(20).map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(CliError::message(format!("{text:?} matches no task of {}; it has {known}", args.dag_id)));
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

pub(super) async fn tasks(client: &Client, output: Output, args: TasksClear) -> Result<Verdict, CliError> {
    let task_ids = match (args.map_index, &args.task_ids[..]) {
        (None, _) => json!(task_ids(client, &args).await?),
        (Some(map_index), [task_id]) => json!([[task_id, map_index]]),
        (Some(_), _) => return Err(CliError::message("--map-index is about one task: give --task-id once")),
    };
    let mut body = json!({
        "dry_run": true,
        "run_on_latest_version": args.version.wish(),
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
    let mut body = json!({
        "dry_run": true,
        "only_failed": args.only_failed,
        "run_on_latest_version": args.version.wish(),
    });
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
    let plan = client.get(&address).await?;
    let (run, dag, state) = (printable(&run_id), printable(&args.dag_id), cell(&plan["state"]));
    let text = format!("run {run} of {dag}, which is {state}, would be marked: {}\n", args.state.word());
    if !goes_on(args.asking, output, &plan, &text)? {
        return Ok(Verdict::Done);
    }
    let run = client.patch(&address, &json!({ "state": args.state.word() })).await?;
    match output {
        Output::Json => print_json(&run),
        Output::Table => print(&format!("run {} is {}\n", printable(&run_id), cell(&run["state"]))),
    }
    Ok(Verdict::Done)
}
