//! The bounds within which a schedule makes runs.

use super::error::ScheduleError;
use crate::dialect::Dialect;
use crate::time::Timestamp;

/// From when to when a DAG runs by its schedule, and whether missed runs are made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// No run has an earlier logical date. Without it only a schedule with `catchup` off makes runs.
    pub earliest: Option<Timestamp>,
    /// No run has a later logical date; this one is allowed.
    pub latest: Option<Timestamp>,
    /// Whether all runs since `earliest` are made, rather than the latest complete one.
    pub catchup: bool,
}

impl Restriction {
    /// Between two dates.
    ///
    /// # Errors
    /// Where the end is before the start.
    pub fn new(earliest: Option<Timestamp>, latest: Option<Timestamp>, catchup: bool) -> Result<Self, ScheduleError> {
        match (earliest, latest) {
            (Some(start), Some(end)) if end < start => Err(ScheduleError::EndBeforeStart { start, end }),
            _ => Ok(Self { earliest, latest, catchup }),
        }
    }

    /// From the dates of a DAG and of its tasks (start and end of each), as Airflow combines them: a task's start counts from the
    /// DAG's start at the earliest and its end to the DAG's end at the latest. In 1.10 the first run is that of the earliest task, and the
    /// last one that of the task that ends first; in 2 the DAG's own dates decide, or the tasks' where it has none and all
    /// tasks have one.
    ///
    /// # Errors
    /// Where an end is before its start.
    pub fn of_dag(
        dialect: Dialect,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
        tasks: impl IntoIterator<Item = (Option<Timestamp>, Option<Timestamp>)>,
        catchup: bool,
    ) -> Result<Self, ScheduleError> {
        let (mut starts, mut ends, mut count) = (Vec::new(), Vec::new(), 0);
        for (task_start, task_end) in tasks {
            count += 1;
            starts.extend(task_start.into_iter().chain(start).max());
            ends.extend(task_end.into_iter().chain(end).min());
        }
        let (earliest, latest) = match dialect {
            Dialect::V1_10 => (starts.into_iter().min().or(start), ends.into_iter().min().or(end)),
            Dialect::V2 => {
                let all_end = count > 0 && ends.len() == count;
                let tasks_end = if all_end { ends.into_iter().max() } else { None };
                (start.or_else(|| starts.into_iter().min()), end.or(tasks_end))
            }
        };
        Self::new(earliest, latest, catchup)
    }

    /// Whether a run may have this logical date, as far as the end is concerned.
    pub fn allows(&self, logical_date: Timestamp) -> bool {
        self.latest.is_none_or(|latest| logical_date <= latest)
    }
}
