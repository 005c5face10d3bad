//! `couture dags …`

use couture_core::Timestamp;
use serde_json::{Value, json};

use super::args::{Dags, Output, Trigger};
use super::asking::confirmed;
use super::client::{Client, path};
use super::kept_files::{self, Kept};
use super::print::{complain, print, print_json};
use super::table::{Table, cell, printable};
use super::verdict::{CliError, Verdict};
use super::{backfill, dag_facts, follow, parse, runs, test_run};

pub(super) async fn run(client: Client, output: Output, command: Dags) -> Result<Verdict, CliError> {
    match command {
        Dags::List { all } => list(&client, output, all).await,
        Dags::Show { dag_id } => show(&client, output, &dag_id).await,
        Dags::Details { dag_id } => dag_facts::details(&client, output, &dag_id).await,
        Dags::Source { dag_id } => dag_facts::source(&client, output, &dag_id).await,
        Dags::NextExecution { dag_id } => dag_facts::next_execution(&client, output, &dag_id).await,
        Dags::ImportErrors => dag_facts::import_errors(&client, output).await,
        Dags::Trigger(trigger) => start(&client, output, trigger).await,
        Dags::Parse { file } => parse::run(&client, output, &file).await,
        Dags::Files { search } => kept_files::list(&client, output, Kept::Dags, search).await,
        Dags::Upload(upload) => kept_files::upload(&client, output, Kept::Dags, upload).await,
        Dags::Download(download) => kept_files::download(&client, Kept::Dags, download).await,
        Dags::History { path } => kept_files::history(&client, output, Kept::Dags, &path).await,
        Dags::Test(test) => test_run::run(&client, output, test).await,
        Dags::Backfill(args) => backfill::begin(&client, output, args).await,
        Dags::Delete { dag_id, yes } => delete(&client, output, &dag_id, yes).await,
        Dags::Pause { dag_id } => set_paused(&client, output, &dag_id, true).await,
        Dags::Unpause { dag_id } => set_paused(&client, output, &dag_id, false).await,
    }
}

/// All entries of a list, page by page.
pub(super) async fn all(client: &Client, address: &str, field: &str) -> Result<Vec<Value>, CliError> {
    const PAGE: usize = 1_000;
    let mut entries = Vec::new();
    loop {
        let join = if address.contains('?') { '&' } else { '?' };
        let page = format!("{address}{join}limit={PAGE}&offset={}", entries.len());
        let mut answer = client.get(&page).await?;
        let Value::Array(page) = answer[field].take() else {
            return Err(CliError::message(format!("the server's answer has no {field:?}")));
        };
        let is_last = page.len() < PAGE;
        entries.extend(page);
        if is_last {
            return Ok(entries);
        }
    }
}

async fn list(client: &Client, output: Output, with_stale: bool) -> Result<Verdict, CliError> {
    let address = format!("{}?exclude_stale={}", path(&["dags"]), !with_stale);
    let dags = all(client, &address, "dags").await?;
    if output == Output::Json {
        print_json(&json!(dags));
        return Ok(Verdict::Done);
    }
    let mut table = Table::new(&["dag_id", "state", "owner", "description", "from"]);
    for dag in &dags {
        table.row([
            cell(&dag["dag_id"]),
            state(dag).to_owned(),
            cell(&dag["owners"]),
            cell(&dag["description"]),
            cell(&dag["relative_fileloc"]),
        ]);
    }
    print(&table.text());
    warnings(client, None).await?;
    import_errors(client).await?;
    Ok(Verdict::Done)
}

fn state(dag: &Value) -> &'static str {
    if dag["quarantined"].is_string() {
        "quarantined"
    } else if dag["is_stale"] == json!(true) {
        "gone"
    } else if dag["is_paused"] == json!(true) {
        "paused"
    } else {
        "active"
    }
}

/// What is odd about DAGs, or about one, is told of beside, not among, the result.
async fn warnings(client: &Client, dag_id: Option<&str>) -> Result<(), CliError> {
    let mut address = path(&["dagWarnings"]);
    if let Some(dag_id) = dag_id {
        address.push_str(&format!("?dag_id={}", path(&[dag_id]).trim_start_matches("/api/v2/")));
    }
    for warning in seen(all(client, &address, "dag_warnings").await)? {
        complain(&format!("{}: {}", printable(&cell(&warning["dag_id"])), printable(&cell(&warning["message"]))));
    }
    Ok(())
}

/// Files that should define DAGs and do not are told of beside, not among, the result.
async fn import_errors(client: &Client) -> Result<(), CliError> {
    let address = format!("{}?warnings=true", path(&["importErrors"]));
    for error in seen(all(client, &address, "import_errors").await)? {
        complain(&format!("{}: {}", printable(&cell(&error["filename"])), printable(&cell(&error["reason"]))));
    }
    Ok(())
}

