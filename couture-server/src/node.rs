//! Everything but HTTP in one process: store, child processes, executor, engine, DAG folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use couture_core::task::{Artifacts, Extensions, LateDagRuns};
use couture_core::values::{EnvironmentValues, StoredValues, Values};
use couture_core::{
    BoxError, Clock, Dag, Engine, EngineDagRuns, EngineSettings, LocalExecutor, LocalSettings, Processes, Services,
    StoreReader, SystemClock, Timestamp,
};
use couture_operators::supervisor::{Supervisor, SupervisorSettings};
use couture_operators::template::TemplateSettings;
use couture_operators::{FileTaskLogs, InProcess, JinjaTemplates, Registered};
use couture_store::{LogStore, ObjectArtifacts, ObjectFiles, TreeStore};

use crate::api::ApiState;
use crate::auth::Accounts;
use crate::backend::{Backend, KeptValues};
use crate::dags::{Bundles, Catalog, Change, EXAMPLES, Loader, PythonFiles, Watch};
use crate::data_folder::DataFolder;
use crate::eda::{Closed, EdaRoom, eda_program, exploratory_data_analysis};
use crate::error::StartError;
use crate::files::{DagFolder, DagFolderParts, FileRoom, clear_temporary, keep_swept};
use crate::mail::{mailer, notifier};
use crate::python::{folder_limits, installation, python_files};
use crate::settings::Settings;
use crate::shipping::ShippedProcesses;
use crate::shown_settings::shown_settings;

/// How child processes are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Children {
    /// Under a supervisor that outlives this process: this program, called again with [`crate::supervise::ROLE`].
    Supervised {
        /// The program.
        program: PathBuf,
    },
    /// As children of this process, which die with it.
    InProcess,
}

/// A running node.
#[derive(Debug)]
pub struct Node {
    data: DataFolder,
    settings: Settings,
    backend: Backend,
    engine: Engine,
    catalog: Arc<Catalog>,
    clock: Arc<dyn Clock>,
    logs: LogStore,
    artifacts: Arc<dyn Artifacts>,
    python: PythonFiles,
    files: FileRoom,
    trees: TreeStore,
    eda: Result<EdaRoom, Closed>,
    started_at: Timestamp,
    native: Vec<Dag>,
    orphan_grace: Duration,
}

impl Node {
    /// Starts everything but the loading of DAGs; see [`load`](Self::load). Runs that were not finished go on.
    pub async fn start(
        settings: Settings,
        data: DataFolder,
        native: Vec<Dag>,
        children: Children,
    ) -> Result<Self, StartError> {
        couture_operators::link();
        Registered::now().check()?;
        let kill_grace = Duration::from_secs(settings.operators.kill_grace_s.into());
        check_lease(&settings, kill_grace)?;
        let backend = Backend::open(&settings, data.path()).await?;
        let orphan_grace = orphan_grace(&settings, backend.store.is_exclusive());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let live = data.folder("logs/live")?;
        let folder = data.folder("objects")?;
        let objects = |error: BoxError| StartError::Objects { folder: folder.clone(), reason: error.to_string() };
        let logs = LogStore::local(&live, &folder).map_err(objects)?;
        let local_objects = couture_store::local_objects(&folder).map_err(|error| objects(error.into()))?;
        let trees = TreeStore::new(local_objects.clone());
        let eda = EdaRoom::open(&settings, ObjectFiles::new(local_objects.clone(), "eda"), data.path());
        let artifacts: Arc<dyn Artifacts> = Arc::new(ObjectArtifacts::new(local_objects));
        let task_logs = Arc::new(FileTaskLogs::new(&live));
        let (processes, over) = ShippedProcesses::new(processes(&settings, &data, live, &children, orphan_grace)?);
        let processes = Arc::new(processes);
        let dag_runs = LateDagRuns::default();
        let dags = match &settings.dags.folder {
            folder if folder.as_os_str().is_empty() => data.folder("dags")?,
            folder => folder.clone(),
        };
        let templates = templates(&settings, &dags, backend.reader.clone());
        let python = Arc::new(installation(&settings, &data, &backend, templates.clone())?);
        let KeptValues { variables, connections, .. } = backend.kept.clone();
        let values: Arc<dyn Values> =
            Arc::new(StoredValues::new(EnvironmentValues::of_process(), variables, connections));
        let mut services = Services {
            logs: task_logs,
            artifacts: artifacts.clone(),
            processes,
            templates: Arc::new(templates),
            values: values.clone(),
            dag_runs: dag_runs.clone(),
            extensions: extensions(&settings, &data, &children, &eda)?.with(python.clone()),
            ..Services::default()
        };
        if let Some(mailer) = mailer(&settings) {
            services.mailer = mailer;
        }
        let notifier = notifier(&settings, &services)?;
        let local =
            LocalSettings { capacity: settings.scheduler.parallelism as usize, kill_grace, ..LocalSettings::default() };
        let executor =
            Arc::new(LocalExecutor::new(data.worker().clone(), local, clock.clone(), backend.store.clone(), services));
        let (store, clock_of_engine, rules) = (backend.store.clone(), clock.clone(), engine_settings(&settings));
        let engine = Engine::start_with(store, executor, clock_of_engine, notifier, rules).await?;
        dag_runs.bind(Arc::new(EngineDagRuns::new(&engine, backend.reader.clone())));
        tokio::spawn(over.ship(logs.clone(), backend.reader.clone(), clock.clone()));
        let catalog = Arc::new(Catalog::new(dags, folder_limits(&settings)));
        let python = python_files(&settings, &data, python, values, clock.clone())?;
        let files = file_room(&data, &catalog, &python, &trees, &clock).await?;
        let started_at = clock.now().wall;
        Ok(Self {
            data,
            settings,
            backend,
            engine,
            catalog,
            clock,
            logs,
            artifacts,
            python,
            files,
            trees,
            eda,
            started_at,
            native,
            orphan_grace,
        })
    }

