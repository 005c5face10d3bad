//! What a process is told first.

use std::path::Path;

use couture_core::{MapIndex, RunType, TaskContext, Timestamp};
use serde_json::{Value, json};

use super::installation::PythonInstallation;
use crate::template::AttemptFacts;

/// The version of the conversation.
const PROTOCOL: u32 = 1;

/// What a process is to do.
pub(super) enum Job<'j> {
    /// Run the task, of a mapped one the instance with this element.
    Execute {
        /// Null where the task is not mapped.
        element: Value,
        /// The operator's JSON.
        operator: Value,
    },
    /// Call a callback.
    Callback {
        /// Which one, and what it is told.
        callback: Value,
        /// The callback's JSON.
        operator: Value,
        /// The task that it is about, where it is about one.
        task_id: Option<&'j str>,
    },
}

/// The greeting of an attempt.
pub(super) fn greeting(
    python: &PythonInstallation,
    bundle: &Path,
    file: &str,
    job: Job<'_>,
    cx: &TaskContext,
) -> Value {
    let run = cx.run();
    let facts = AttemptFacts::of(cx);
    let text = |time: Timestamp| time.to_string();
    let token = cx.token();
    let map_index = if token.map_index == MapIndex::NONE { -1 } else { i64::from(token.map_index.0) };
    let mut greeting = json!({
        "protocol": PROTOCOL,
        "bundle": bundle,
        "file": file,
        "dag_id": cx.dag_id(),
        "map_index": map_index,
        "try_number": token.try_number,
        "max_tries": cx.task().options.retries,
        "dialect": run.dag.attributes.dialect,
        "run": {
            "run_id": run.run_id,
            "run_type": run.run_type,
            "logical_date": text(run.logical_date),
            "data_interval_start": text(run.data_interval.start),
            "data_interval_end": text(run.data_interval.end),
            "conf": run.conf,
            "external_trigger": run.run_type == RunType::Manual,
        },
        "dates": {
            "prev_execution_date": facts.previous().map(text),
            "next_execution_date": facts.next().map(text),
        },
        "params": facts.params(),
        "waited": cx.waited().map(|waited| json!({"since": text(waited.since), "pokes": waited.pokes})),
        "base_url": python.base_url,
    });
    match job {
        Job::Execute { element, operator } => {
            greeting["do"] = "execute".into();
            greeting["task_id"] = json!(cx.task_id());
            let is_mapped = cx.task().expand.is_some();
            greeting["element"] = if is_mapped { element } else { Value::Null };
            greeting["operator"] = operator;
        }
        Job::Callback { callback, operator, task_id } => {
            greeting["do"] = "callback".into();
            greeting["task_id"] = json!(task_id.unwrap_or(cx.task_id().as_str()));
            greeting["callback"] = callback;
            greeting["operator"] = operator;
        }
    }
    greeting
}
