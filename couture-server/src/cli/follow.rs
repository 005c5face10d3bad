//! Waits for the end of a run.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::client::{Client, path};
use super::print::complain;
use super::table::{cell, printable};
use super::verdict::{CliError, Verdict};

/// From one question to the next: quick at first, then slower.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// The most reasons that are told of one run, and the task instances that are looked at for them.
const MAX_REASONS: usize = 50;
const LOOK: usize = 1_000;

/// Pauses that grow.
#[derive(Debug)]
pub(super) struct Pause(Duration);

impl Pause {
    pub(super) fn new() -> Self {
        Self(FIRST_PAUSE)
    }

    /// Waits, and longer the next time.
    pub(super) async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 3 / 2).min(LAST_PAUSE);
    }

    /// Whether there were many already.
    fn is_long(&self) -> bool {
        self.0 >= LAST_PAUSE
    }

    /// Something happened: be quick again.
    pub(super) fn reset(&mut self) {
        self.0 = FIRST_PAUSE;
    }
}

/// The run as it is at its end. What it waits for is told of beside, each reason once.
pub(super) async fn until_end(client: &Client, dag_id: &str, run_id: &str) -> Result<(Value, Verdict), CliError> {
    let mut pause = Pause::new();
    let mut told = BTreeSet::new();
    loop {
        let run = client.get(&path(&["dags", dag_id, "dagRuns", run_id])).await?;
        match run["state"].as_str() {
            Some("success") => return Ok((run, Verdict::Done)),
            Some("failed") => return Ok((run, Verdict::Failed)),
            _ => {}
        }
        // What is over within moments waits for nothing worth telling.
        if pause.is_long() {
            for reason in reasons(client, &run, dag_id, run_id).await? {
                if told.len() < MAX_REASONS && told.insert(reason.clone()) {
                    complain(&format!("waiting: {}", printable(&reason)));
                }
            }
        }
        pause.wait().await;
    }
}

/// What a run that is not over waits for.
async fn reasons(client: &Client, run: &Value, dag_id: &str, run_id: &str) -> Result<Vec<String>, CliError> {
    let mut reasons: Vec<String> = run["reason"].as_str().map(String::from).into_iter().collect();
    let instances = path(&["dags", dag_id, "dagRuns", run_id, "taskInstances"]);
    let tasks = client.get(&format!("{instances}?limit={LOOK}")).await?;
    for task in tasks["task_instances"].as_array().into_iter().flatten() {
        let waits = matches!(task["state"].as_str(), None | Some("cleared" | "deferred" | "up_for_retry"));
        if let Some(reason) = task["reason"].as_str().filter(|_| waits) {
            let index = task["rendered_map_index"].as_str().map(|index| format!("[{index}]")).unwrap_or_default();
            let state = task["state"].as_str().map(|state| format!(" ({state})")).unwrap_or_default();
            reasons.push(format!("task {}{index}{state}: {reason}", cell(&task["task_id"])));
        }
    }
    Ok(reasons)
}
