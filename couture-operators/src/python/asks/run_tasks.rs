//! The task instances of the own run.

use serde_json::{Value, json};

use super::Asks;

const PAGE: usize = 1_000;
/// The most that are told of.
const MAX: usize = 20_000;

impl Asks<'_> {
    pub(super) async fn task_instances(&self) -> Result<Value, String> {
        let Some(reader) = &self.python.reader else { return Ok(Value::Null) };
        let run = self.cx.run();
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = reader.tasks(run.key, after, PAGE).await.map_err(|error| error.to_string())?;
            for record in &page {
                let token = record.token;
                found.push(json!({
                    "task_id": run.dag.task(token.task).task_id,
                    "map_index": token.map_index,
                    "try_number": token.try_number,
                    "state": record.state,
                    "start_date": record.started_at.map(|at| at.to_string()),
                    "end_date": record.ended_at.map(|at| at.to_string()),
                }));
            }
            match page.last() {
                Some(last) if page.len() == PAGE && found.len() < MAX => {
                    after = Some((last.token.task, last.token.map_index))
                }
                _ => return Ok(found.into()),
            }
        }
    }
}
