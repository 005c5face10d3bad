//! `couture dags parse`: what a DAG file holds, without a server.

use couture_core::Dag;
use serde_json::Value;

use super::args::Output;
use super::client::Client;
use super::dag_file::{DagFile, python_files};
use super::lent_values::LentValues;
use super::print::{complain, print, print_json};
use super::table::{Table, counted, printable};
use super::test_run::{dags_folder, settings};
use super::verdict::{CliError, Verdict};

pub(super) async fn run(client: &Client, output: Output, file: &str) -> Result<Verdict, CliError> {
    couture_operators::link();
    let settings = settings(None)?;
    let named = DagFile::named(file, &dags_folder(&settings))?;
    let named = named.ok_or_else(|| CliError::message(format!("there is no file {file}")))?;
    let folder = tempfile::tempdir().map_err(crate::StartError::from)?;
    let values = LentValues::find(&settings, client).await.into_values().await?;
    let held = named.read(&python_files(&settings, folder.path(), values)?).await?;
    for warning in &held.warnings {
        complain(&lines(warning));
    }
    for error in &held.errors {
        complain(&format!("{}: {}", printable(file), lines(error)));
    }
    if held.dags.is_empty() && held.errors.is_empty() {
        complain(&format!("{}: it holds no DAG", printable(file)));
    }
    match output {
        Output::Json => print_json(&held.dags.iter().map(json).collect::<Vec<Value>>().into()),
        Output::Table => held.dags.iter().for_each(|dag| print(&text(dag))),
    }
    Ok(if held.errors.is_empty() && !held.dags.is_empty() { Verdict::Done } else { Verdict::Failed })
}

/// Text of several lines, as a terminal may be given it.
fn lines(text: &str) -> String {
    text.lines().map(|line| printable(line).to_string()).collect::<Vec<_>>().join("\n")
}

fn json(dag: &Dag) -> Value {
    serde_json::from_slice(&dag.to_json()).unwrap_or_default()
}

/// The tasks and the edges of a DAG.
fn text(dag: &Dag) -> String {
    let mut tasks = Table::new(&["task_id", "operator", "before"]);
    for task in dag.tasks() {
        let class = task.options.operator_class.clone().unwrap_or_else(|| task.operator.tag().to_owned());
        let before: Vec<&str> = task.downstream.iter().map(|it| dag.task(*it).task_id.as_str()).collect();
        tasks.row([task.task_id.to_string(), class, before.join(", ")]);
    }
    format!("{}: {}\n{}\n", dag.dag_id, counted(dag.tasks().len() as u64, "task"), tasks.text())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn edges_are_printed() {
        let dag = Dag::from_json(
            &json!({"dag_id": "d", "tasks": [
                {"task_id": "a", "operator": {"type": "empty"}},
                {"task_id": "b", "operator": {"type": "empty"}, "upstream": ["a"]},
            ]})
            .to_string()
            .into_bytes(),
        );
        couture_operators::link();
        let text = text(&dag.unwrap());
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(words.join(" "), "d: 2 tasks TASK_ID OPERATOR BEFORE a empty b b empty");
    }
}
