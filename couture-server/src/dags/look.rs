//! One look at the DAG folder, or at a part of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use couture_core::{Dag, DagId, Timestamp};
use sha2::{Digest as _, Sha256};

use super::catalog::{Catalog, Change, Looked};
use super::claims::Trouble;
use super::files::{FileState, Files, Parts, PythonFile, Stamps};
use super::kind::Kind;
use super::parse::{Format, parse};
use super::python::{Done, Job};
use super::scan::{Found, read_bounded};
use super::source::DagSource;
use super::stamp::Stamp;

/// From a Python file that is wrong to the next try, at first and at most: what it needs may be installed meanwhile.
const RETRY_MICROS: std::ops::RangeInclusive<i64> = 30_000_000..=600_000_000;

/// What happens in one look.
pub(super) struct Look<'c> {
    catalog: &'c Catalog,
    files: &'c mut Files,
    now: Timestamp,
    looked: Looked,
    freed: BTreeSet<DagId>,
}

impl<'c> Look<'c> {
    pub(super) fn new(catalog: &'c Catalog, files: &'c mut Files, now: Timestamp) -> Self {
        Self { catalog, files, now, looked: Looked::default(), freed: BTreeSet::new() }
    }

    pub(super) fn into_looked(self) -> Looked {
        self.looked
    }

    /// Looks at everything that was found.
    pub(super) fn all(&mut self, found: Found) {
        let gone: Vec<PathBuf> =
            self.files.known.keys().filter(|file| !found.files.contains_key(*file)).cloned().collect();
        for file in &gone {
            self.gone(file);
        }
        let mut is_other = !gone.is_empty();
        for (file, stamp) in &found.files {
            if self.files.known.get(file).is_none_or(|known| known.stamp != *stamp) {
                is_other |= !self.files.known.contains_key(file);
                self.file(file, *stamp);
            }
        }
        self.python_files(is_other);
        self.look_errors(found.errors);
        self.give_freed();
    }

    /// Parses those Python files again whose parts have changed, and, where files have come or gone, those that are wrong.
    fn python_files(&mut self, is_other: bool) {
        let (folder, max_bytes) = (self.catalog.folder(), self.catalog.limits().file_bytes);
        let (now, mut stamps, mut again) = (self.now, Stamps::default(), Vec::new());
        for (file, state) in &mut self.files.known {
            let Some(python) = state.python.as_mut().filter(|python| python.job.is_none()) else { continue };
            let is_due = python.retry.is_some_and(|(at, _)| is_other || at <= now);
            if is_due || python.parts.have_changed(folder, max_bytes, &mut stamps) {
                again.push(file.clone());
            }
        }
        self.again(&again);
    }

    /// Makes jobs to parse these files.
    pub(super) fn again(&mut self, files: &[PathBuf]) {
        for file in files {
            let Some(python) = self.files.known.get_mut(file).and_then(|state| state.python.as_mut()) else { continue };
            self.files.last_job += 1;
            python.job = Some(self.files.last_job);
            self.looked.jobs.push(Job { file: file.clone(), number: self.files.last_job });
        }
    }

    fn look_errors(&mut self, errors: Vec<(PathBuf, String)>) {
        let source = |file: &Path| self.catalog.folder().join(file).display().to_string();
        let sources: Vec<String> = errors.iter().map(|(file, _)| source(file)).collect();
        let mut claims = self.catalog.claims();
        for old in std::mem::take(&mut self.files.look_errors) {
            if !sources.contains(&old) {
                claims.clear(&old);
            }
        }
        for (source, (_, reason)) in sources.iter().zip(errors) {
            claims.report(source, Trouble::words(reason), self.now);
        }
        self.files.look_errors = sources;
    }

    /// Ids that became free go to the first file that waits for them.
    fn give_freed(&mut self) {
        while let Some(dag_id) = self.freed.pop_first() {
            let waiting = self.files.known.iter().find(|(_, state)| state.wants.contains(&dag_id));
            let Some((file, state)) = waiting else { continue };
            let (file, stamp) = (file.clone(), state.stamp);
            if state.python.is_some() {
                self.again(&[file]);
            } else {
                self.files.known.remove(&file);
                self.file(&file, stamp);
            }
        }
    }

    fn gone(&mut self, file: &Path) {
        let source = DagSource::File(file.to_owned());
        let mut claims = self.catalog.claims();
        claims.clear(&source.to_string());
        claims.parsed.remove(&source.to_string());
        drop(claims);
        for dag_id in self.files.known.remove(file).map(|state| state.owns).into_iter().flatten().map(|(id, _)| id) {
            self.free(dag_id);
        }
    }

    fn free(&mut self, dag_id: DagId) {
        self.catalog.claims().dags.remove(&dag_id);
        self.looked.changes.push(Change::Gone(dag_id.clone()));
        self.freed.insert(dag_id);
    }

