//! What a callback is told.

use couture_core::task::{Notice, NoticeKind};
use couture_core::{AttemptToken, TaskId};
use serde_json::{Map, Value, json};

/// The input of a callback: a JSON object under the names of Airflow's context. `kind` says what has happened; `exception` is there
/// where something failed, `reason` for runs. After an SLA miss it holds the five arguments of Airflow's `sla_miss_callback`: `dag`,
/// `task_list`, `blocking_task_list` (texts of one line for each task), `slas` and `blocking_tis` (lists of objects).
/// A registered function that is a callback takes it as a [`Value`]; operators that take no input are given none.
pub fn facts(notice: &Notice) -> Value {
    let run = &notice.run;
    let date = run.logical_date.to_string();
    let mut facts = Map::new();
    let mut put = |name: &str, value: Value| _ = facts.insert(name.into(), value);
    put("dag", json!(run.dag.dag_id));
    put("dag_id", json!(run.dag.dag_id));
    put("run_id", json!(run.run_id));
    put("dag_run", json!({"run_id": run.run_id, "run_type": run.run_type, "conf": run.conf, "logical_date": date}));
    put("execution_date", json!(date));
    put("logical_date", json!(date));
    put("data_interval_start", json!(run.data_interval.start.to_string()));
    put("data_interval_end", json!(run.data_interval.end.to_string()));
    put("at", json!(notice.at.to_string()));
    let mut task = |kind: &str, token: &AttemptToken, error: Option<&str>| {
        let task_id = &run.dag.task(token.task).task_id;
        put("kind", json!(kind));
        put("task", json!(task_id));
        put("task_id", json!(task_id));
        put("map_index", json!(token.map_index));
        put("try_number", json!(token.try_number));
        put("exception", json!(error));
    };
    match &notice.kind {
        NoticeKind::TaskSucceeded { token } => task("success", token, None),
        NoticeKind::TaskFailed { token, error } => task("failure", token, Some(error)),
        NoticeKind::TaskRetried { token, error } => task("retry", token, Some(error)),
        NoticeKind::RunSucceeded => {
            put("kind", json!("run_success"));
            put("reason", json!("success"));
        }
        NoticeKind::RunFailed { reason } => {
            put("kind", json!("run_failure"));
            put("reason", json!(reason));
        }
        NoticeKind::SlaMissed { tasks, blocking } => {
            let lines = |tasks: &[TaskId]| -> String {
                tasks.iter().map(|task| format!("{task} on {date}")).collect::<Vec<_>>().join("\n")
            };
            let sla = |task: &TaskId| json!({"dag_id": run.dag.dag_id, "task_id": task, "execution_date": date, "timestamp": notice.at.to_string()});
            let blocking_ti = |task: &TaskId| json!({"dag_id": run.dag.dag_id, "task_id": task, "run_id": run.run_id, "execution_date": date});
            put("kind", json!("sla_miss"));
            put("task_list", json!(lines(tasks)));
            put("blocking_task_list", json!(lines(blocking)));
            put("slas", tasks.iter().map(sla).collect());
            put("blocking_tis", blocking.iter().map(blocking_ti).collect());
        }
    }
    Value::Object(facts)
}
