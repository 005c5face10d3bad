//! The work of parsing one Python file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use couture_core::dag::SerialDag;
use couture_core::{Clock, Dag, DagId};
use couture_operators::python::parser::{Inputs, Parsed, PythonParser};
use metrics::histogram;
use serde_json::Value;

use super::claims::{About, Trouble};
use super::files::{ContentHash, content_hash};
use super::parse::FileError;
use super::parsed_files::{ParsedFile, ParsedFiles};
use crate::measures::PARSE_SECONDS;

/// A file to parse.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its path in the DAG folder.
    pub(super) file: PathBuf,
    /// Which of all jobs it is.
    pub(super) number: u64,
}

/// A file that was parsed.
#[derive(Debug)]
pub struct Done {
    pub(super) job: Job,
    pub(super) dags: Vec<Dag>,
    pub(super) troubles: Vec<Trouble>,
    /// Whether it may define more than `dags`.
    pub(super) is_wrong: bool,
    /// The files that it was made of.
    pub(super) hashes: BTreeMap<PathBuf, Option<ContentHash>>,
    pub(super) inputs: Inputs,
}

impl Job {
    /// The file, by its path in the DAG folder.
    pub fn path(&self) -> &Path {
        &self.file
    }
}

impl Done {
    /// The DAGs that are right.
    pub fn into_dags(self) -> Vec<Dag> {
        self.dags
    }

    /// What is to be told of the file, and whether that is only a warning.
    pub fn told(&self) -> Vec<(String, bool)> {
        let text = |trouble: &Trouble| trouble.traceback.clone().unwrap_or_else(|| trouble.error.to_string());
        self.troubles.iter().map(|it| (text(it), matches!(it.about, About::Warning(_)))).collect()
    }
}

/// What parses Python files.
#[derive(Clone, Debug)]
pub struct PythonFiles {
    /// Its processes.
    pub parser: Arc<PythonParser>,
    /// What earlier servers have parsed.
    pub kept: Arc<ParsedFiles>,
    /// The biggest file, in bytes.
    pub max_bytes: u64,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl PythonFiles {
    /// Parses a file of the folder `root` that belongs to no catalogue.
    pub async fn parse_once(&self, file: PathBuf, root: PathBuf) -> Done {
        self.parse(Job { file, number: 0 }, root).await
    }

    /// Parses a file of `root`, which is the DAG folder as it would be: nothing of that is kept for later but its bundle, for a while.
    pub(crate) async fn parse_staged(&self, file: PathBuf, root: PathBuf) -> Done {
        let root = root.canonicalize().unwrap_or(root);
        let (parsed, inputs) = self.parser.parse(&root, &file).await;
        done(Job { file, number: 0 }, parsed, inputs, BTreeMap::new()).await
    }

    /// Does a job.
    pub async fn parse(&self, job: Job, root: PathBuf) -> Done {
        // The parser is in another folder.
        let root = root.canonicalize().unwrap_or(root);
        let identity = self.parser.identity().await.ok();
        if let Some(identity) = &identity
            && let Some(known) = self.known(&job, identity, &root).await
        {
            return done(job, known.parsed, known.inputs, known.hashes).await;
        }
        let began = self.clock.now().mono;
        let (parsed, inputs) = self.parser.parse(&root, &job.file).await;
        histogram!(PARSE_SECONDS).record(self.clock.now().mono.saturating_sub(began));
        let (file, max_bytes, kept) = (job.file.clone(), self.max_bytes, self.kept.clone());
        let work = tokio::task::spawn_blocking(move || {
            let hashes = hashes(&parsed, &file, &root, max_bytes);
            let file = ParsedFile { identity: identity.unwrap_or_default(), hashes, inputs, parsed };
            if file.parsed.error.is_none()
                && let Err(error) = kept.keep(&job.file, &file)
            {
                tracing::warn!("{} will be parsed again at the next start: {error}", job.file.display());
            }
            (job, file)
        });
        let Ok((job, file)) = work.await else { unreachable!("the work of a job does not panic") };
        done(job, file.parsed, file.inputs, file.hashes).await
    }

    /// What an earlier server has made of the file, if that holds.
    async fn known(&self, job: &Job, identity: &str, root: &Path) -> Option<ParsedFile> {
        let (kept, file, root, max_bytes) = (self.kept.clone(), job.file.clone(), root.to_owned(), self.max_bytes);
        let bundles = self.parser.bundles().to_owned();
        let known = tokio::task::spawn_blocking(move || {
            let known = kept.find(&file)?;
            let is_whole = known.parsed.dags.is_empty() || bundles.join(&known.parsed.bundle).is_dir();
            let is_same =
                |(path, hash): (&PathBuf, &Option<ContentHash>)| content_hash(&root.join(path), max_bytes) == *hash;
            (is_whole && known.hashes.iter().all(is_same)).then_some(known)
        });
        let known = known.await.ok()??;
        (known.identity == identity && known.inputs.holds(self.parser.values()).await).then_some(known)
    }
}

/// The hashes of the files that `parsed` was made of.
fn hashes(parsed: &Parsed, file: &Path, root: &Path, max_bytes: u64) -> BTreeMap<PathBuf, Option<ContentHash>> {
    let parts = parsed.modules.iter().chain(&parsed.inputs.files).map(PathBuf::as_path).chain([file]);
    parts.map(|path| (path.to_owned(), content_hash(&root.join(path), max_bytes))).collect()
}

/// Makes DAGs of their JSON, on a thread that may take long.
async fn done(job: Job, parsed: Parsed, inputs: Inputs, hashes: BTreeMap<PathBuf, Option<ContentHash>>) -> Done {
    let read = tokio::task::spawn_blocking(move || {
        let (mut dags, mut troubles) = (Vec::new(), troubles(&parsed));
        let mut is_wrong = parsed.error.is_some();
        for document in parsed.dags {
            match dag(document) {
                Ok(dag) => dags.push(dag),
                Err(trouble) => {
                    is_wrong = true;
                    troubles.push(trouble);
                }
            }
        }
        (dags, troubles, is_wrong)
    });
    let (dags, troubles, is_wrong) =
        read.await.unwrap_or_else(|error| (Vec::new(), vec![Trouble::words(error.to_string())], true));
    Done { job, dags, troubles, is_wrong, hashes, inputs }
}

fn dag(document: Value) -> Result<Dag, Trouble> {
    let dag_id = document.get("dag_id").and_then(Value::as_str).and_then(|id| DagId::new(id).ok());
    let dag = serde_json::from_value::<SerialDag>(document).map_err(|error| error.to_string());
    dag.and_then(|dag| dag.into_dag().map_err(|error| error.to_string())).map_err(|reason| match &dag_id {
        Some(dag_id) => Trouble::of_dag(dag_id, format!("dag {dag_id}: {reason}")),
        None => Trouble::words(reason),
    })
}

fn troubles(parsed: &Parsed) -> Vec<Trouble> {
    let error = parsed.error.iter().map(|error| Trouble {
        about: About::Whole,
        error: FileError { line: error.line, column: None, reason: error.reason.clone() },
        traceback: Some(error.traceback.clone()).filter(|traceback| !traceback.is_empty()),
    });
    let warnings = parsed
        .warnings
        .iter()
        .enumerate()
        .map(|(number, text)| Trouble { about: About::Warning(number), ..Trouble::words(format!("warning: {text}")) });
    error.chain(warnings).collect()
}
