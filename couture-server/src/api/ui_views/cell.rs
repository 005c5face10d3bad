//! What became of a task in a run, as compactly as can be.

use std::collections::{BTreeMap, HashMap};

use couture_core::store::{MappedCount, RunRecord, TaskRecord};
use couture_core::{RunKey, TaskState, Timestamp};
use serde::Serialize;

use crate::api::error::ApiError;
use crate::api::state::ApiState;

/// State, try, start and end (milliseconds since 1970), how many instances a mapped task has, and how many of them, or of the tasks of a
/// group, are in each state (`none` is without one).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Cell(
    pub(super) Option<&'static str>,
    pub(super) u32,
    pub(super) Option<i64>,
    pub(super) Option<i64>,
    pub(super) Option<usize>,
    pub(super) Option<BTreeMap<&'static str, usize>>,
);

/// What stands for no state.
const NONE: &str = "none";

/// The state that stands for many: the one that a person should see first.
const BY_URGENCY: [&str; 11] = [
    "failed",
    "upstream_failed",
    "up_for_retry",
    "running",
    "queued",
    "deferred",
    NONE,
    "success",
    "skipped",
    "removed",
    "",
];

/// A state as people see it: what was cleared has none.
pub(super) fn shown(state: TaskState) -> Option<&'static str> {
    match state {
        TaskState::Cleared | TaskState::Expanded => None,
        other => Some(other.as_str()),
    }
}

fn ms(at: Option<Timestamp>) -> Option<i64> {
    at.map(|at| at.as_micros() / 1_000)
}

fn urgent(counts: &BTreeMap<&'static str, usize>) -> Option<&'static str> {
    BY_URGENCY.into_iter().find(|state| counts.contains_key(state)).filter(|state| *state != NONE)
}

impl Cell {
    fn of(row: &TaskRecord) -> Self {
        Self(shown(row.state), row.token.try_number, ms(row.started_at), ms(row.ended_at), None, None)
    }

    /// Of an expanded task: its instances, of which those that nothing has happened to have no row.
    fn mapped(row: Option<&TaskRecord>, instances: &[&MappedCount]) -> Self {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for of in instances {
            *counts.entry(shown(of.state).unwrap_or(NONE)).or_default() += of.count;
        }
        let known: usize = counts.values().sum();
        let total = row.and_then(|row| row.length).map_or(known, |length| known.max(length as usize));
        if total > known {
            *counts.entry(NONE).or_default() += total - known;
        }
        let is_over = instances.iter().all(|of| of.state.is_finished()) && !counts.contains_key(NONE);
        Self(
            urgent(&counts),
            instances.iter().map(|of| of.try_number).max().unwrap_or(0),
            ms(instances.iter().filter_map(|of| of.started_at).min()),
            ms(instances.iter().filter_map(|of| of.ended_at).max()).filter(|_| is_over),
            Some(total),
            Some(counts),
        )
    }

    /// Of a group: its tasks, of which those that are missing have no state.
    pub(super) fn of_group<'c>(cells: impl Iterator<Item = Option<&'c Cell>>) -> Self {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        let (mut try_number, mut start, mut end, mut is_over) = (0, None::<i64>, None::<i64>, true);
        for cell in cells {
            let state = cell.and_then(|cell| cell.0);
            *counts.entry(state.unwrap_or(NONE)).or_default() += 1;
            let Some(cell) = cell else {
                is_over = false;
                continue;
            };
            try_number = try_number.max(cell.1);
            start = [start, cell.2].into_iter().flatten().min();
            end = end.max(cell.3);
            is_over &= !matches!(state, None | Some("running" | "queued" | "deferred" | "up_for_retry"));
        }
        Self(urgent(&counts), try_number, start, end.filter(|_| is_over), None, Some(counts))
    }
}

/// The cells of runs, by run and by the place of the task in the run's own version.
pub(super) type Cells = HashMap<RunKey, HashMap<usize, Cell>>;

/// What became of all tasks in these runs: two questions to the store, whatever their number.
pub(super) async fn cells(state: &ApiState, runs: &[RunRecord]) -> Result<Cells, ApiError> {
    let keys: Vec<RunKey> = runs.iter().map(|run| run.key).collect();
    let (rows, counts) = tokio::try_join!(state.reader.plain_tasks(&keys), state.reader.mapped_counts(&keys))?;
    let mut mapped: HashMap<(RunKey, usize), Vec<&MappedCount>> = HashMap::new();
    for count in &counts {
        mapped.entry((count.run, count.task.at())).or_default().push(count);
    }
    let mut cells = Cells::new();
    for row in &rows {
        let (run, task) = (row.token.run, row.token.task.at());
        let instances = mapped.remove(&(run, task));
        let cell = match (instances, row.state) {
            (Some(instances), _) => Cell::mapped(Some(row), &instances),
            (None, TaskState::Expanded) => Cell::mapped(Some(row), &[]),
            (None, _) => Cell::of(row),
        };
        cells.entry(run).or_default().insert(task, cell);
    }
    for ((run, task), instances) in mapped {
        cells.entry(run).or_default().insert(task, Cell::mapped(None, &instances));
    }
    Ok(cells)
}
