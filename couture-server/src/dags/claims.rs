//! Who has which dag id, and what stands in the way of the others.

use std::collections::{BTreeMap, HashMap};

use couture_core::{Dag, DagId, Timestamp};

use super::parse::FileError;
use super::source::{DagFacts, DagSource, ImportError};

/// What is defined here, and what is wrong.
#[derive(Debug, Default)]
pub(super) struct Claims {
    pub(super) dags: HashMap<DagId, DagFacts>,
    /// When each source was parsed last.
    pub(super) parsed: HashMap<String, Timestamp>,
    /// By where something is wrong, and what it is about there.
    errors: BTreeMap<(String, About), ImportError>,
    last_error: u64,
}

/// What an error is about, besides its source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    /// The source as a whole.
    Whole,
    /// One of its DAGs.
    Dag(DagId),
    /// What is only worth to be told.
    Warning(usize),
}

/// Something that is wrong.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub(super) about: About,
    pub(super) error: FileError,
    /// Python's, where there is one.
    pub(super) traceback: Option<String>,
}

impl Trouble {
    /// About the source as a whole.
    pub(super) fn whole(error: FileError) -> Self {
        Self { about: About::Whole, error, traceback: None }
    }

    /// About the source as a whole, in words.
    pub(super) fn words(reason: impl Into<String>) -> Self {
        Self::whole(FileError { line: None, column: None, reason: reason.into() })
    }

    /// About one DAG of it.
    pub(super) fn of_dag(dag_id: &DagId, reason: String) -> Self {
        Self { about: About::Dag(dag_id.clone()), ..Self::words(reason) }
    }
}

impl Claims {
    /// Gives the dag id to `source` if it is free or has it already; what is wrong otherwise.
    pub(super) fn claim(&mut self, dag: Dag, source: &DagSource) -> Result<Dag, Trouble> {
        if let Some(owner) = self.dags.get(&dag.dag_id).filter(|owner| owner.source != *source) {
            let reason = format!(
                "dag id {:?} is already defined by {}; {source} is not loaded: give one of them another id",
                dag.dag_id.as_str(),
                owner.source
            );
            return Err(Trouble::of_dag(&dag.dag_id, reason));
        }
        self.dags.insert(dag.dag_id.clone(), DagFacts::of(&dag, source.clone()));
        Ok(dag)
    }

    /// Adds what is wrong with a source.
    pub(super) fn report(&mut self, source: &str, trouble: Trouble, now: Timestamp) {
        let key = (source.to_owned(), trouble.about);
        let is_known = |known: &ImportError| known.error == trouble.error && known.traceback == trouble.traceback;
        if self.errors.get(&key).is_some_and(is_known) {
            return;
        }
        tracing::warn!("{source}: {}", trouble.error);
        self.last_error += 1;
        let entry = ImportError {
            id: self.last_error,
            at: now,
            source: source.to_owned(),
            error: trouble.error,
            traceback: trouble.traceback,
            is_warning: matches!(key.1, About::Warning(_)),
        };
        self.errors.insert(key, entry);
    }

    /// Makes `troubles` all that is wrong with a source.
    pub(super) fn settle(&mut self, source: &str, troubles: Vec<Trouble>, now: Timestamp) {
        self.errors.retain(|(other, about), _| other != source || troubles.iter().any(|it| it.about == *about));
        for trouble in troubles {
            self.report(source, trouble, now);
        }
    }

    /// Nothing is wrong with a source any more.
    pub(super) fn clear(&mut self, source: &str) {
        self.settle(source, Vec::new(), Timestamp::from_micros(0));
    }

    /// All that is wrong.
    pub(super) fn errors(&self) -> impl Iterator<Item = &ImportError> {
        self.errors.values()
    }
}
