//! Prints the logs of a run's attempts while they grow.

use std::collections::BTreeMap;

use couture_core::store::TaskRecord;
use couture_core::{MapIndex, RunKey, TaskIndex};

use crate::cli::print::print;
use crate::cli::verdict::CliError;
use crate::node::Node;

const PAGE: usize = 1_000;
/// Bytes read at a time.
const PART_BYTES: usize = 256 << 10;

/// Prints each line behind its task's id.
pub(super) struct LogPrinter<'n> {
    node: &'n Node,
    run: RunKey,
    task_ids: &'n [String],
    width: usize,
    is_on: bool,
    open: BTreeMap<(TaskIndex, MapIndex), Open>,
}

/// The try of a task instance that is printed.
#[derive(Default)]
struct Open {
    try_number: u32,
    offset: u64,
    rest: Vec<u8>,
    is_over: bool,
}

impl<'n> LogPrinter<'n> {
    pub(super) fn new(node: &'n Node, run: RunKey, task_ids: &'n [String], is_on: bool) -> Self {
        let width = task_ids.iter().map(|id| id.chars().count()).max().unwrap_or(0).min(40);
        Self { node, run, task_ids, width, is_on, open: BTreeMap::new() }
    }

    /// Prints all that is there.
    pub(super) async fn rest(&mut self) -> Result<(), CliError> {
        if !self.is_on {
            return Ok(());
        }
        let mut after = None;
        loop {
            let records = self.node.reader().tasks(self.run, after, PAGE).await?;
            for record in &records {
                self.instance(record).await?;
            }
            match records.last() {
                Some(last) if records.len() == PAGE => after = Some((last.token.task, last.token.map_index)),
                _ => return Ok(()),
            }
        }
    }

    async fn instance(&mut self, record: &TaskRecord) -> Result<(), CliError> {
        let key = (record.token.task, record.token.map_index);
        let mut open = self.open.remove(&key).unwrap_or_default();
        while open.try_number < record.token.try_number {
            if open.try_number > 0 {
                self.print(key, &mut open, true).await?;
            }
            open = Open { try_number: open.try_number + 1, ..Open::default() };
        }
        if open.try_number > 0 {
            self.print(key, &mut open, !record.state.is_live()).await?;
        }
        self.open.insert(key, open);
        Ok(())
    }

    /// Prints what has come to a try's log; all of it where the try is over.
    async fn print(&self, key: (TaskIndex, MapIndex), open: &mut Open, is_over: bool) -> Result<(), CliError> {
        if open.is_over {
            return Ok(());
        }
        loop {
            let logs = self.node.logs();
            let part = logs.read(self.run, key.0, key.1, open.try_number, open.offset, PART_BYTES).await;
            let part = part.map_err(|error| CliError::message(format!("failed to read a log: {error}")))?;
            let is_last = part.content.len() < PART_BYTES;
            open.offset = part.next;
            open.rest.extend(part.content);
            let end = match open.rest.iter().rposition(|byte| *byte == b'\n') {
                Some(at) => at + 1,
                None if open.rest.len() >= PART_BYTES || (is_last && is_over) => open.rest.len(),
                None => 0,
            };
            let end = if is_last && is_over { open.rest.len() } else { end };
            self.lines(key.0, &open.rest[..end]);
            open.rest.drain(..end);
            if is_last {
                open.is_over = is_over;
                return Ok(());
            }
        }
    }

    fn lines(&self, task: TaskIndex, bytes: &[u8]) {
        let task_id = self.task_ids.get(task.at()).map_or("?", String::as_str);
        let text = String::from_utf8_lossy(bytes);
        let lines: String =
            text.lines().map(|line| format!("{task_id:<width$} | {line}\n", width = self.width)).collect();
        print(&lines);
    }
}
