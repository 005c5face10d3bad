//! Which DAGs are defined, where, and what stands in the way of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use couture_core::{Dag, DagId, Timestamp};

use super::claims::{Claims, Trouble};
use super::example::Example;
use super::files::Files;
use super::look::Look;
use super::parse::{Format, parse};
use super::python::{Done, Job};
use super::scan::{FolderLimits, scan};
use super::source::{DagFacts, DagSource, ImportError};

/// What the engine is to be told.
#[derive(Debug)]
pub enum Change {
    /// A DAG is defined, for the first time or anew.
    Defined(Box<Dag>),
    /// A DAG is not defined any more.
    Gone(DagId),
}

/// What a look at the folder comes to.
#[derive(Debug, Default)]
pub struct Looked {
    /// What the engine is to be told.
    pub changes: Vec<Change>,
    /// What is to be parsed; what comes out belongs into [`Catalog::parsed`].
    pub jobs: Vec<Job>,
}

/// The DAGs that are defined here. Clones of nothing: share it by reference.
///
/// The first one to define a dag id has it; others that define it too are errors, until it is free. A file that becomes wrong keeps
/// the DAGs that it last defined rightly.
#[derive(Debug)]
pub struct Catalog {
    folder: PathBuf,
    limits: FolderLimits,
    /// Held for as long as a look takes, which may be long: only looks and their like take it, and it is taken before `claims`.
    files: Mutex<Files>,
    /// Held for moments.
    claims: Mutex<Claims>,
}

impl Catalog {
    /// A catalogue of the DAG files in `folder`, empty until it is looked at.
    pub fn new(folder: impl Into<PathBuf>, limits: FolderLimits) -> Self {
        Self { folder: folder.into(), limits, files: Mutex::default(), claims: Mutex::default() }
    }

    /// The DAG folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How much of it is looked at.
    pub(crate) fn limits(&self) -> &FolderLimits {
        &self.limits
    }

    pub(super) fn claims(&self) -> MutexGuard<'_, Claims> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A DAG that the program defines itself. `None` where its id is taken, which is then an import error.
    pub fn add_native(&self, dag: Dag, now: Timestamp) -> Option<Change> {
        self.add(dag, DagSource::Native, now)
    }

    fn add(&self, dag: Dag, source: DagSource, now: Timestamp) -> Option<Change> {
        let mut claims = self.claims();
        match claims.claim(dag, &source) {
            Ok(dag) => Some(Change::Defined(Box::new(dag))),
            Err(trouble) => {
                claims.report(&source.to_string(), trouble, now);
                None
            }
        }
    }

    /// The examples.
    pub fn add_examples(&self, examples: &[Example], now: Timestamp) -> Vec<Change> {
        let add = |example: &Example| {
            let source = DagSource::Example(example.name);
            match parse(example.content.as_bytes(), Format::Yaml) {
                Ok(dag) => self.add(dag, source, now),
                Err(error) => {
                    self.claims().report(&source.to_string(), Trouble::whole(error), now);
                    None
                }
            }
        };
        examples.iter().filter_map(add).collect()
    }

    /// Looks at the folder, and tells what has changed since the last look. Blocks its thread.
    pub fn look(&self, now: Timestamp) -> Looked {
        let mut files = self.files();
        let found = scan(&self.folder, &self.limits);
        let folder = self.folder.display().to_string();
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                // Nothing is dropped because of a folder that cannot be read for a while.
                let trouble = Trouble::words(format!("failed to read the DAG folder: {error}"));
                self.claims().report(&folder, trouble, now);
                return Looked::default();
            }
        };
        self.claims().clear(&folder);
        let mut look = Look::new(self, &mut files, now);
        look.all(found);
        look.into_looked()
    }

    /// A file was parsed. Blocks its thread.
    pub fn parsed(&self, done: Done, now: Timestamp) -> Looked {
        let mut files = self.files();
        let mut look = Look::new(self, &mut files, now);
        look.parsed(done);
        look.into_looked()
    }

    /// What Python files were told besides their modules, by file.
    pub fn inputs(&self) -> Vec<(PathBuf, couture_operators::python::parser::Inputs)> {
        self.files().inputs()
    }

    /// The Python files that were made of one of `parts`, and are right.
    pub(crate) fn users_of(&self, parts: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
        self.files().users_of(parts)
    }

    /// Does something that no look at the folder falls into the middle of. Blocks its thread, as a look may.
    pub(crate) fn undisturbed<T>(&self, work: impl FnOnce() -> T) -> T {
        let _still = self.files();
        work()
    }

    /// The ids of the DAGs that each file defines, sorted.
    pub(crate) fn dags_of_files(&self) -> BTreeMap<PathBuf, Vec<String>> {
        let mut all: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
        for (dag_id, facts) in &self.claims().dags {
            if let DagSource::File(file) = &facts.source {
                all.entry(file.clone()).or_default().push(dag_id.to_string());
            }
        }
        all.values_mut().for_each(|ids| ids.sort());
        all
    }

    /// Parses files again, whether they have changed or not.
    pub fn again(&self, paths: &[PathBuf], now: Timestamp) -> Looked {
        let mut files = self.files();
        let mut look = Look::new(self, &mut files, now);
        look.again(paths);
        look.into_looked()
    }

    /// The engine refused a DAG.
    pub fn refuse(&self, dag_id: &DagId, reason: String, now: Timestamp) {
        let mut claims = self.claims();
        let source = claims.dags.get(dag_id).map_or_else(|| dag_id.to_string(), |facts| facts.source.to_string());
        claims.report(&source, Trouble::of_dag(dag_id, reason), now);
    }

    /// What is known of a DAG that is defined here.
    pub fn facts(&self, dag_id: &DagId) -> Option<DagFacts> {
        self.claims().dags.get(dag_id).cloned()
    }

    /// When a file was parsed last, whatever came of it; nothing of what is no file.
    pub fn parsed_at(&self, source: &DagSource) -> Option<Timestamp> {
        self.claims().parsed.get(&source.to_string()).copied()
    }

    /// Whether a DAG is defined here.
    pub fn defines(&self, dag_id: &DagId) -> bool {
        self.claims().dags.contains_key(dag_id)
    }

    /// What stands in the way of DAGs, by where it is.
    pub fn errors(&self) -> Vec<ImportError> {
        self.claims().errors().cloned().collect()
    }
}

#[cfg(test)]
mod tests;
