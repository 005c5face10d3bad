//! `couture tasks test`: one task in this process, without a server.

use couture_core::{Dag, DagError};
use serde_json::{Value, json};

use super::args::{Output, TaskTest, Test};
use super::test_run;
use super::verdict::{CliError, Verdict};

pub(super) async fn run(output: Output, test: TaskTest) -> Result<Verdict, CliError> {
    let TaskTest { dag, task_id, date, data, conf } = test;
    test_run::run_task(output, Test { dag, date, data, conf }, &task_id).await
}

/// `dag` with nothing to do but this task, which waits for none and is tried once.
pub(super) fn alone(dag: &Dag, task_id: &str) -> Result<Dag, CliError> {
    if dag.find(task_id).is_none() {
        let mut known: Vec<&str> = dag.tasks().iter().map(|task| task.task_id.as_str()).take(20).collect();
        known.sort_unstable();
        return Err(CliError::message(format!(
            "dag {} has no task {task_id:?}; it has {}",
            dag.dag_id,
            known.join(", ")
        )));
    }
    let failed = |error: String| CliError::message(format!("task {task_id:?} cannot be run alone: {error}"));
    let mut document: Value = serde_json::from_slice(&dag.to_json()).map_err(|error| failed(error.to_string()))?;
    for task in document["tasks"].as_array_mut().into_iter().flatten() {
        if task["task_id"] == *task_id {
            for field in ["upstream", "retries", "trigger_rule", "depends_on_past", "wait_for_downstream"] {
                task.as_object_mut().map(|task| task.remove(field));
            }
        } else {
            // The others stay, so that a branch finds them.
            *task = json!({"task_id": task["task_id"], "operator": {"type": "empty"}, "upstream": [task_id]});
        }
    }
    for field in ["on_success_callback", "on_failure_callback", "sla_miss_callback"] {
        document.as_object_mut().map(|dag| dag.remove(field));
    }
    Dag::from_json(document.to_string().as_bytes()).map_err(|error: DagError| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_others_do_nothing() {
        couture_operators::link();
        let dag = json!({"dag_id": "d", "tasks": [
            {"task_id": "a", "operator": {"type": "bash", "bash_command": "false"}},
            {"task_id": "b", "operator": {"type": "bash", "bash_command": "true"}, "upstream": ["a"], "retries": 3},
        ]});
        let dag = Dag::from_json(dag.to_string().as_bytes()).unwrap();
        let alone = super::alone(&dag, "b").unwrap();
        let tags: Vec<_> = alone.tasks().iter().map(|task| task.operator.tag()).collect();
        assert_eq!(tags, ["empty", "bash"]);
        let task = alone.task(alone.find("b").unwrap());
        assert_eq!((task.upstream.len(), task.options.retries), (0, 0));
        assert!(super::alone(&dag, "c").unwrap_err().to_string().contains("it has a, b"));
    }
}
