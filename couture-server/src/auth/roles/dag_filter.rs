//! Which DAGs somebody may see in a list.

use std::collections::BTreeSet;

use couture_core::DagId;

/// Which DAGs a list may show to its reader. Every list, grid and stream takes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DagFilter {
    /// All.
    All,
    /// These, by their ids.
    Only(BTreeSet<String>),
}

impl DagFilter {
    /// Whether a DAG may be shown.
    pub fn allows(&self, dag_id: &DagId) -> bool {
        self.allows_id(dag_id.as_str())
    }

    /// Whether a DAG of this id may be shown.
    pub fn allows_id(&self, dag_id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(ids) => ids.contains(dag_id),
        }
    }

    /// The ids, unless all DAGs may be shown.
    pub fn ids(&self) -> Option<&BTreeSet<String>> {
        match self {
            Self::All => None,
            Self::Only(ids) => Some(ids),
        }
    }

    /// What both allow.
    pub(super) fn intersection(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, other) => other.clone(),
            (this, Self::All) => this.clone(),
            (Self::Only(these), Self::Only(those)) => Self::Only(these & those),
        }
    }

    /// What either allows.
    pub(super) fn union(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(these), Self::Only(those)) => Self::Only(these | those),
            _ => Self::All,
        }
    }

    /// Whether no DAG is allowed.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Only(ids) if ids.is_empty())
    }
}
