//! What a file was parsed to.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a Python file was parsed to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    /// Its DAGs, each in the form of [`SerialDag`](couture_core::dag::SerialDag).
    #[serde(default)]
    pub dags: Vec<Value>,
    /// What is wrong with the file. Good DAGs beside it are in `dags`.
    #[serde(default)]
    pub error: Option<PythonFileError>,
    /// What is worth to be told and wrong with none of them.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// What it printed, cut.
    #[serde(default)]
    pub output: String,
    /// The files below the DAG folder that it consists of: itself, and what it imports. Sorted.
    #[serde(default)]
    pub modules: Vec<PathBuf>,
    /// The name of those files with this content; see [`keep_bundles`](super::keep_bundles).
    #[serde(default)]
    pub bundle: String,
    /// What else it depends on.
    #[serde(default)]
    pub inputs: FileInputs,
}

/// Why a Python file is no DAG file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PythonFileError {
    /// One line.
    pub reason: String,
    /// The line of the file, from 1, where that is known.
    #[serde(default)]
    pub line: Option<u64>,
    /// What was called by whom, without frames that are not the user's. Empty where nothing was.
    #[serde(default)]
    pub traceback: String,
}

/// What a file was told besides its modules while it was parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileInputs {
    /// Keys of variables, and whether there was one.
    #[serde(default)]
    pub variables: BTreeMap<String, bool>,
    /// Ids of connections.
    #[serde(default)]
    pub connections: Vec<String>,
    /// Names of variables of the environment.
    #[serde(default)]
    pub environment: Vec<String>,
    /// Files below the DAG folder that it read and that are no modules, by their whole path.
    #[serde(default)]
    pub files: Vec<PathBuf>,
}

impl PythonFileError {
    const MAX_REASON_BYTES: usize = 4 << 10;
    const MAX_TRACEBACK_BYTES: usize = 64 << 10;

    /// Cuts what is longer than anybody reads: the end of the reason, and the middle of the traceback.
    pub(super) fn cut(&mut self) {
        let edge = |text: &str, at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        if self.reason.len() > Self::MAX_REASON_BYTES {
            self.reason.truncate(edge(&self.reason, Self::MAX_REASON_BYTES));
            self.reason.push('…');
        }
        if self.traceback.len() > Self::MAX_TRACEBACK_BYTES {
            let half = Self::MAX_TRACEBACK_BYTES / 2;
            let (head, tail) = (edge(&self.traceback, half), edge(&self.traceback, self.traceback.len() - half));
            self.traceback = format!("{}\n…\n{}", &self.traceback[..head], &self.traceback[tail..]);
        }
    }
}

impl Parsed {
    /// Nothing but an error.
    pub(super) fn failed(reason: impl Into<String>) -> Self {
        let error = PythonFileError { reason: reason.into(), ..PythonFileError::default() };
        Self { error: Some(error), ..Self::default() }
    }
}
