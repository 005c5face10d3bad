//! The own run and its task instances.

use std::collections::BTreeMap;

use couture_core::store::{StoreError, TaskRecord};
use couture_core::{MapIndex, TaskIndex, Timestamp};
use serde_json::{Value, json};

use super::Asks;

const PAGE: usize = 1_000;
/// The most that are told of.
const MAX: usize = 20_000;

/// A task and which of its instances; [`MapIndex::NONE`] where the task stands for itself.
type Place = (TaskIndex, MapIndex);

impl Asks<'_> {
    /// All of them, also those that nothing has happened to; of an expanded task its instances.
    pub(super) async fn task_instances(&self) -> Result<Value, String> {
        let Some(reader) = &self.python.reader else { return Ok(Value::Null) };
        let run = self.cx.run();
        let text = |error: StoreError| error.to_string();
        let mapped = reader.mapped_tasks(run.key).await.map_err(text)?;
        let (mut rows, mut after) = (BTreeMap::new(), None);
        loop {
            let page = reader.tasks(run.key, after, PAGE).await.map_err(text)?;
            let is_last = page.len() < PAGE;
            after = page.last().map(place);
            rows.extend(page.into_iter().map(|row| (place(&row), row)));
            if is_last || rows.len() >= MAX {
                break;
            }
        }
        let tasks = run.dag.tasks();
        let told = places(tasks.len() as u32, &mapped).take(MAX).map(|(task, map_index)| {
            let row = rows.get(&(task, map_index));
            json!({
                "task_id": run.dag.task(task).task_id,
                "map_index": map_index,
                "try_number": row.map_or(0, |row| row.token.try_number),
                "state": row.map(|row| row.state),
                "start_date": date(row.and_then(|row| row.started_at)),
                "end_date": date(row.and_then(|row| row.ended_at)),
            })
        });
        Ok(told.collect())
    }

    /// When the run was created and begun; null where nothing is kept of it.
    pub(super) async fn run_dates(&self) -> Result<Value, String> {
        let Some(reader) = &self.python.reader else { return Ok(Value::Null) };
        let found = reader.runs_of(&[self.cx.run().key]).await.map_err(|error| error.to_string())?.pop();
        Ok(found.map_or(
            Value::Null,
            |run| json!({ "queued_at": date(Some(run.queued_at)), "start_date": date(run.started_at) }),
        ))
    }
}

fn place(row: &TaskRecord) -> Place {
    (row.token.task, row.token.map_index)
}

fn date(time: Option<Timestamp>) -> Value {
    time.map_or(Value::Null, |time| time.to_string().into())
}

/// The places of the first `tasks` tasks; `mapped` are those that have instances, ascending, each with how many.
fn places(tasks: u32, mapped: &[(TaskIndex, u32)]) -> impl Iterator<Item = Place> {
    (0..tasks).map(TaskIndex).flat_map(move |task| {
        let instances = match mapped.binary_search_by_key(&task, |(task, _)| *task) {
            Ok(at) => 0..i32::try_from(mapped[at].1).unwrap_or(i32::MAX),
            Err(_) => MapIndex::NONE.0..0,
        };
        instances.map(move |index| (task, MapIndex(index)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_stand_for_an_expanded_task() {
        let check = |tasks: u32, mapped: &[(u32, u32)], expected: &[(u32, i32)]| {
            let mapped: Vec<_> = mapped.iter().map(|(task, count)| (TaskIndex(*task), *count)).collect();
            let found: Vec<_> = places(tasks, &mapped).map(|(task, map_index)| (task.0, map_index.0)).collect();
            assert_eq!(found, expected);
        };
        check(0, &[], &[]);
        check(2, &[], &[(0, -1), (1, -1)]);
        check(3, &[(1, 2)], &[(0, -1), (1, 0), (1, 1), (2, -1)]);
        check(2, &[(0, 1), (1, 3)], &[(0, 0), (1, 0), (1, 1), (1, 2)]);
        assert_eq!(places(1, &[(TaskIndex(0), u32::MAX)]).take(MAX).count(), MAX);
    }
}
