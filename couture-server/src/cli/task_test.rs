//! `couture tasks test`: one task in this process, without a server.

use couture_core::dag::{Expand, ExpandSource, Task};
use couture_core::{Dag, DagError};
use serde_json::{Value, json};

use super::args::{Output, TaskTest, Test};
use super::client::Client;
use super::test_run;
use super::verdict::{CliError, Verdict};

/// The task that is to be tested.
#[derive(Clone, Copy, Debug)]
pub(super) struct Only<'a> {
    pub(super) task_id: &'a str,
    /// Of a mapped task, the one instance; all where absent.
    pub(super) map_index: Option<usize>,
}

pub(super) async fn run(client: &Client, output: Output, test: TaskTest) -> Result<Verdict, CliError> {
    let TaskTest { dag, task_id, date, map_index, data, conf } = test;
    let only = Only { task_id: &task_id, map_index };
    test_run::run_task(client, output, Test { dag, date, data, conf }, only).await
}

/// `dag` with nothing to do but this task, which waits for none and is tried once.
pub(super) fn alone(dag: &Dag, only: Only<'_>) -> Result<Dag, CliError> {
    let task_id = only.task_id;
    let Some(found) = dag.find(task_id) else {
        let mut known: Vec<&str> = dag.tasks().iter().map(|task| task.task_id.as_str()).take(20).collect();
        known.sort_unstable();
        return Err(CliError::message(format!(
            "dag {} has no task {task_id:?}; it has {}",
            dag.dag_id,
            known.join(", ")
        )));
    };
    let failed = |error: String| CliError::message(format!("task {task_id:?} cannot be run alone: {error}"));
    let expand = expanded(dag, dag.task(found), only.map_index).map_err(&failed)?;
    let mut document: Value = serde_json::from_slice(&dag.to_json()).map_err(|error| failed(error.to_string()))?;
    for task in document["tasks"].as_array_mut().into_iter().flatten() {
        if task["task_id"] == *task_id {
            for field in ["upstream", "retries", "trigger_rule", "depends_on_past", "wait_for_downstream"] {
                task.as_object_mut().map(|task| task.remove(field));
            }
            if let Some(expand) = &expand {
                task["expand"] = expand.clone();
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

/// What the task is mapped over in the test, where that is not all that it is mapped over in the DAG. What other tasks give is not there.
fn expanded(dag: &Dag, task: &Task, map_index: Option<usize>) -> Result<Option<Value>, String> {
    let given = task.input.sources().iter().copied().chain(task.expand.iter().flat_map(|expand| expand.upstream()));
    let given: Vec<&str> = given.map(|source| dag.task(source).task_id.as_str()).collect();
    if !given.is_empty() {
        let given = given.join(", ");
        let verb = if task.expand.is_some() { "is mapped over" } else { "takes" };
        return Err(format!(
            "it {verb} what other tasks give ({given}), which is not there without them: run all with `couture dags test`, or it alone in a \
             run on a server with `couture tasks run`"
        ));
    }
    let (expand, map_index) = match (&task.expand, map_index) {
        (_, None) => return Ok(None),
        (None, Some(_)) => return Err("it is not mapped: leave --map-index out".into()),
        (Some(expand), Some(map_index)) => (expand, map_index),
    };
    let lists = expand.sources.iter().filter_map(|source| match source {
        ExpandSource::Literal(list) => Some(&**list),
        ExpandSource::Output(_) => None,
    });
    let lists: Vec<&[Value]> = lists.collect();
    let lengths: Vec<usize> = lists.iter().map(|list| list.len()).collect();
    match lengths.iter().fold(1, |count: usize, length| count.saturating_mul(*length)) {
        0 => return Err("it is mapped over an empty list, and has no instances".into()),
        count if map_index >= count => return Err(format!("it has the instances 0 to {}", count - 1)),
        _ => {}
    }
    let at = Expand::elements(&lengths, map_index);
    Ok(Some(lists.iter().zip(at).map(|(list, at)| json!({ "list": [list[at]] })).collect()))
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
        let only = |task_id| Only { task_id, map_index: None };
        let alone = super::alone(&dag, only("b")).unwrap();
        let tags: Vec<_> = alone.tasks().iter().map(|task| task.operator.tag()).collect();
        assert_eq!(tags, ["empty", "bash"]);
        let task = alone.task(alone.find("b").unwrap());
        assert_eq!((task.upstream.len(), task.options.retries), (0, 0));
        assert!(super::alone(&dag, only("c")).unwrap_err().to_string().contains("it has a, b"));
    }

    #[test]
    fn of_a_mapped_task_one_instance_is_run() {
        couture_operators::link();
        let dag = json!({"dag_id": "d", "tasks": [
            {"task_id": "a", "operator": {"type": "bash", "bash_command": "echo '[1]'"}},
            {"task_id": "over_a", "operator": {"type": "bash", "bash_command": "true"}, "expand": {"output": "a"}},
            {"task_id": "over_lists", "operator": {"type": "bash", "bash_command": "true"},
             "expand": [{"list": [1, 2]}, {"list": ["x", "y", "z"]}]},
        ]});
        let dag = Dag::from_json(dag.to_string().as_bytes()).unwrap();
        let alone = |task_id, map_index| super::alone(&dag, Only { task_id, map_index });
        let lists = |map_index| {
            let alone = alone("over_lists", map_index).unwrap();
            alone.task(alone.find("over_lists").unwrap()).expand.clone().unwrap().sources
        };
        let literal = |list: Value| ExpandSource::Literal(list.as_array().unwrap().clone().into());
        assert_eq!(*lists(Some(4)), [literal(json!([2])), literal(json!(["y"]))]);
        assert_eq!(*lists(None), [literal(json!([1, 2])), literal(json!(["x", "y", "z"]))]);
        for (task_id, map_index, words) in [
            ("over_a", None, "mapped over what other tasks give (a)"),
            ("over_a", Some(0), "mapped over what other tasks give (a)"),
            ("over_lists", Some(6), "it has the instances 0 to 5"),
            ("a", Some(0), "it is not mapped"),
        ] {
            let error = alone(task_id, map_index).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
