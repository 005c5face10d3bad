//! `couture runs clear|mark|cancel DAG --state STATE`: the same for many runs.

use clap::ValueEnum;
use serde_json::{Value, json};

use super::args::Output;
use super::asking::goes_on;
use super::clear::date;
use super::client::{Client, path};
use super::operation_args::Asking;
use super::print::{print, print_json};
use super::table::{counted, printable};
use super::verdict::{CliError, Verdict};

/// A state that runs are chosen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RunState {
    /// They wait for room.
    Queued,
    /// Their tasks are run.
    Running,
    /// They have succeeded.
    Success,
    /// They have failed.
    Failed,
}

/// Which runs, where not one is named.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Many {
    /// All runs in this state; may be given again.
    #[arg(long = "state", value_name = "STATE", value_enum)]
    pub(super) states: Vec<RunState>,
    /// Of these, only those with a logical date before this.
    #[arg(long, value_name = "DATE", requires = "states")]
    pub(super) before: Option<String>,
}

impl Many {
    /// The API's words for them; nothing where one run is meant.
    pub(super) fn query(&self) -> Result<Option<Value>, CliError> {
        if self.states.is_empty() {
            return Ok(None);
        }
        let word = |state: &RunState| match state {
            RunState::Queued => "queued",
            RunState::Running => "running",
            RunState::Success => "success",
            RunState::Failed => "failed",
        };
        let states: Vec<_> = self.states.iter().map(word).collect();
        let before = self.before.as_deref().map(date).transpose()?;
        Ok(Some(json!({ "states": states, "logical_date_lt": before })))
    }
}

/// The run that must be named where no state is.
pub(super) fn named(run_id: Option<String>) -> Result<String, CliError> {
    run_id.ok_or_else(|| CliError::message("name a run, or all in a state by --state"))
}

/// What was done to so many runs.
fn done(changed: usize, action: &str) -> String {
    match (changed, action) {
        (1, "clear") => "1 run begins again".into(),
        (_, "clear") => format!("{changed} runs begin again"),
        (1, _) => format!("1 run is marked: {action}"),
        _ => format!("{changed} runs are marked: {action}"),
    }
}

/// Does something to all runs of a DAG that `many` is about, batch by batch.
pub(super) async fn change_many(
    client: &Client,
    output: Output,
    dag_id: &str,
    action: &str,
    many: &Value,
    asking: Asking,
) -> Result<Verdict, CliError> {
    let address = path(&["dags", dag_id, "changeDagRuns"]);
    let mut body = many.clone();
    body["action"] = action.into();
    let plan = client.post(&address, &body).await?;
    let total = counted(plan["total_entries"].as_u64().unwrap_or(0), "run");
    let what = if action == "clear" { "would begin again" } else { "would be marked" };
    if !goes_on(asking, output, &plan, &format!("{total} of {} {what}\n", printable(dag_id)))? {
        return Ok(Verdict::Done);
    }
    body["dry_run"] = false.into();
    let mut changed = 0;
    loop {
        let answer = client.post(&address, &body).await?;
        changed += answer["dag_run_ids"].as_array().map_or(0, Vec::len);
        match answer["continuation_token"].as_str() {
            Some(token) => body["continuation_token"] = token.into(),
            None => break,
        }
    }
    match output {
        Output::Json => print_json(&json!({ "changed": changed })),
        Output::Table => print(&format!("{}\n", done(changed, action))),
    }
    Ok(Verdict::Done)
}
