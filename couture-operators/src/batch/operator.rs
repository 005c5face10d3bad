//! Runs a DAG over the rows of a table, batch after batch.

use async_trait::async_trait;
use couture_core::task::SeenRun;
use couture_core::{Failure, Operator, RunState, TaskContext};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{metadata, table};
use crate::dags::{ChildRuns, LOOK};

/// Runs another DAG once for each batch of rows of a CSV file, one run after the other, without holding a slot while it waits. A run finds
/// its rows under `metadata_df` in its configuration: a list of objects.
///
/// A batch whose run has succeeded is not run again in the same run of this DAG: after a failure or a crash it goes on with the first one
/// that is not done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopableBatchOperator {
    /// The DAG to run.
    pub run_dag_id: String,
    /// The CSV file: a path of this machine, or a URL with `file:`, `http:`, `https:`, `ftp:` or `s3:`; a template.
    pub metadata_file: String,
    /// How many rows a batch has; the last one may have fewer.
    #[serde(default = "ten", skip_serializing_if = "is_ten")]
    pub batch_size: usize,
    /// How many rows to leave out at the start, after the filter.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub batch_offset: usize,
    /// The column by which rows are chosen; all rows where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter_by: Option<String>,
    /// The values with which a row is chosen; a template.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filter_values: Vec<Value>,
}

/// Couture's own name of [`LoopableBatchOperator`] in DAG files.
pub type CoutureLoopableBatchOperator = LoopableBatchOperator;

fn ten() -> usize {
    10
}

fn is_ten(size: &usize) -> bool {
    *size == ten()
}

fn is_zero(offset: &usize) -> bool {
    *offset == 0
}

/// A batch that has a run, and the try that started it.
struct Newest {
    run: SeenRun,
    number: u32,
}

impl LoopableBatchOperator {
    /// Runs `run_dag_id` over `metadata_file` in batches of ten.
    pub fn new(run_dag_id: impl Into<String>, metadata_file: impl Into<String>) -> Self {
        Self {
            run_dag_id: run_dag_id.into(),
            metadata_file: metadata_file.into(),
            batch_size: ten(),
            batch_offset: 0,
            filter_by: None,
            filter_values: Vec::new(),
        }
    }

    /// Sets the size of a batch.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.batch_size = rows;
        self
    }

    /// Chooses the rows that have one of these values in a column.
    pub fn filter(mut self, column: impl Into<String>, values: impl IntoIterator<Item: Into<Value>>) -> Self {
        self.filter_by = Some(column.into());
        self.filter_values = values.into_iter().map(Into::into).collect();
        self
    }

    /// The rows, read once in a try: what the file becomes meanwhile moves no batch.
    async fn rows(&self, cx: &TaskContext) -> Result<Vec<Value>, Failure> {
        let token = cx.token();
        let (run, task, index) = (token.run.0, token.task.0, token.map_index.0);
        let key = format!("batches/{run}/{task}.{index}.{}.json", token.try_number);
        if (cx.waited().is_some() || token.launch > 1)
            && let Ok(kept) = cx.services().artifacts.get(&key).await
        {
            return Ok(serde_json::from_slice(&kept)?);
        }
        let content = metadata::read(&self.metadata_file, cx).await?;
        let (filter_by, values) = (self.filter_by.clone(), self.filter_values.clone());
        let rows = tokio::task::spawn_blocking(move || {
            table::rows(&content, filter_by.as_deref().map(|column| (column, &*values)))
        });
        let rows: Vec<Value> = rows.await??.into_iter().skip(self.batch_offset).collect();
        if let Err(error) = cx.services().artifacts.put(&key, serde_json::to_vec(&rows)?).await {
            tracing::debug!(%error, "the rows of batches are not kept, and read again for each");
        }
        Ok(rows)
    }

    async fn newest(&self, runs: &ChildRuns<'_>, batch: usize) -> Result<Option<Newest>, Failure> {
        for number in (1..=runs.cx.try_number()).rev() {
            if let Some(run) = runs.seen(&runs.run_id("batch", Some(batch), number)?).await? {
                return Ok(Some(Newest { run, number }));
            }
        }
        Ok(None)
    }

    /// The first of `count` batches that is not done. Batches run in order, so those that have a run come first.
    async fn first_open(&self, runs: &ChildRuns<'_>, count: usize) -> Result<usize, Failure> {
        let (mut begun, mut rest) = (0, count);
        while begun < rest {
            let middle = begun.midpoint(rest);
            match self.newest(runs, middle).await? {
                Some(_) => begun = middle + 1,
                None => rest = middle,
            }
        }
        let Some(last) = begun.checked_sub(1) else { return Ok(0) };
        let is_done = self.newest(runs, last).await?.is_some_and(|newest| newest.run.state == RunState::Success);
        Ok(if is_done { begun } else { last })
    }

    /// Starts the run of a batch where it has none that counts, and waits for its end.
    async fn run_batch(&self, runs: &ChildRuns<'_>, batch: usize, rows: &[Value]) -> Result<(), Failure> {
        let number = match self.newest(runs, batch).await? {
            // The failure of an earlier try is what this one repairs.
            Some(newest) if newest.number < runs.cx.try_number() && newest.run.state == RunState::Failed => None,
            found => found.map(|newest| newest.number),
        };
        let run_id = runs.run_id("batch", Some(batch), number.unwrap_or(runs.cx.try_number()))?;
        if number.is_none() {
            let date = runs.cx.run().logical_date;
            runs.start(&run_id, Some(date), json!({ "metadata_df": rows })).await?;
        }
        runs.succeeded(&run_id).await
    }
}

#[async_trait]
impl Operator for LoopableBatchOperator {
    type Input = ();
    type Output = usize;

    /// Gives the number of batches to later tasks.
    async fn run(&self, (): (), cx: &TaskContext) -> Result<usize, Failure> {
        if self.batch_size == 0 {
            return Err(Failure::fatal("batch_size must be 1 or more"));
        }
        let runs = ChildRuns::new(&self.run_dag_id, LOOK, cx)?;
        let rows = self.rows(cx).await?;
        let batches: Vec<&[Value]> = rows.chunks(self.batch_size).collect();
        let first = self.first_open(&runs, batches.len()).await?;
        for (batch, rows) in batches.iter().enumerate().skip(first) {
            self.run_batch(&runs, batch, rows).await?;
        }
        Ok(batches.len())
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["metadata_file", "filter_values"]
    }

    fn waits_for_dag(&self) -> Option<&str> {
        Some(&self.run_dag_id)
    }
}

couture_core::operator!(LoopableBatchOperator, "loopable_batch");