    /// Loads all DAGs, and goes on to load what changes, until the engine stops.
    pub async fn load(&mut self) -> Result<(), StartError> {
        let now = self.clock.now().wall;
        // Before the first look, so that no change falls between.
        let watch = Watch::new(self.catalog.folder(), Duration::from_millis(self.settings.dags.reload_ms));
        let mut first: Vec<Change> =
            self.native.drain(..).filter_map(|dag| self.catalog.add_native(dag, now)).collect();
        if self.eda.is_ok() {
            first.extend(self.catalog.add_native(exploratory_data_analysis(), now));
        }
        if self.settings.dags.load_examples {
            first.extend(self.catalog.add_examples(EXAMPLES, now));
        }
        let only_process = self.backend.store.is_exclusive().then_some(self.backend.reader.clone());
        let (catalog, clock, python) = (self.catalog.clone(), self.clock.clone(), self.python.clone());
        let mut loader =
            Loader::new(self.engine.clone(), catalog, clock, python, self.backend.annals.clone(), only_process);
        loader.load_all(first).await?;
        tokio::spawn(loader.keep_loaded(watch));
        let bundles = Bundles {
            folder: self.python.parser.bundles().to_owned(),
            store: self.backend.store.clone(),
            reader: self.backend.reader.clone(),
            clock: self.clock.clone(),
        };
        tokio::spawn(bundles.keep_tidy());
        Ok(())
    }

    /// Where users, roles, sessions, tokens and the audit log are kept.
    pub fn accounts(&self) -> &Accounts {
        &self.backend.accounts
    }

    /// The time.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// What the API works on.
    pub fn api_state(&self) -> ApiState {
        ApiState {
            engine: self.engine.clone(),
            store: self.backend.store.clone(),
            reader: self.backend.reader.clone(),
            logs: self.logs.clone(),
            artifacts: self.artifacts.clone(),
            kept: self.backend.kept.clone(),
            catalog: self.catalog.clone(),
            lately: Arc::default(),
            shapes: Arc::default(),
            annals: self.backend.annals.clone(),
            past_versions: Arc::default(),
            data: self.data.path().to_owned(),
            worker: self.data.worker().clone(),
            hides_secrets: self.settings.auth.hide_sensitive_variable_fields,
            clock: self.clock.clone(),
            started_at: self.started_at,
        }
    }

    /// The DAGs that are defined here.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// What parses Python files.
    pub fn python(&self) -> &PythonFiles {
        &self.python
    }

    /// The files that people keep here.
    pub fn files(&self) -> &FileRoom {
        &self.files
    }

    /// What is kept of exploratory data analysis, where it is possible here.
    pub fn eda(&self) -> &Result<EdaRoom, Closed> {
        &self.eda
    }

