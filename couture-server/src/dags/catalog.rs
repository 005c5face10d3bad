//! Which DAGs are defined, where, and what stands in the way of the others.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use couture_core::{Dag, DagId, Timestamp};
use sha2::{Digest, Sha256};

use super::example::Example;
use super::parse::{FileError, Format, parse};
use super::scan::{FolderLimits, Found, Stamp, read_bounded, scan};
use super::source::{DagFacts, DagSource, ImportError};

/// What the engine is to be told.
#[derive(Debug)]
pub enum Change {
    /// A DAG is defined, for the first time or anew.
    Defined(Box<Dag>),
    /// A DAG is not defined any more.
    Gone(DagId),
}

/// The DAGs that are defined here. Clones of nothing: share it by reference.
///
/// The first one to define a dag id has it; others that define it too are errors, until it is free. A file that becomes wrong keeps
/// the DAG that it last defined rightly.
#[derive(Debug)]
pub struct Catalog {
    folder: PathBuf,
    limits: FolderLimits,
    /// Held for as long as a look takes, which may be long: only a look takes it, and it is taken before `state`.
    files: Mutex<Files>,
    /// Held for moments.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct Files {
    known: BTreeMap<PathBuf, FileState>,
    /// The sources of errors of the last look itself, not of a file's content.
    look_errors: Vec<String>,
}

#[derive(Debug, Default)]
struct State {
    dags: HashMap<DagId, DagFacts>,
    errors: BTreeMap<String, ImportError>,
    last_error: u64,
}

#[derive(Debug)]
struct FileState {
    stamp: Stamp,
    hash: [u8; 32],
    /// The DAG that this file defines for the engine.
    owns: Option<DagId>,
    /// The DAG that it would define if the id were free.
    wants: Option<DagId>,
}

/// What happens in one look at the folder.
struct Look<'c> {
    catalog: &'c Catalog,
    files: &'c mut Files,
    now: Timestamp,
    changes: Vec<Change>,
    freed: BTreeSet<DagId>,
}

impl Catalog {
    /// A catalogue of the DAG files in `folder`, empty until it is looked at.
    pub fn new(folder: impl Into<PathBuf>, limits: FolderLimits) -> Self {
        Self { folder: folder.into(), limits, files: Mutex::default(), state: Mutex::default() }
    }

    /// The DAG folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A DAG that the program defines itself. `None` where its id is taken, which is then an import error.
    pub fn add_native(&self, dag: Dag, now: Timestamp) -> Option<Change> {
        self.state().claim(dag, DagSource::Native, now).map(|dag| Change::Defined(Box::new(dag)))
    }

    /// The examples.
    pub fn add_examples(&self, examples: &[Example], now: Timestamp) -> Vec<Change> {
        let add = |example: &Example| {
            let source = DagSource::Example(example.name);
            match parse(example.content.as_bytes(), Format::Yaml) {
                Ok(dag) => self.state().claim(dag, source, now).map(|dag| Change::Defined(Box::new(dag))),
                Err(error) => {
                    self.state().report(source.to_string(), error, now);
                    None
                }
            }
        };
        examples.iter().filter_map(add).collect()
    }

    /// Looks at the folder, and tells what has changed since the last look. Blocks its thread.
    pub fn look(&self, now: Timestamp) -> Vec<Change> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let found = scan(&self.folder, &self.limits);
        let folder = self.folder.display().to_string();
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                // Nothing is dropped because of a folder that cannot be read for a while.
                self.state().report(folder, whole(format!("failed to read the DAG folder: {error}")), now);
                return Vec::new();
            }
        };
        self.state().clear_error(&folder);
        let mut look = Look { catalog: self, files: &mut files, now, changes: Vec::new(), freed: BTreeSet::new() };
        look.all(found);
        look.changes
    }

    /// The engine refused a DAG.
    pub fn refuse(&self, dag_id: &DagId, reason: String, now: Timestamp) {
        let mut state = self.state();
        let source = state.dags.get(dag_id).map_or_else(|| dag_id.to_string(), |facts| facts.source.to_string());
        state.report(source, whole(reason), now);
    }

    /// What is known of a DAG that is defined here.
    pub fn facts(&self, dag_id: &DagId) -> Option<DagFacts> {
        self.state().dags.get(dag_id).cloned()
    }

    /// Whether a DAG is defined here.
    pub fn defines(&self, dag_id: &DagId) -> bool {
        self.state().dags.contains_key(dag_id)
    }

    /// What stands in the way of DAGs, by where it is.
    pub fn errors(&self) -> Vec<ImportError> {
        self.state().errors.values().cloned().collect()
    }
}

fn whole(reason: String) -> FileError {
    FileError { line: None, column: None, reason }
}

