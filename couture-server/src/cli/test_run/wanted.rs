//! Finds the DAG that is to be tested.

use std::path::Path;

use couture_core::{Clock as _, Dag, SystemClock};

use crate::cli::dag_file::{DagFile, Held};
use crate::cli::print::complain;
use crate::cli::verdict::CliError;
use crate::dags::{Catalog, Change, EXAMPLES, PythonFiles, read_bounded};

/// The DAG that a file holds; of several, none.
pub(super) async fn in_file(wanted: &str, file: &DagFile, python: &PythonFiles) -> Result<Dag, CliError> {
    let Held { mut dags, errors, warnings } = file.read(python).await?;
    warnings.iter().for_each(|warning| complain(warning));
    match (dags.pop(), errors.first()) {
        (_, Some(error)) => Err(CliError::message(format!("{wanted}, {error}"))),
        (Some(dag), None) if dags.is_empty() => Ok(dag),
        (Some(last), None) => {
            let ids = dags.iter().chain([&last]).map(|dag| dag.dag_id.to_string()).collect::<Vec<_>>().join(", ");
            Err(CliError::message(format!(
                "{wanted} holds several DAGs ({ids}): put it into the DAG folder and name one by its id"
            )))
        }
        (None, None) => Err(CliError::message(format!("{wanted} holds no DAG"))),
    }
}

/// The DAG with this id in the DAG folder or among the examples.
pub(super) async fn by_id(wanted: &str, catalog: &Catalog, python: &PythonFiles) -> Result<Dag, CliError> {
    let now = SystemClock::new().now().wall;
    let mut looked = match catalog.folder().is_dir() {
        true => catalog.look(now),
        false => Default::default(),
    };
    looked.changes.extend(catalog.add_examples(EXAMPLES, now));
    // Most ids are written in their files.
    let mentions = |path: &Path| {
        let content = read_bounded(&catalog.folder().join(path), python.max_bytes).unwrap_or_default();
        content.windows(wanted.len().max(1)).any(|piece| piece == wanted.as_bytes())
    };
    looked.jobs.sort_by_cached_key(|job| !mentions(job.path()));
    let mut known = Vec::new();
    let mut jobs = looked.jobs.into_iter();
    let mut changes = looked.changes;
    loop {
        for change in changes {
            match change {
                Change::Defined(dag) if dag.dag_id.as_str() == wanted => return Ok(*dag),
                Change::Defined(dag) => known.push(dag.dag_id.to_string()),
                Change::Gone(_) => {}
            }
        }
        let Some(job) = jobs.next() else { break };
        let done = python.parse(job, catalog.folder().to_owned()).await;
        changes = catalog.parsed(done, now).changes;
    }
    let mut suspects = Vec::new();
    for error in catalog.errors() {
        if !error.is_warning && mentions(Path::new(&error.source)) {
            suspects.push(format!("{}, {}", error.source, error.error));
        }
        complain(&format!("{}: {}", error.source, error.traceback.unwrap_or_else(|| error.error.to_string())));
    }
    if !suspects.is_empty() {
        let suspects = suspects.join("; ");
        return Err(CliError::message(format!(
            "no DAG {wanted:?} can be had, since its file cannot be read: {suspects}"
        )));
    }
    known.sort_unstable();
    known.truncate(20);
    let beside = ["py", "zip", "yaml", "yml", "json"].map(|ending| format!("{wanted}.{ending}"));
    let beside = beside.iter().find(|file| Path::new(file).is_file());
    Err(CliError::message(format!(
        "there is no file {wanted:?}, and no DAG of that id in {} or among the examples; there are {}{}",
        catalog.folder().display(),
        known.join(", "),
        beside.map(|file| format!(". Is it {file}?")).unwrap_or_default()
    )))
}
