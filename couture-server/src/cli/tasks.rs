//! `couture tasks …`

use serde_json::json;

use super::args::{Output, Tasks};
use super::clear;
use super::client::{Client, path};
use super::dag_facts;
use super::follow::Pause;
use super::print::{print, print_json};
use super::table::printable;
use super::task_test;
use super::verdict::{CliError, Verdict};

pub(super) async fn run(client: Client, output: Output, command: Tasks) -> Result<Verdict, CliError> {
    match command {
        Tasks::List { dag_id, tree } => dag_facts::tasks(&client, output, &dag_id, tree).await,
        Tasks::States { dag_id, run_id } => dag_facts::states(&client, output, &dag_id, &run_id).await,
        Tasks::Render { dag_id, run_id, task_id } => {
            dag_facts::render(&client, output, [&dag_id, &run_id, &task_id]).await
        }
        Tasks::Clear(args) => clear::tasks(&client, output, args).await,
        Tasks::Mark(args) => clear::mark_task(&client, output, args).await,
        Tasks::Test(test) => task_test::run(&client, output, test).await,
        Tasks::Run(args) => clear::run_task(&client, output, args).await,
        Tasks::Log { dag_id, run_id, task_id, try_number, map_index, follow } => {
            let wanted = Wanted { instance: [&dag_id, &run_id, &task_id], try_number, map_index, follow };
            log(&client, output, &wanted).await
        }
    }
}

/// Whose log, and how.
struct Wanted<'a> {
    /// DAG, run and task.
    instance: [&'a str; 3],
    try_number: Option<u32>,
    map_index: Option<i32>,
    follow: bool,
}

impl Wanted<'_> {
    fn address(&self, further: &[&str]) -> String {
        let [dag_id, run_id, task_id] = self.instance;
        let parts = [&["dags", dag_id, "dagRuns", run_id, "taskInstances", task_id][..], further].concat();
        let query = self.map_index.map(|index| format!("?map_index={index}")).unwrap_or_default();
        format!("{}{query}", path(&parts))
    }
}

async fn log(client: &Client, output: Output, wanted: &Wanted<'_>) -> Result<Verdict, CliError> {
    let try_number = match wanted.try_number {
        Some(try_number) => try_number,
        None => last_try(client, wanted).await?,
    };
    let address = wanted.address(&["logs", &try_number.to_string()]);
    let join = if address.contains('?') { '&' } else { '?' };
    let mut lines = Vec::new();
    let mut token: Option<String> = None;
    let mut pause = Pause::new();
    loop {
        let query = token.as_ref().map(|token| format!("{join}token={token}")).unwrap_or_default();
        let part = client.get(&format!("{address}{query}")).await?;
        let content = part["content"].as_array().map_or(&[][..], Vec::as_slice);
        for line in content.iter().filter_map(|line| line["event"].as_str()) {
            match output {
                Output::Table => print(&format!("{line}\n")),
                Output::Json => lines.push(json!(line)),
            }
        }
        token = part["continuation_token"].as_str().map(String::from);
        let at_end = part["at_end"] == json!(true);
        if token.is_none() || (at_end && !wanted.follow) {
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
        let [.., task_id] = wanted.instance;
        print_json(&json!({ "task_id": task_id, "try_number": try_number, "content": lines }));
    }
    Ok(Verdict::Done)
}

/// The number of the last try; with `follow`, the first one is waited for.
async fn last_try(client: &Client, wanted: &Wanted<'_>) -> Result<u32, CliError> {
    let [.., task_id] = wanted.instance;
    let address = wanted.address(&[]);
    let mut pause = Pause::new();
    loop {
        let task = client.get(&address).await?;
        let state = task["state"].as_str();
        let is_finished = matches!(state, Some("success" | "failed" | "upstream_failed" | "skipped"));
        match task["try_number"].as_u64() {
            Some(number) if number > 0 => return Ok(number as u32),
            _ if wanted.follow && !is_finished => pause.wait().await,
            _ => {
                let state = state.unwrap_or("waiting");
                let detail = format!("task {} was not started (it is {state}), so it has no log", printable(task_id));
                return Err(CliError::message(detail));
            }
        }
    }
}