/// What stands beside a result, or nothing where the user may not see that: the result is none the worse for it.
fn seen(found: Result<Vec<Value>, CliError>) -> Result<Vec<Value>, CliError> {
    match found {
        Err(CliError::Client(error)) if error.is_forbidden() => Ok(Vec::new()),
        other => other,
    }
}

async fn show(client: &Client, output: Output, dag_id: &str) -> Result<Verdict, CliError> {
    let mut dag = client.get(&path(&["dags", dag_id])).await?;
    let tasks = all(client, &path(&["dags", dag_id, "tasks"]), "tasks").await?;
    if output == Output::Json {
        dag["tasks"] = json!(tasks);
        print_json(&dag);
        return Ok(Verdict::Done);
    }
    let mut facts = Table::bare();
    facts.row(["dag".into(), dag_id.into()]);
    facts.row(["state".into(), state(&dag).into()]);
    for (name, field) in [
        ("description", "description"),
        ("owner", "owners"),
        ("tags", "tags"),
        ("from", "relative_fileloc"),
        ("version", "version"),
        ("quarantined", "quarantined"),
    ] {
        let text = cell(&dag[field]);
        if !text.is_empty() {
            facts.row([name.into(), text]);
        }
    }
    let mut table = Table::new(&["task_id", "operator", "after", "trigger_rule", "retries", "pool"]);
    for task in &tasks {
        table.row([
            cell(&task["task_id"]),
            cell(&task["operator_name"]),
            cell(&task["upstream_task_ids"]),
            cell(&task["trigger_rule"]),
            cell(&task["retries"]),
            cell(&task["pool"]),
        ]);
    }
    print(&format!("{}\n{}", facts.text(), table.text()));
    warnings(client, Some(dag_id)).await?;
    Ok(Verdict::Done)
}

/// The value of `--conf`.
pub(super) fn conf(text: Option<&str>) -> Result<Value, CliError> {
    match text.map(serde_json::from_str) {
        None => Ok(json!({})),
        Some(Ok(conf @ Value::Object(_))) => Ok(conf),
        Some(Ok(_)) => Err(CliError::message("--conf must be a JSON object, such as '{\"key\": 1}'")),
        Some(Err(error)) => Err(CliError::message(format!("--conf is not JSON: {error}"))),
    }
}

async fn start(client: &Client, output: Output, trigger: Trigger) -> Result<Verdict, CliError> {
    let mut body = json!({ "conf": conf(trigger.conf.as_deref())? });
    if let Some(run_id) = trigger.run_id {
        body["dag_run_id"] = run_id.into();
    }
    for (field, date) in [
        ("logical_date", trigger.logical_date),
        ("run_after", trigger.run_after),
        ("data_interval_start", trigger.data_interval_start),
        ("data_interval_end", trigger.data_interval_end),
    ] {
        if let Some(date) = date {
            Timestamp::parse(&date).map_err(CliError::message)?;
            body[field] = date.into();
        }
    }
    let run = client.post(&path(&["dags", &trigger.dag_id, "dagRuns"]), &body).await?;
    let run_id = cell(&run["dag_run_id"]);
    if !trigger.wait {
        if output == Output::Json {
            print_json(&run);
        } else {
            print(&format!("started run {}\n", printable(&run_id)));
            warn_if_paused(client, &trigger.dag_id).await?;
        }
        return Ok(Verdict::Done);
    }
    if output == Output::Table {
        print(&format!("started run {}\n", printable(&run_id)));
        warn_if_paused(client, &trigger.dag_id).await?;
    }
    let (_, verdict) = follow::until_end(client, &trigger.dag_id, &run_id).await?;
    runs::show(client, output, &trigger.dag_id, &run_id).await?;
    Ok(verdict)
}

async fn warn_if_paused(client: &Client, dag_id: &str) -> Result<(), CliError> {
    let dag = client.get(&path(&["dags", dag_id])).await?;
    if dag["is_paused"] == json!(true) {
        complain(&format!("the DAG is paused: the run waits until `couture dags unpause {}`", printable(dag_id)));
    }
    Ok(())
}

async fn delete(client: &Client, output: Output, dag_id: &str, yes: bool) -> Result<Verdict, CliError> {
    let question = format!("Forget all finished runs of {}?", printable(dag_id));
    if !yes && !confirmed(&question)? {
        return Ok(Verdict::Done);
    }
    let deleted = client.delete(&path(&["dags", dag_id])).await?;
    if output == Output::Json {
        print_json(&deleted);
    } else {
        print(&format!("the history of {} is deleted\n", printable(dag_id)));
    }
    Ok(Verdict::Done)
}

async fn set_paused(client: &Client, output: Output, dag_id: &str, paused: bool) -> Result<Verdict, CliError> {
    let dag = client.patch(&path(&["dags", dag_id]), &json!({ "is_paused": paused })).await?;
    if output == Output::Json {
        print_json(&dag);
    } else {
        print(&format!("{} is {}\n", printable(dag_id), state(&dag)));
    }
    Ok(Verdict::Done)
}
