//! Tells the engine of the DAGs that the catalogue holds.

use std::sync::Arc;
use std::time::Duration;

use couture_core::store::{Annals, StoreError};
use couture_core::{Clock, Dag, DagId, Engine, EngineError, Restriction, StoreReader};
use futures_util::StreamExt as _;
use tokio::task::JoinSet;

use super::catalog::{Catalog, Change, Looked};
use super::never_runs::{NEVER_RUNS, never_runs};
use super::python::{Done, PythonFiles};
use super::watch::Watch;
use super::written::written_in;

/// DAGs registered at a time, so that they share commits.
const CONCURRENT: usize = 64;
/// Between two tries while the store does not answer.
const RETRY: Duration = Duration::from_secs(1);
const PAGE: usize = 1_000;
/// Files that were parsed and are told of together.
const BATCH: usize = 64;
/// How long a start waits for Python files; those that are parsed later come later.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at the variables and connections that files were told.
const INPUTS: Duration = Duration::from_secs(10);

/// Keeps the engine told.
#[derive(Debug)]
pub struct Loader {
    engine: Engine,
    catalog: Arc<Catalog>,
    clock: Arc<dyn Clock>,
    python: PythonFiles,
    /// Where the versions of DAGs are written down.
    annals: Arc<dyn Annals>,
    jobs: JoinSet<Done>,
    /// Until DAGs that nothing defines any more were retired: where no other process has the store, its reader.
    retiring: Option<Arc<dyn StoreReader>>,
}

impl Loader {
    /// Where no other process has the store, `only_process` lets it retire DAGs that nothing defines any more.
    pub fn new(
        engine: Engine,
        catalog: Arc<Catalog>,
        clock: Arc<dyn Clock>,
        python: PythonFiles,
        annals: Arc<dyn Annals>,
        only_process: Option<Arc<dyn StoreReader>>,
    ) -> Self {
        Self { engine, catalog, clock, python, annals, jobs: JoinSet::new(), retiring: only_process }
    }

    /// Looks at the DAG folder for the first time, and tells the engine of everything, `first` before the files. Python files that take
    /// long to parse come later.
    pub async fn load_all(&mut self, mut first: Vec<Change>) -> Result<(), EngineError> {
        let looked = self.off_thread(|catalog, now| catalog.look(now)).await;
        first.extend(looked.changes);
        self.take(Looked { changes: first, jobs: looked.jobs }).await?;
        let clock = self.clock.clone();
        let patience = clock.sleep(PATIENCE);
        tokio::pin!(patience);
        while !self.jobs.is_empty() {
            tokio::select! {
                Some(done) = self.jobs.join_next() => self.parsed(done.ok()).await?,
                () = &mut patience => return Ok(()),
            }
        }
        self.retire().await
    }

    /// Looks at the DAG folder whenever it may have changed, until the engine stops.
    pub async fn keep_loaded(mut self, watch: Watch) {
        let clock = self.clock.clone();
        let (changed, inputs) = (watch.changed(&*clock), clock.sleep(INPUTS));
        tokio::pin!(changed, inputs);
        loop {
            let result = tokio::select! {
                Some(done) = self.jobs.join_next(), if !self.jobs.is_empty() => self.parsed(done.ok()).await,
                () = &mut changed => {
                    changed.set(watch.changed(&*clock));
                    let looked = self.off_thread(|catalog, now| catalog.look(now)).await;
                    self.take(looked).await
                }
                () = &mut inputs => {
                    inputs.set(clock.sleep(INPUTS));
                    self.inputs().await
                }
            };
            let result = match result {
                Ok(()) if self.jobs.is_empty() => self.retire().await,
                other => other,
            };
            match result {
                Ok(()) => {}
                Err(EngineError::Stopped) => return,
                Err(error) => tracing::error!("failed to load DAGs: {error}"),
            }
        }
    }

