//! What real Airflow 1.10.15 and 2.10.5 rendered.

use couture_core::RunType;
use couture_core::dialect::Dialect;
use couture_core::schedule::Schedule;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

use super::probe::Setting;

#[derive(Deserialize)]
struct Cases {
    macros: Vec<String>,
    cases: Vec<Case>,
    functions: Vec<Function>,
    names: Vec<String>,
}

/// One run, with an expression for each task.
#[derive(Deserialize)]
struct Case {
    id: String,
    schedule: String,
    run_type: String,
    conf: Value,
    execution_date: String,
    expected: BTreeMap<String, Value>,
    dialect_2: BTreeMap<String, Value>,
    dialect_2_failed: Vec<String>,
}

#[derive(Deserialize)]
struct Function {
    call: String,
    result: String,
}

fn cases() -> Cases {
    serde_json::from_str(include_str!("../../data/template_cases.json")).unwrap()
}

fn schedule(name: &str) -> Schedule {
    match name {
        "none" => Schedule::None,
        "once" => Schedule::Once,
        "td" => Schedule::Delta { delta_ms: 6 * 3_600_000 },
        "cron" => Schedule::cron("30 6 * * 1-5"),
        preset => Schedule::cron(format!("@{preset}")),
    }
}

async fn hold(dialect: Dialect) {
    let Cases { macros, cases, .. } = cases();
    let (mut held, mut wrong) = (0, Vec::new());
    for case in cases {
        let dag_id = format!("p_macros_{}", case.schedule);
        for (at, expression) in macros.iter().enumerate() {
            let task = format!("m{at:02}");
            let setting = Setting {
                dialect,
                schedule: schedule(&case.schedule),
                run_type: if case.run_type == "manual" { RunType::Manual } else { RunType::Scheduled },
                dag_id: Box::leak(dag_id.clone().into()),
                task_id: task.clone(),
                date: Box::leak(case.execution_date.clone().into()),
                conf: case.conf.clone(),
                ..Setting::default()
            };
            let got = setting.text(&format!("{{{{ {expression} }}}}")).await;
            let is_2 = dialect == Dialect::V2;
            let expected = case.dialect_2.get(&task).filter(|_| is_2).or_else(|| case.expected.get(&task));
            let right = match &got {
                Err(_) => is_2 && case.dialect_2_failed.contains(&task),
                Ok(text) => {
                    expected.and_then(Value::as_str) == Some(text) && !(is_2 && case.dialect_2_failed.contains(&task))
                }
            };
            if right {
                held += 1;
            } else {
                wrong.push(format!("{} {task} {expression}: {got:?}, not {expected:?}", case.id));
            }
        }
    }
    println!("templates of {dialect:?}: {held} of {} hold", held + wrong.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn measured_templates_of_1_10_hold() {
    hold(Dialect::V1_10).await;
}

#[tokio::test]
async fn measured_templates_of_2_hold() {
    hold(Dialect::V2).await;
}

#[tokio::test]
async fn measured_functions_hold() {
    let Cases { functions, names, .. } = cases();
    for dialect in [Dialect::V1_10, Dialect::V2] {
        let setting = Setting { dialect, ..Setting::default() };
        for Function { call, result } in &functions {
            // Python's `dt` is the module datetime.
            let call = call.replace("dt.datetime", "macros.datetime");
            assert_eq!(setting.text(&format!("{{{{ {call} }}}}")).await.as_deref(), Ok(&**result), "{call}");
        }
    }
    let setting = Setting { dialect: Dialect::V1_10, ..Setting::default() };
    for name in names.iter().filter(|name| *name != "absolute_import") {
        let text = setting.text(&format!("{{{{ macros.{name} is defined }}}}")).await;
        assert_eq!(text.as_deref(), Ok("True"), "{name}");
    }
}

/// `p_python_args`: params of DAG, default_args and task, and templates in nested values.
#[tokio::test]
async fn measured_params_hold() {
    let params = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
    let mut setting = Setting {
        params: params(&[("p", "dag"), ("q", "dag")]),
        task_params: params(&[("p", "default_args"), ("r", "default_args")]),
        date: "2021-01-01",
        ..Setting::default()
    };
    let text = "{{ ds }}-{{ params.p }}-{{ params.q }}-{{ params.r }}";
    setting.check(&[(text, "2021-01-01-default_args-dag-default_args")]).await;
    setting.task_params.insert("q".into(), "task".into());
    setting.check(&[("{{ params.p }}-{{ params.q }}-{{ params.r }}", "default_args-task-default_args")]).await;
    let args = serde_json::json!([1, "{{ ds }}", {"k": "{{ ds_nodash }}"}, ["{{ ds }}", 2, null]]);
    let expected = serde_json::json!([1, "2021-01-01", {"k": "20210101"}, ["2021-01-01", 2, null]]);
    assert_eq!(setting.value(args).await, Ok(expected));
}
