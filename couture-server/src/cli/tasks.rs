//! `couture tasks …`

use serde_json::{Value, json};

use super::args::{Output, Tasks};
use super::clear;
use super::client::{Client, path};
use super::follow::Pause;
use super::print::{print, print_json};
use super::table::printable;
use super::task_test;
use super::verdict::{CliError, Verdict};

pub(super) async fn run(client: Client, output: Output, command: Tasks) -> Result<Verdict, CliError> {
    match command {
        Tasks::Clear(args) => clear::tasks(&client, output, args).await,
        Tasks::Mark(args) => clear::mark_task(&client, output, args).await,
        Tasks::Test(test) => task_test::run(output, test).await,
        Tasks::Run(args) => clear::run_task(&client, output, args).await,
        Tasks::Log { dag_id, run_id, task_id, try_number, follow } => {
            log(&client, output, [&dag_id, &run_id, &task_id], try_number, follow).await
        }
    }
}

async fn log(
    client: &Client,
    output: Output,
    [dag_id, run_id, task_id]: [&str; 3],
    try_number: Option<u32>,
    follow: bool,
) -> Result<Verdict, CliError> {
    let instance = ["dags", dag_id, "dagRuns", run_id, "taskInstances", task_id];
    let try_number = match try_number {
        Some(try_number) => try_number,
        None => last_try(client, &path(&instance), task_id, follow).await?,
    };
    let address = path(&[&instance[..], &["logs", &try_number.to_string()]].concat());
    let mut lines = Vec::new();
    let mut token: Option<String> = None;
    let mut pause = Pause::new();
    loop {
        let query = token.as_ref().map(|token| format!("?token={token}")).unwrap_or_default();
        let part = client.get(&format!("{address}{query}")).await?;
        let content = part["content"].as_array().map_or(&[][..], Vec::as_slice);
        for line in content.iter().filter_map(Value::as_str) {
            match output {
                Output::Table => print(&format!("{line}\n")),
                Output::Json => lines.push(json!(line)),
            }
        }
        token = part["continuation_token"].as_str().map(String::from);
        let at_end = part["at_end"] == json!(true);
        if token.is_none() || (at_end && !follow) {
            break;
        }
        if !content.is_empty() {
            pause.reset();
        }
        if at_end {
            pause.wait().await;
        }
    }
    if output == Output::Json {
        print_json(&json!({ "task_id": task_id, "try_number": try_number, "content": lines }));
    }
    Ok(Verdict::Done)
}

/// The number of the last try; with `follow`, the first one is waited for.
async fn last_try(client: &Client, address: &str, task_id: &str, follow: bool) -> Result<u32, CliError> {
    let mut pause = Pause::new();
    loop {
        let task = client.get(address).await?;
        let state = task["state"].as_str();
        let is_finished = matches!(state, Some("success" | "failed" | "upstream_failed" | "skipped"));
        match task["try_number"].as_u64() {
            Some(number) if number > 0 => return Ok(number as u32),
            _ if follow && !is_finished => pause.wait().await,
            _ => {
                let state = state.unwrap_or("waiting");
                let detail = format!("task {} was not started (it is {state}), so it has no log", printable(task_id));
                return Err(CliError::message(detail));
            }
        }
    }
}
