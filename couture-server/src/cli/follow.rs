//! Waits for the end of a run.

use std::time::Duration;

use serde_json::Value;

use super::client::{Client, path};
use super::verdict::{CliError, Verdict};

/// From one question to the next: quick at first, then slower.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(1);

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

    /// Something happened: be quick again.
    pub(super) fn reset(&mut self) {
        self.0 = FIRST_PAUSE;
    }
}

/// The run as it is at its end.
pub(super) async fn until_end(client: &Client, dag_id: &str, run_id: &str) -> Result<(Value, Verdict), CliError> {
    let mut pause = Pause::new();
    loop {
        let run = client.get(&path(&["dags", dag_id, "dagRuns", run_id])).await?;
        match run["state"].as_str() {
            Some("success") => return Ok((run, Verdict::Done)),
            Some("failed") => return Ok((run, Verdict::Failed)),
            _ => pause.wait().await,
        }
    }
}
