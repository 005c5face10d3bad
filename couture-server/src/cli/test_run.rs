//! `couture dags test`: a whole DAG in this process, without a server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use couture_core::store::{Answer, Request, RunOrigin, RunRecord, Trigger, TriggeredBy};
use couture_core::{Dag, DagId, RunState, Timestamp};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::args::{Output, Test};
use super::client::Client;
use super::dag_file::DagFile;
use super::lent_values::LentValues;
use super::print::{complain, print, print_json};
use super::runs;
use super::task_test::{Only, alone};
use super::verdict::{CliError, Verdict};
use crate::api::{ApiError, shortage};
use crate::cli::dags::conf;
use crate::data_folder::DataFolder;
use crate::node::{Children, Node};
use crate::settings::{Given, Settings, load};
use log_printer::LogPrinter;

mod log_printer;
mod wanted;

pub(super) async fn run(client: &Client, output: Output, test: Test) -> Result<Verdict, CliError> {
    run_some(client, output, test, None).await
}

/// Runs one task of a DAG.
pub(super) async fn run_task(client: &Client, output: Output, test: Test, only: Only<'_>) -> Result<Verdict, CliError> {
    run_some(client, output, test, Some(only)).await
}

async fn run_some(client: &Client, output: Output, test: Test, only: Option<Only<'_>>) -> Result<Verdict, CliError> {
    couture_operators::link();
    let mut settings = settings(test.data.as_deref())?;
    let file = DagFile::named(&test.dag, &dags_folder(&settings))?;
    // That of this place, also where the data folder is a temporary one.
    settings.dags.folder = file.as_ref().map_or_else(|| dags_folder(&settings), |file| file.root.clone());
    let conf = conf(test.conf.as_deref())?;
    let logical_date = test.date.as_deref().map(Timestamp::parse).transpose().map_err(CliError::message)?;
    let (data, _temporary, lent) = match test.data {
        Some(_) => (DataFolder::open(&settings.data.dir)?, None, LentValues::default()),
        None => {
            let lent = LentValues::find(&settings, client).await;
            // The database is in the temporary folder.
            settings.database.url = String::new();
            let folder = tempfile::tempdir().map_err(crate::StartError::from)?;
            (DataFolder::open(folder.path())?, Some(folder), lent)
        }
    };
    let node = Node::start(settings, data, Vec::new(), Children::InProcess).await?;
    let work = async {
        lent.lend_to(&node.api_state().kept).await?;
        let dag = match &file {
            Some(file) => wanted::in_file(&test.dag, file, node.python()).await?,
            None => wanted::by_id(&test.dag, node.catalog(), node.python()).await?,
        };
        let dag = match only {
            Some(only) => alone(&dag, only)?,
            None => dag,
        };
        run_on(&node, output, dag, conf, logical_date, only.map(|only| only.task_id)).await
    };
    let result = work.await;
    node.stop().await;
    result
}

/// The folder of DAG files that the settings name.
pub(super) fn dags_folder(settings: &Settings) -> PathBuf {
    match &settings.dags.folder {
        folder if folder.as_os_str().is_empty() => settings.data.dir.join("dags"),
        folder => folder.clone(),
    }
}

/// The settings of this place, with the data folder `data` where one is named.
pub(super) fn settings(data: Option<&Path>) -> Result<Settings, CliError> {
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let flags = data.map(|data| ("data".to_owned(), data.to_string_lossy().into_owned())).into_iter().collect();
    let mut settings = load(&Given { file: None, environment, flags }).map_err(crate::StartError::from)?;
    settings.scheduler.dags_are_paused_at_creation = false;
    Ok(settings)
}

/// From one look at the logs to the next.
const PAUSE: Duration = Duration::from_millis(100);

