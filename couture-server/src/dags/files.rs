//! What is known of the files of the DAG folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use couture_core::{DagId, Timestamp};
use couture_operators::python::parser::Inputs;
use sha2::{Digest as _, Sha256};

use super::scan::read_bounded;
use super::stamp::Stamp;

/// The hash of a file's content.
pub(super) type ContentHash = [u8; 32];

/// The files, by their path in the folder.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) known: BTreeMap<PathBuf, FileState>,
    /// The sources of errors of the last look itself, not of a file's content.
    pub(super) look_errors: Vec<String>,
    /// The number of the last job.
    pub(super) last_job: u64,
}

/// What is known of a file.
#[derive(Debug)]
pub(super) struct FileState {
    pub(super) stamp: Stamp,
    pub(super) hash: ContentHash,
    /// The DAGs that this file defines for the engine, with their versions.
    pub(super) owns: BTreeMap<DagId, String>,
    /// The DAGs that it would define if their ids were free.
    pub(super) wants: BTreeSet<DagId>,
    /// What is known of a Python file.
    pub(super) python: Option<PythonFile>,
}

/// What is known of a Python file that may define DAGs.
#[derive(Debug, Default)]
pub(super) struct PythonFile {
    /// The files that its DAGs were made of.
    pub(super) parts: Parts,
    /// What else they were made of.
    pub(super) inputs: Inputs,
    /// The job that parses it now.
    pub(super) job: Option<u64>,
    /// Where it is wrong: when to try again, though nothing has changed, and how long that was waited for.
    pub(super) retry: Option<(Timestamp, i64)>,
}

/// Files with their content as it was.
#[derive(Debug, Default)]
pub(super) struct Parts(BTreeMap<PathBuf, (Option<Stamp>, Option<ContentHash>)>);

/// The stamps of one look, so that each file is asked for once.
#[derive(Debug, Default)]
pub(super) struct Stamps(BTreeMap<PathBuf, Option<Stamp>>);

impl Stamps {
    fn of(&mut self, path: &Path) -> Option<Stamp> {
        if let Some(known) = self.0.get(path) {
            return *known;
        }
        let stamp = Stamp::of(path);
        self.0.insert(path.to_owned(), stamp);
        stamp
    }
}

/// The hash of a file's content, if it can be read.
pub(super) fn content_hash(path: &Path, max_bytes: u64) -> Option<ContentHash> {
    read_bounded(path, max_bytes).ok().map(|content| Sha256::digest(content).into())
}

impl Parts {
    /// Those with these hashes, which hold now.
    pub(super) fn new(hashes: BTreeMap<PathBuf, Option<ContentHash>>) -> Self {
        // Without a stamp, the first look compares their content.
        Self(hashes.into_iter().map(|(path, hash)| (path, (None, hash))).collect())
    }

    /// Whether any of them has changed. `paths` are in `folder` or absolute.
    pub(super) fn have_changed(&mut self, folder: &Path, max_bytes: u64, stamps: &mut Stamps) -> bool {
        for (path, (known, hash)) in &mut self.0 {
            let path = folder.join(path);
            let stamp = stamps.of(&path);
            if stamp == *known && (stamp.is_some() || hash.is_none()) {
                continue;
            }
            if content_hash(&path, max_bytes) != *hash {
                return true;
            }
            *known = stamp;
        }
        false
    }
}

impl Files {
    /// The Python files that were made of one of `parts` besides themselves, and are right.
    pub(super) fn users_of(&self, parts: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
        let uses = |(file, state): &(&PathBuf, &FileState)| {
            let right = state.python.as_ref().filter(|python| python.retry.is_none());
            right.is_some_and(|python| python.parts.0.keys().any(|part| part != *file && parts.contains(part)))
        };
        self.known.iter().filter(uses).map(|(file, _)| file.clone()).collect()
    }

    /// The inputs of those files that have any.
    pub(super) fn inputs(&self) -> Vec<(PathBuf, Inputs)> {
        let python =
            |(path, state): (&PathBuf, &FileState)| Some((path.clone(), state.python.as_ref()?.inputs.clone()));
        self.known.iter().filter_map(python).filter(|(_, inputs)| !inputs.is_empty()).collect()
    }
}
