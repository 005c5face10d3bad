//! DAG files that are named on the command line.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use couture_core::values::Values;
use couture_core::{Dag, SystemClock};
use couture_operators::python::parser::PythonParser;
use couture_operators::python::{PythonInstallation, unpack};

use super::verdict::CliError;
use crate::dags::{FolderLimits, Kind, ParsedFiles, PythonFiles, parse, read_bounded};
use crate::python::{folder_limits, parser_settings};
use crate::settings::Settings;

/// A DAG file, and the folder that is its DAG folder.
#[derive(Clone, Debug)]
pub(super) struct DagFile {
    pub(super) root: PathBuf,
    file: PathBuf,
    kind: Kind,
}

/// What a DAG file holds.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) dags: Vec<Dag>,
    /// What is wrong with it, each with its traceback where there is one.
    pub(super) errors: Vec<String>,
    pub(super) warnings: Vec<String>,
}

impl DagFile {
    /// The file that `text` names; none where it names a DAG. A file of the DAG folder may import what is there.
    pub(super) fn named(text: &str, dags: &Path) -> Result<Option<Self>, CliError> {
        let path = Path::new(text);
        let kind = Kind::of(path);
        if !path.is_file() && kind.is_none() && !text.contains('/') {
            return Ok(None);
        }
        let kind = kind.ok_or_else(|| {
            CliError::message(format!("{text} is no DAG file: its name must end in .py, .zip, .yaml, .yml or .json"))
        })?;
        let whole =
            path.canonicalize().map_err(|error| CliError::message(format!("failed to read {text}: {error}")))?;
        let dags = dags.canonicalize().ok().filter(|dags| whole.starts_with(dags));
        let root = dags.unwrap_or_else(|| whole.parent().unwrap_or(Path::new("/")).to_owned());
        let file = whole.strip_prefix(&root).unwrap_or(&whole).to_owned();
        Ok(Some(Self { root, file, kind }))
    }

    /// What it holds.
    pub(super) async fn read(&self, python: &PythonFiles) -> Result<Held, CliError> {
        match self.kind {
            Kind::Text(format) => {
                let path = self.root.join(&self.file);
                let content = read_bounded(&path, FolderLimits::default().file_bytes);
                let content = content.map_err(|error| self.failed(&format!("failed to read it: {error}")))?;
                let parsed = tokio::task::spawn_blocking(move || parse(&content, format)).await;
                let parsed = parsed.map_err(|error| self.failed(&error.to_string()))?;
                Ok(match parsed {
                    Ok(dag) => Held { dags: vec![dag], ..Held::default() },
                    Err(error) => Held { errors: vec![error.to_string()], ..Held::default() },
                })
            }
            Kind::Python | Kind::Archive => {
                let done = python.parse_once(self.file.clone(), self.root.clone()).await;
                let mut held = Held::default();
                for (text, is_warning) in done.told() {
                    let list = if is_warning { &mut held.warnings } else { &mut held.errors };
                    list.push(text);
                }
                held.dags = done.into_dags();
                Ok(held)
            }
        }
    }

    fn failed(&self, reason: &str) -> CliError {
        CliError::message(format!("{}: {reason}", self.root.join(&self.file).display()))
    }
}

/// What parses Python files without a server: its files are below `folder`, and DAG files find `values`.
pub(super) fn python_files(
    settings: &Settings,
    folder: &Path,
    values: Arc<dyn Values>,
) -> Result<PythonFiles, CliError> {
    let failed = |error: std::io::Error| CliError::from(crate::StartError::from(error));
    let packages = unpack(&folder.join("python")).map_err(failed)?;
    let installation = PythonInstallation::new(&settings.python.executable, packages, folder.join("bundles"));
    let kept = folder.join("parsed");
    std::fs::create_dir_all(&kept).map_err(failed)?;
    let parser = PythonParser::new(Arc::new(installation), values, parser_settings(settings));
    let max_bytes = folder_limits(settings).file_bytes;
    Ok(PythonFiles {
        parser: Arc::new(parser),
        kept: Arc::new(ParsedFiles::new(kept)),
        max_bytes,
        clock: Arc::new(SystemClock::new()),
    })
}
