//! Prints the logs of a run's attempts while they grow.

use std::collections::BTreeMap;

use couture_core::store::TaskRecord;
use couture_core::{AttemptToken, MapIndex, RunKey, TaskIndex};

use crate::api::LogSource;
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

/// The attempt of a task instance that was printed last.
struct Open {
    token: AttemptToken,
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
        let current = record.token;
        if current.try_number == 0 {
            return Ok(());
        }
        let first = AttemptToken { try_number: 1, launch: 1, ..current };
        let mut open = self.open.remove(&key).unwrap_or(Open::new(first));
        while open.token.try_number < current.try_number {
            self.attempt(&mut open, true).await?;
            let tries = self.node.reader().tries(self.run, key.0, key.1).await?;
            let last_launch = tries.iter().find(|old| old.token.try_number == open.token.try_number);
            open = match last_launch.filter(|old| old.token.launch > open.token.launch) {
                Some(_) => Open::new(AttemptToken { launch: open.token.launch + 1, ..open.token }),
                None => Open::new(AttemptToken { try_number: open.token.try_number + 1, launch: 1, ..current }),
            };
        }
        while open.token.launch < current.launch {
            self.attempt(&mut open, true).await?;
            open = Open::new(AttemptToken { launch: open.token.launch + 1, ..current });
        }
        self.attempt(&mut open, !record.state.is_live()).await?;
        self.open.insert(key, open);
        Ok(())
    }

    /// Prints what has come to an attempt's log; all of it where the attempt is over.
    async fn attempt(&self, open: &mut Open, is_over: bool) -> Result<(), CliError> {
        if open.is_over {
            return Ok(());
        }
        let logs: &dyn LogSource = self.node.logs();
        loop {
            let part = logs.read(open.token, open.offset, PART_BYTES).await;
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
            self.lines(open.token.task, &open.rest[..end]);
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

impl Open {
    fn new(token: AttemptToken) -> Self {
        Self { token, offset: 0, rest: Vec::new(), is_over: false }
    }
}
