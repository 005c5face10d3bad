//! What templates may know of an attempt.

use std::sync::Arc;

use couture_core::dag::{Dag, Task};
use couture_core::dialect::Dialect;
use couture_core::schedule::DataInterval;
use couture_core::{MapIndex, RunType, TaskContext, TaskIndex, Timestamp};
use serde_json::{Map, Value};

use super::time::Flavour;

/// The facts of one attempt, apart from the services.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(super) dag: Arc<Dag>,
    pub(super) task: TaskIndex,
    pub(super) map_index: MapIndex,
    pub(super) try_number: u32,
    pub(super) run_id: String,
    pub(super) run_type: RunType,
    pub(super) logical_date: Timestamp,
    pub(super) data_interval: DataInterval,
    /// The logical dates on the schedule before and after.
    pub(super) previous: Option<Timestamp>,
    pub(super) next: Option<Timestamp>,
    /// Of an instance of a mapped task, what it is for, where its operator names it.
    pub(super) element: Option<Arc<Value>>,
    /// An object; empty where none was given.
    pub(super) conf: Map<String, Value>,
}

impl Facts {
    pub(crate) fn of(cx: &TaskContext) -> Self {
        let run = cx.run();
        let (previous, next) = neighbours(cx);
        Self {
            dag: run.dag.clone(),
            task: cx.token().task,
            map_index: cx.token().map_index,
            try_number: cx.try_number(),
            run_id: run.run_id.to_string(),
            run_type: run.run_type,
            logical_date: run.logical_date,
            data_interval: run.data_interval,
            previous,
            next,
            element: cx.element(),
            conf: run.conf.as_object().cloned().unwrap_or_default(),
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dag.attributes.dialect
    }

    pub(super) fn task(&self) -> &Task {
        self.dag.task(self.task)
    }

    /// Whose rules its dates follow.
    pub(super) fn flavour(&self) -> Flavour {
        match self.dialect() {
            Dialect::V1_10 => Flavour::Pendulum1,
            Dialect::V2 => Flavour::Pendulum3,
        }
    }

    /// Whether somebody asked for the run; then the dates before and after are its own, as in Airflow.
    pub(super) fn is_external(&self) -> bool {
        self.run_type == RunType::Manual
    }

    /// The logical date on the schedule before.
    pub(crate) fn previous(&self) -> Option<Timestamp> {
        self.previous
    }

    /// The logical date on the schedule after.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.next
    }

    /// The DAG's params under those of the task, and in dialect 2 under the run's configuration.
    pub(crate) fn params(&self) -> Map<String, Value> {
        let dag = self.dag.attributes.params.iter();
        let mut params: Map<_, _> =
            dag.chain(&self.task().options.params).map(|(name, value)| (name.clone(), value.clone())).collect();
        if self.dialect() == Dialect::V2 {
            params.extend(self.conf.clone());
        }
        params
    }
}

/// The dates on the schedule before and after. What somebody asked for is its own neighbour, as in Airflow.
fn neighbours(cx: &TaskContext) -> (Option<Timestamp>, Option<Timestamp>) {
    let run = cx.run();
    let at = run.logical_date;
    if run.run_type == RunType::Manual {
        return (Some(at), Some(at));
    }
    let attributes = &run.dag.attributes;
    match attributes.schedule.timetable(attributes.dialect, attributes.timezone) {
        Ok(timetable) => (timetable.previous(at), timetable.following(at)),
        // The DAG was refused with it, or a program that knows the timetable has run before this one.
        Err(_) => (None, None),
    }
}