    /// Keeps the history of the DAG folder up to date, and the trees of files small, for as long as this program runs.
    pub(crate) fn keep_files(&self) {
        let interval = Duration::from_millis(self.settings.dags.reload_ms);
        tokio::spawn(DagFolder::keep_recorded(Arc::downgrade(&self.files.dags), interval));
        tokio::spawn(keep_swept(self.trees.clone(), self.clock.clone()));
        if let Ok(room) = &self.eda {
            let work = self.data.path().join(crate::eda::WORK_FOLDER);
            tokio::spawn(crate::eda::keep_swept(room.clone(), work, self.clock.clone()));
        }
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What the store holds, for people.
    pub fn reader(&self) -> &dyn StoreReader {
        &*self.backend.reader
    }

    /// Logs of attempts.
    pub fn logs(&self) -> &LogStore {
        &self.logs
    }

    /// The data folder.
    pub fn data(&self) -> &DataFolder {
        &self.data
    }

    /// How long child processes go on without a server.
    pub fn orphan_grace(&self) -> Duration {
        self.orphan_grace
    }

    /// Stops scheduling after the commit in flight. Supervised children go on.
    pub async fn stop(&self) {
        if tokio::time::timeout(STOP, self.engine.stop()).await.is_err() {
            tracing::warn!("the store did not answer in time; what was not committed is done again at the next start");
        }
    }
}

/// The files that people keep here. A change of the DAG folder that an earlier server was killed in the middle of is completed.
async fn file_room(
    data: &DataFolder,
    catalog: &Arc<Catalog>,
    python: &PythonFiles,
    trees: &TreeStore,
    clock: &Arc<dyn Clock>,
) -> Result<FileRoom, StartError> {
    let work = data.folder("file-changes")?;
    clear_temporary(&work).map_err(|source| StartError::Data { folder: work.clone(), source })?;
    let (catalog, python, trees_of_folder) = (catalog.clone(), python.clone(), trees.clone());
    let parts = DagFolderParts { catalog, python, trees: trees_of_folder, work, clock: clock.clone() };
    let dags = Arc::new(DagFolder::new(parts));
    if let Err(error) = dags.complete().await {
        tracing::error!("{error}");
    }
    Ok(FileRoom::new(dags, trees))
}

/// What operators need that the engine knows nothing of.
fn extensions(
    settings: &Settings,
    data: &DataFolder,
    children: &Children,
    eda: &Result<EdaRoom, Closed>,
) -> Result<Extensions, StartError> {
    let Ok(room) = eda else { return Ok(Extensions::default()) };
    let own = match children {
        Children::Supervised { program } => Some(program.clone()),
        Children::InProcess => None,
    };
    Ok(Extensions::default().with(Arc::new(eda_program(settings, data, own, room)?)))
}

fn engine_settings(settings: &Settings) -> EngineSettings {
    let scheduler = &settings.scheduler;
    EngineSettings {
        paused_at_creation: scheduler.dags_are_paused_at_creation,
        lease: Duration::from_millis(scheduler.lease_ms),
        max_lost: scheduler.max_lost,
        check_slas: scheduler.check_slas,
        max_map_length: scheduler.max_map_length as usize,
        max_active_runs: scheduler.max_active_runs_per_dag,
        max_active_tasks: Some(scheduler.max_active_tasks_per_dag).filter(|limit| *limit > 0),
        catchup: scheduler.catchup_by_default,
    }
}

fn check_lease(settings: &Settings, kill_grace: Duration) -> Result<(), StartError> {
    if Duration::from_millis(settings.scheduler.lease_ms) > kill_grace * 3 {
        return Ok(());
    }
    let detail = "scheduler.lease_ms must be more than three times operators.kill_grace_s, so that an attempt that is told to end has \
                  ended before others take it over";
    Err(StartError::Unfit(detail.into()))
}

fn templates(settings: &Settings, dags: &Path, reader: Arc<dyn StoreReader>) -> JinjaTemplates {
    // A variable that is no text is nobody's setting.
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let shown = shown_settings(settings, dags, environment);
    let folder = dags.to_owned();
    JinjaTemplates::new(TemplateSettings { folder, reader: Some(reader), shown, ..TemplateSettings::default() })
}

/// What is set, or less where other schedulers share the database: they launch a silent server's attempts again after a lease, and by
/// then its children must have ended.
fn orphan_grace(settings: &Settings, is_exclusive: bool) -> Duration {
    let wanted = Duration::from_secs(settings.operators.orphan_grace_s.into());
    let lease = Duration::from_millis(settings.scheduler.lease_ms);
    if is_exclusive { wanted } else { wanted.min(lease / 6) }
}

/// How long a commit in flight may take when the node stops.
const STOP: Duration = Duration::from_secs(5);

fn processes(
    settings: &Settings,
    data: &DataFolder,
    live: PathBuf,
    children: &Children,
    orphan_grace: Duration,
) -> Result<Arc<dyn Processes>, StartError> {
    let max_log_bytes = settings.logs.max_bytes_per_attempt;
    match children {
        Children::InProcess => Ok(Arc::new(InProcess::new(live).max_log_bytes(max_log_bytes))),
        Children::Supervised { program } => {
            let dir = data.folder("supervisor")?;
            let grace = orphan_grace.as_millis().to_string();
            let args: [OsString; 3] = [crate::supervise::ROLE.into(), dir.clone().into(), grace.into()];
            let mut supervisor = SupervisorSettings::new(dir, live, program.clone(), args);
            supervisor.max_log_bytes = max_log_bytes;
            let supervisor = Supervisor::new(supervisor).map_err(|error| StartError::Supervisor(error.to_string()))?;
            Ok(Arc::new(supervisor))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_end_before_another_scheduler_launches_them_again() {
        let settings = Settings::default();
        assert_eq!(orphan_grace(&settings, true), Duration::from_secs(60));
        let shared = orphan_grace(&settings, false) + couture_operators::BashOperator::KILL_GRACE;
        // A server fences itself after two thirds of a lease, so its last beat may be that old when it dies.
        assert!(shared < Duration::from_millis(settings.scheduler.lease_ms) / 3);
    }
}
