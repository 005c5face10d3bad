//! As many processes as work at a time.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use couture_core::values::Values;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::bundle::{self, BundleError};
use super::environment::parser_environment;
use super::inputs::Inputs;
use super::parsed::Parsed;
use super::process::{Gone, Process};
use crate::python::{PythonError, PythonInstallation, digits, package_hash};

/// How files are parsed.
#[derive(Clone, Debug)]
pub struct ParserSettings {
    /// How many at a time.
    pub processes: usize,
    /// The longest time for one.
    pub timeout: Duration,
    /// The memory that a file may take beyond what Python itself needs.
    pub memory_bytes: u64,
    /// Whether a dependency that a file writes twice is told as a warning, and not as an error.
    pub duplicates_are_warnings: bool,
    /// Variables of the server's environment that files see besides those that every one sees.
    pub environment: Vec<String>,
    /// The rules that files follow, `1.10` or `2`; they say it themselves where absent.
    pub dialect: Option<String>,
}

impl Default for ParserSettings {
    fn default() -> Self {
        let processes = std::thread::available_parallelism().map_or(2, usize::from);
        let timeout = Duration::from_secs(30);
        Self {
            processes,
            timeout,
            memory_bytes: 1 << 30,
            duplicates_are_warnings: false,
            environment: Vec::new(),
            dialect: None,
        }
    }
}

/// Parses Python files. Its processes are started when they are first needed.
#[derive(Debug)]
pub struct PythonParser {
    python: Arc<PythonInstallation>,
    values: Arc<dyn Values>,
    settings: ParserSettings,
    idle: Mutex<Vec<Process>>,
    slots: Semaphore,
}

/// From the time limit of a file, which its parser watches, to the end of a parser that does not.
const GRACE: Duration = Duration::from_secs(5);
/// How often a file is parsed that changes meanwhile.
const TRIES: usize = 3;

impl PythonParser {
    /// One that looks variables and connections up in `values`.
    pub fn new(python: Arc<PythonInstallation>, values: Arc<dyn Values>, settings: ParserSettings) -> Self {
        let slots = Semaphore::new(settings.processes.max(1));
        Self { python, values, settings, idle: Mutex::default(), slots }
    }

    /// What variables and connections are looked up in.
    pub fn values(&self) -> &dyn Values {
        &*self.values
    }

    /// The folder of bundles.
    pub fn bundles(&self) -> &Path {
        &self.python.bundles
    }

    /// A name for all that a file's DAGs depend on besides the DAG folder and [`Inputs`].
    pub async fn identity(&self) -> Result<String, PythonError> {
        let version = self.python.version().await?;
        let environment = parser_environment(Path::new(""), &self.settings);
        let all = (package_hash(), version, &self.python.executable, environment, &self.settings.dialect);
        Ok(digits(&Sha256::digest(serde_json::to_vec(&all).unwrap_or_default())))
    }

    /// Parses `file`, a path in the folder `root`, and keeps its bundle. What goes wrong is the file's error. Others are parsed at the same
    /// time, as many as there are processes.
    pub async fn parse(&self, root: &Path, file: &Path) -> (Parsed, Inputs) {
        let Ok(_slot) = self.slots.acquire().await else {
            return (Parsed::failed("the parser has ended"), Inputs::default());
        };
        for _ in 0..TRIES {
            let (parsed, inputs) = match self.once(root, file).await {
                Ok(done) => done,
                Err(reason) => return (Parsed::failed(reason), Inputs::default()),
            };
            if parsed.dags.is_empty() {
                return (parsed, inputs);
            }
            match self.keep(root, &parsed).await {
                Ok(()) => return (parsed, inputs),
                Err(BundleError::Changed) => {}
                Err(error) => {
                    let failed = Parsed::failed(format!("its files cannot be kept: {error}"));
                    return (Parsed { modules: parsed.modules, inputs: parsed.inputs, ..failed }, inputs);
                }
            }
        }
        (Parsed::failed("it changes while it is parsed"), Inputs::default())
    }

    async fn keep(&self, root: &Path, parsed: &Parsed) -> Result<(), BundleError> {
        let (root, bundles) = (root.to_owned(), self.python.bundles.clone());
        let (modules, hash) = (parsed.modules.clone(), parsed.bundle.clone());
        let kept = tokio::task::spawn_blocking(move || bundle::keep(&root, &modules, &hash, &bundles)).await;
        kept.unwrap_or_else(|error| Err(std::io::Error::other(error).into()))
    }

    /// A process that died of an earlier file is not this file's fault, so it is given another one.
    async fn once(&self, root: &Path, file: &Path) -> Result<(Parsed, Inputs), String> {
        self.python.version().await.map_err(|error| error.to_string())?;
        let mut last = String::new();
        for _ in 0..2 {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let process = match idle {
                Some(process) => Ok(process),
                None => Process::start(&self.python, &self.settings).await,
            };
            let mut process = process.map_err(|Gone(reason)| format!("no process to parse it: {reason}"))?;
            let work = process.parse(root, file, &self.settings, &*self.values);
            match tokio::time::timeout(self.settings.timeout + GRACE, work).await {
                Ok(Ok(done)) => {
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(process);
                    return Ok(done);
                }
                Ok(Err(Gone(reason))) => last = format!("its parser has ended ({reason}; {})", process.end().await),
                Err(_) => {
                    process.end().await;
                    return Err(format!("it takes longer than {} s to parse", self.settings.timeout.as_secs()));
                }
            }
        }
        Err(last)
    }
}