async fn run_on(
    node: &Node,
    output: Output,
    dag: Dag,
    conf: serde_json::Value,
    logical_date: Option<Timestamp>,
    only: Option<&str>,
) -> Result<Verdict, CliError> {
    enough_slots(node, &dag).await?;
    let dag_id = dag.dag_id.clone();
    let task_ids: Vec<String> = dag.tasks().iter().map(|task| task.task_id.to_string()).collect();
    // In a data folder that was used before, the DAG may be there and paused.
    let was_paused = node.reader().dag(&dag_id).await?.is_some_and(|dag| dag.paused);
    node.engine().register(dag).await?;
    if was_paused {
        set_paused(node, &dag_id, false).await?;
    }
    let origin = RunOrigin { triggered_by: Some(TriggeredBy::Test), ..RunOrigin::default() };
    let trigger = Trigger { logical_date, conf, origin, ..Trigger::of(dag_id.clone()) };
    let Answer::Triggered { key, run_id } = node.engine().request(Request::Trigger(trigger)).await? else {
        return Err(CliError::message("another scheduler has this DAG"));
    };
    if output == Output::Table {
        print(&format!("run {run_id} of {dag_id}\n"));
    }
    let mut printer = LogPrinter::new(node, key, &task_ids, output == Output::Table);
    let state = {
        let finished = node.engine().finished(key);
        let stopped = stop_signal(node, &dag_id, &run_id);
        tokio::pin!(finished, stopped);
        let mut stopping = false;
        loop {
            tokio::select! {
                state = &mut finished => break state?,
                result = &mut stopped, if !stopping => {
                    result?;
                    stopping = true;
                }
                () = tokio::time::sleep(PAUSE) => {}
            }
            // Not raced with the others: half a print would be lost.
            printer.rest().await?;
        }
    };
    printer.rest().await?;
    if was_paused {
        set_paused(node, &dag_id, true).await?;
    }
    let run = node.reader().run(&dag_id, &run_id).await?;
    let run = run.ok_or_else(|| CliError::message("the run is not in the store"))?;
    tell(node, output, run, only).await?;
    Ok(if state == RunState::Success { Verdict::Done } else { Verdict::Failed })
}

/// A task that no pool has the slots for would wait for ever, since nobody changes the pools meanwhile.
async fn enough_slots(node: &Node, dag: &Dag) -> Result<(), CliError> {
    let pools = node.api_state().store.pools().await?;
    let refused = dag.tasks().iter().find_map(|task| Some((&task.task_id, shortage(&pools, &task.options)?)));
    refused.map_or(Ok(()), |(task, reason)| Err(CliError::message(format!("task {:?} {reason}", task.as_str()))))
}

async fn set_paused(node: &Node, dag_id: &DagId, paused: bool) -> Result<(), CliError> {
    node.engine().request(Request::SetPaused { dag_id: dag_id.clone(), paused }).await?;
    Ok(())
}

/// Ends the run when the user wants this program to end; at the second wish, ends the program.
async fn stop_signal(node: &Node, dag_id: &DagId, run_id: &couture_core::RunId) -> Result<(), CliError> {
    let failed = |error| CliError::from(crate::StartError::from(error));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    complain("ending the run; once more ends this program at once");
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        std::process::exit(130);
    });
    let request = Request::CancelRun { dag_id: dag_id.clone(), run_id: run_id.clone() };
    // A run that is over by now needs no end.
    let _ = node.engine().request(request).await;
    Ok(())
}

/// The state of the run and of each task, as `runs show` prints them.
async fn tell(node: &Node, output: Output, run: RunRecord, only: Option<&str>) -> Result<(), CliError> {
    let failed = |error: ApiError| CliError::message(error.detail);
    let mut tasks = crate::api::all_task_instances(&node.api_state(), &run).await.map_err(failed)?;
    if let Some(only) = only {
        tasks.retain(|task| task["task_id"] == *only);
    }
    let run_body = crate::api::run_body(run).map_err(failed)?;
    if output == Output::Json {
        let mut body = run_body;
        body["task_instances"] = json!(tasks);
        print_json(&body);
    } else {
        let state = super::table::cell(&run_body["state"]);
        let took = super::table::seconds(&run_body["duration"]);
        print(&format!("\n{}\nrun: {state} after {took}\n", runs::task_table(&tasks)));
    }
    Ok(())
}