    /// A file is new or has changed.
    fn file(&mut self, file: &Path, stamp: Stamp) {
        let Some(kind) = Kind::of(file) else { return };
        let source = DagSource::File(file.to_owned()).to_string();
        let content = match read_bounded(&self.catalog.folder().join(file), self.catalog.limits().file_bytes) {
            Ok(content) => content,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                let owns = self.files.known.remove(file).map(|known| known.owns).unwrap_or_default();
                let state = FileState { stamp, hash: [0; 32], owns, wants: BTreeSet::new(), python: None };
                self.files.known.insert(file.to_owned(), state);
                return self.catalog.claims().settle(&source, vec![Trouble::words(error.to_string())], self.now);
            }
        };
        let hash = Sha256::digest(&content).into();
        if let Some(known) = self.files.known.get_mut(file).filter(|known| known.hash == hash) {
            known.stamp = stamp;
            return;
        }
        let known = self.files.known.remove(file);
        let (owns, python) = known.map(|known| (known.owns, known.python)).unwrap_or_default();
        let mut state = FileState { stamp, hash, owns, wants: BTreeSet::new(), python: None };
        match kind {
            Kind::Text(format) => self.text(file, &content, format, state),
            _ if let Some(reason) = kind.unreadable(&content) => {
                // The last good version stays.
                self.files.known.insert(file.to_owned(), state);
                self.catalog.claims().settle(&source, vec![Trouble::words(reason)], self.now);
            }
            _ if kind.may_define(&content) => {
                state.python = Some(python.unwrap_or_default());
                self.files.known.insert(file.to_owned(), state);
                self.again(&[file.to_owned()]);
            }
            _ => {
                self.catalog.claims().clear(&source);
                self.set_owned(&mut state, BTreeMap::new());
                self.files.known.insert(file.to_owned(), state);
            }
        }
    }

    fn text(&mut self, file: &Path, content: &[u8], format: Format, mut state: FileState) {
        let source = DagSource::File(file.to_owned());
        self.catalog.claims().parsed.insert(source.to_string(), self.now);
        match parse(content, format) {
            Ok(dag) => self.define(&source, vec![dag], Vec::new(), false, &mut state),
            // The last good version stays.
            Err(error) => self.catalog.claims().settle(&source.to_string(), vec![Trouble::whole(error)], self.now),
        }
        self.files.known.insert(file.to_owned(), state);
    }

    /// A Python file was parsed, unless another job has it meanwhile.
    pub(super) fn parsed(&mut self, done: Done) {
        let is_awaited = |state: &FileState| state.python.as_ref().is_some_and(|it| it.job == Some(done.job.number));
        if !self.files.known.get(&done.job.file).is_some_and(is_awaited) {
            return;
        }
        let Some(mut state) = self.files.known.remove(&done.job.file) else { return };
        let before = state.python.take().and_then(|python| python.retry);
        let retry = done.is_wrong.then(|| {
            let after = before.map_or(*RETRY_MICROS.start(), |(_, after)| (after * 2).min(*RETRY_MICROS.end()));
            (Timestamp::from_micros(self.now.as_micros().saturating_add(after)), after)
        });
        state.python = Some(PythonFile { parts: Parts::new(done.hashes), inputs: done.inputs, job: None, retry });
        let source = DagSource::File(done.job.file.clone());
        self.catalog.claims().parsed.insert(source.to_string(), self.now);
        self.define(&source, done.dags, done.troubles, done.is_wrong, &mut state);
        self.files.known.insert(done.job.file, state);
        self.give_freed();
    }

    /// `source` defines these DAGs, and no others unless something is wrong with it.
    fn define(
        &mut self,
        source: &DagSource,
        dags: Vec<Dag>,
        mut troubles: Vec<Trouble>,
        is_wrong: bool,
        state: &mut FileState,
    ) {
        let ids: BTreeSet<DagId> = dags.iter().map(|dag| dag.dag_id.clone()).collect();
        let mut owns: BTreeMap<DagId, String> = BTreeMap::new();
        for (dag_id, version) in &state.owns {
            if is_wrong || ids.contains(dag_id) {
                owns.insert(dag_id.clone(), version.clone());
            }
        }
        self.set_owned(state, owns);
        for dag in dags {
            let (dag_id, version) = (dag.dag_id.clone(), Dag::version_of(&dag.to_json()));
            let claimed = self.catalog.claims().claim(dag, source);
            match claimed {
                Ok(dag) => {
                    if state.owns.insert(dag_id, version.clone()).as_ref() != Some(&version) {
                        self.looked.changes.push(Change::Defined(Box::new(dag)));
                    }
                }
                Err(trouble) => {
                    state.wants.insert(dag_id);
                    troubles.push(trouble);
                }
            }
        }
        self.catalog.claims().settle(&source.to_string(), troubles, self.now);
    }

    /// Gives up what a file does not define any more.
    fn set_owned(&mut self, state: &mut FileState, owns: BTreeMap<DagId, String>) {
        state.wants.clear();
        let gone: Vec<DagId> = state.owns.keys().filter(|dag_id| !owns.contains_key(*dag_id)).cloned().collect();
        state.owns = owns;
        for dag_id in gone {
            self.free(dag_id);
        }
    }
}