impl State {
    /// Gives the dag id to `source` if it is free or has it already; an import error otherwise.
    fn claim(&mut self, dag: Dag, source: DagSource, now: Timestamp) -> Option<Dag> {
        if let Some(owner) = self.dags.get(&dag.dag_id).filter(|owner| owner.source != source) {
            let reason = format!(
                "dag id {:?} is already defined by {}; {source} is not loaded: give one of them another id",
                dag.dag_id.as_str(),
                owner.source
            );
            self.report(source.to_string(), whole(reason), now);
            return None;
        }
        self.clear_error(&source.to_string());
        self.dags.insert(dag.dag_id.clone(), DagFacts::of(&dag, source));
        Some(dag)
    }

    fn report(&mut self, source: String, error: FileError, now: Timestamp) {
        if self.errors.get(&source).is_some_and(|known| known.error == error) {
            return;
        }
        tracing::warn!("{source}: {error}");
        self.last_error += 1;
        let entry = ImportError { id: self.last_error, at: now, source: source.clone(), error };
        self.errors.insert(source, entry);
    }

    fn clear_error(&mut self, source: &str) {
        self.errors.remove(source);
    }
}

impl Look<'_> {
    fn all(&mut self, found: Found) {
        let gone: Vec<PathBuf> =
            self.files.known.keys().filter(|file| !found.files.contains_key(*file)).cloned().collect();
        for file in gone {
            self.gone(&file);
        }
        for (file, stamp) in found.files {
            if self.files.known.get(&file).is_none_or(|known| known.stamp != stamp) {
                self.file(&file, stamp);
            }
        }
        let sources: Vec<String> =
            found.errors.iter().map(|(file, _)| self.catalog.folder.join(file).display().to_string()).collect();
        for old in std::mem::take(&mut self.files.look_errors) {
            if !sources.contains(&old) {
                self.catalog.state().clear_error(&old);
            }
        }
        for (source, (_, reason)) in sources.iter().zip(found.errors) {
            self.catalog.state().report(source.clone(), whole(reason), self.now);
        }
        self.files.look_errors = sources;
        // Ids that became free go to the first file that waits for them.
        while let Some(dag_id) = self.freed.pop_first() {
            let waiting = self.files.known.iter().find(|(_, state)| state.wants.as_ref() == Some(&dag_id));
            if let Some((file, stamp)) = waiting.map(|(file, state)| (file.clone(), state.stamp)) {
                self.files.known.remove(&file);
                self.file(&file, stamp);
            }
        }
    }

    fn gone(&mut self, file: &Path) {
        let source = DagSource::File(file.to_owned());
        self.catalog.state().clear_error(&source.to_string());
        if let Some(dag_id) = self.files.known.remove(file).and_then(|state| state.owns) {
            self.free(dag_id);
        }
    }

    fn free(&mut self, dag_id: DagId) {
        self.catalog.state().dags.remove(&dag_id);
        self.changes.push(Change::Gone(dag_id.clone()));
        self.freed.insert(dag_id);
    }

    /// A file is new or has changed.
    fn file(&mut self, file: &Path, stamp: Stamp) {
        let source = DagSource::File(file.to_owned());
        let Some(format) = Format::of(file) else { return };
        let content = match read_bounded(&self.catalog.folder.join(file), self.catalog.limits.file_bytes) {
            Ok(content) => content,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                let owns = self.files.known.remove(file).and_then(|known| known.owns);
                self.files.known.insert(file.to_owned(), FileState { stamp, hash: [0; 32], owns, wants: None });
                return self.catalog.state().report(source.to_string(), whole(error.to_string()), self.now);
            }
        };
        let hash: [u8; 32] = Sha256::digest(&content).into();
        let known = self.files.known.remove(file);
        if let Some(known) = known.as_ref().filter(|known| known.hash == hash) {
            let same = FileState { stamp, hash, owns: known.owns.clone(), wants: known.wants.clone() };
            self.files.known.insert(file.to_owned(), same);
            return;
        }
        let mut owns = known.and_then(|known| known.owns);
        let mut wants = None;
        match parse(&content, format) {
            Ok(dag) => {
                let dag_id = dag.dag_id.clone();
                if let Some(old) = owns.take_if(|old| *old != dag_id) {
                    self.free(old);
                }
                match self.catalog.state().claim(dag, source, self.now) {
                    Some(dag) => {
                        owns = Some(dag_id);
                        self.changes.push(Change::Defined(Box::new(dag)));
                    }
                    None => wants = Some(dag_id),
                }
            }
            // The last good version stays.
            Err(error) => self.catalog.state().report(source.to_string(), error, self.now),
        }
        self.files.known.insert(file.to_owned(), FileState { stamp, hash, owns, wants });
    }
}

#[cfg(test)]
mod tests;