    async fn off_thread<T: Default + Send + 'static>(
        &self,
        work: impl FnOnce(&Catalog, couture_core::Timestamp) -> T + Send + 'static,
    ) -> T {
        let (catalog, now) = (self.catalog.clone(), self.clock.now().wall);
        let worked = tokio::task::spawn_blocking(move || work(&catalog, now)).await;
        worked.unwrap_or_else(|error| {
            tracing::error!("failed to look at the DAG folder: {error}");
            T::default()
        })
    }

    /// Begins its jobs, and tells the engine of its changes.
    async fn take(&mut self, looked: Looked) -> Result<(), EngineError> {
        for job in looked.jobs {
            let (python, root) = (self.python.clone(), self.catalog.folder().to_owned());
            self.jobs.spawn(async move { python.parse(job, root).await });
        }
        self.apply(looked.changes).await
    }

    /// A job is done, and others with it.
    async fn parsed(&mut self, first: Option<Done>) -> Result<(), EngineError> {
        let mut all: Vec<Done> = first.into_iter().collect();
        while all.len() < BATCH
            && let Some(Ok(done)) = self.jobs.try_join_next()
        {
            all.push(done);
        }
        let looked = self.off_thread(|catalog, now| {
            let mut whole = Looked::default();
            for done in all {
                let looked = catalog.parsed(done, now);
                whole.changes.extend(looked.changes);
                whole.jobs.extend(looked.jobs);
            }
            whole
        });
        let looked = looked.await;
        self.take(looked).await
    }

    /// Parses files again that would be told something else now.
    async fn inputs(&mut self) -> Result<(), EngineError> {
        let mut changed = Vec::new();
        for (file, inputs) in self.catalog.inputs() {
            if !inputs.holds(self.python.parser.values()).await {
                changed.push(file);
            }
        }
        let looked = self.off_thread(move |catalog, now| catalog.again(&changed, now)).await;
        self.take(looked).await
    }

    /// DAGs that nothing defines any more are retired, once.
    async fn retire(&mut self) -> Result<(), EngineError> {
        let Some(reader) = self.retiring.clone() else { return Ok(()) };
        let mut after: Option<DagId> = None;
        loop {
            let page = reader.dags(after.as_ref(), PAGE).await?;
            let undefined = page.iter().filter(|dag| dag.active && !self.catalog.defines(&dag.dag_id));
            let changes = undefined.map(|dag| Change::Gone(dag.dag_id.clone())).collect();
            self.apply(changes).await?;
            match page.last() {
                Some(last) if page.len() == PAGE => after = Some(last.dag_id.clone()),
                _ => break,
            }
        }
        self.retiring = None;
        Ok(())
    }
}

/// What telling the engine takes.
#[derive(Clone, Copy)]
struct Telling<'l> {
    engine: &'l Engine,
    catalog: &'l Catalog,
    clock: &'l dyn Clock,
    annals: &'l dyn Annals,
}

impl Loader {
    /// Tells the engine of `changes`, and repeats what the store does not take until it does. Returns early where the engine has
    /// stopped.
    async fn apply(&self, changes: Vec<Change>) -> Result<(), EngineError> {
        let Self { engine, catalog, clock, annals, .. } = self;
        let telling = Telling { engine, catalog, clock: &**clock, annals: &**annals };
        // What is gone goes first: the same id may be defined again by another file.
        let (gone, defined): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|change| matches!(change, Change::Gone(_)));
        for changes in [gone, defined] {
            let results = futures_util::stream::iter(changes)
                .map(|change| apply_one(telling, change))
                .buffer_unordered(CONCURRENT)
                .collect::<Vec<_>>()
                .await;
            results.into_iter().collect::<Result<(), _>>()?;
        }
        Ok(())
    }
}

impl Telling<'_> {
    /// Writes down that a DAG is what it is now. A version that could not be written down is missing in lists for people, and
    /// nowhere else.
    async fn write_down(&self, dag: &Dag) {
        let source = self.catalog.facts(&dag.dag_id).map(|facts| facts.source);
        let folder = self.catalog.folder().to_owned();
        let text = tokio::task::spawn_blocking(move || written_in(&folder, &source?)).await.unwrap_or_default();
        let version = Dag::version_of(&dag.to_json());
        let now = self.clock.now().wall;
        if let Err(error) = self.annals.version_seen(&dag.dag_id, &version, text.as_deref(), now).await {
            tracing::warn!(dag_id = %dag.dag_id, "failed to write down a version: {error}");
        }
    }
}

async fn apply_one(telling: Telling<'_>, change: Change) -> Result<(), EngineError> {
    let Telling { engine, catalog, clock, .. } = telling;
    let (dag, dag_id) = match change {
        Change::Defined(dag) => (Some(Arc::<Dag>::from(dag)), None),
        Change::Gone(dag_id) => (None, Some(dag_id)),
    };
    loop {
        let result = match (&dag, &dag_id) {
            (Some(dag), _) => engine.register(dag.clone()).await,
            (None, Some(dag_id)) if !catalog.defines(dag_id) => engine.deregister(dag_id.clone()).await,
            _ => Ok(()),
        };
        match result {
            Ok(()) => {
                if let Some(dag) = &dag {
                    warn(engine, dag, clock);
                    telling.write_down(dag).await;
                }
                return Ok(());
            }
            Err(EngineError::Stopped) => return Err(EngineError::Stopped),
            Err(EngineError::Store(error @ StoreError::Unavailable(_))) => {
                tracing::warn!("failed to register a DAG, and try again: {error}");
                clock.sleep(RETRY).await;
            }
            Err(error) => {
                let dag_id = dag.as_ref().map(|dag| &dag.dag_id).or(dag_id.as_ref());
                if let Some(dag_id) = dag_id {
                    catalog.refuse(dag_id, error.to_string(), clock.now().wall);
                }
                return Ok(());
            }
        }
    }
}

/// Tells of a DAG that is right, and does not do what was meant.
fn warn(engine: &Engine, dag: &Dag, clock: &dyn Clock) {
    let attributes = &dag.attributes;
    let catchup = attributes.catchup.unwrap_or(engine.settings().catchup);
    let restriction = Restriction { earliest: attributes.start_date, latest: attributes.end_date, catchup };
    if never_runs(&*dag.timetable, &restriction, clock.now().wall) {
        tracing::warn!(dag_id = %dag.dag_id, "{NEVER_RUNS}");
    }
}
