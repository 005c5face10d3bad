//! What is known of a DAG and of where it is defined, besides what the store keeps.

use std::fmt;
use std::path::PathBuf;

use couture_core::{Dag, DagId, Timestamp};

use super::parse::FileError;

/// Where a DAG is defined.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DagSource {
    /// In the program itself.
    Native,
    /// An example that comes with Couture.
    Example(&'static str),
    /// A file, by its path in the DAG folder.
    File(PathBuf),
}

impl fmt::Display for DagSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Native => f.write_str("the program itself"),
            Self::Example(name) => write!(f, "the built-in example {name}"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// A DAG that is defined here.
#[derive(Clone, Debug)]
pub struct DagFacts {
    /// Its id.
    pub dag_id: DagId,
    /// Where it is defined.
    pub source: DagSource,
    /// What people read instead of its id.
    pub display_name: Option<String>,
    /// One line for people.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// To find it by.
    pub tags: Vec<String>,
    /// How many tasks it has.
    pub tasks: usize,
}

impl DagFacts {
    pub(super) fn of(dag: &Dag, source: DagSource) -> Self {
        Self {
            dag_id: dag.dag_id.clone(),
            source,
            display_name: dag.attributes.dag_display_name.clone(),
            description: dag.attributes.description.clone(),
            owner: dag.attributes.owner.clone(),
            tags: dag.attributes.tags.clone(),
            tasks: dag.tasks().len(),
        }
    }
}

/// Why something that should define a DAG does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// Grows with each error.
    pub id: u64,
    /// When it was found.
    pub at: Timestamp,
    /// Where: a path in the DAG folder, an example's name, or the folder itself.
    pub source: String,
    /// What is wrong.
    pub error: FileError,
    /// Python's traceback, without frames that are not the user's.
    pub traceback: Option<String>,
    /// Whether it stands in the way of nothing.
    pub is_warning: bool,
}
