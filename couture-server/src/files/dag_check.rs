//! Tries DAG files before they are accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use couture_core::{Dag, DagId};
use couture_store::TreePath;

use super::error::FilesError;
use super::proposal::{Proposal, bytes_of, version_of};
use super::staged_folder::{StagedFolder, is_changed, local};
use crate::dags::{Catalog, DagSource, Kind, PythonFiles, parse, staged_dag_files};

/// What files were found to define.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The DAGs of each file, by id.
    pub dags: BTreeMap<TreePath, Vec<String>>,
    /// What is worth to be told.
    pub warnings: Vec<String>,
}

impl Checked {
    /// The ids of all DAGs.
    pub fn dag_ids(&self) -> Vec<String> {
        let ids: BTreeSet<&String> = self.dags.values().flatten().collect();
        ids.into_iter().cloned().collect()
    }
}

/// What becomes of files that are wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The change is refused.
    Refused,
    /// It is refused, unless each of them is there already as it is.
    RefusedIfNew,
    /// They are taken, and told of.
    Taken,
}

/// Files parsed at a time.
const AT_ONCE: usize = 8;
/// The most files that import a changed one and are tried with it.
const MAX_USERS: usize = 50;
/// The name of the file that has Python compile a module.
const COMPILER: &str = "couture_compiles_this.py";

/// What one file came to.
struct Tried {
    path: TreePath,
    dags: Vec<DagId>,
    errors: Vec<String>,
    warnings: Vec<String>,
    /// Whether the file was in the folder before, with the same content.
    was_so: bool,
}

/// What tries files.
#[derive(Clone, Debug)]
pub(super) struct DagCheck {
    pub(super) catalog: Arc<Catalog>,
    pub(super) python: PythonFiles,
    /// Where temporary folders are made.
    pub(super) work: PathBuf,
    pub(super) broken: Broken,
}

impl DagCheck {
    /// Parses the proposed files in a folder that is as the DAG folder would be, and those that import them. The first one that is wrong, and
    /// may not be, is an error.
    pub(super) async fn check(&self, proposals: Vec<Proposal>) -> Result<Checked, FilesError> {
        let (root, work, limits) = (self.catalog.folder().to_owned(), self.work.clone(), *self.catalog.limits());
        let staging = tokio::task::spawn_blocking(move || {
            let staged = StagedFolder::new(&root, &work, &proposals)?;
            // What `.airflowignore` names is no DAG file.
            let dag_files: BTreeSet<PathBuf> = staged_dag_files(staged.path(), &limits)?.into_iter().collect();
            Ok::<_, FilesError>((staged, dag_files, proposals))
        });
        let (staged, dag_files, proposals) = staging.await.map_err(std::io::Error::other)??;
        let staged = Arc::new(staged);
        let mut checked = Checked::default();
        let mut works = Vec::new();
        for proposal in proposals.iter().filter(|it| it.content.is_some()).cloned() {
            let (check, staged) = (self.clone(), staged.clone());
            let is_dag_file = dag_files.contains(&local(&proposal.path));
            works.push(async move { check.one(&staged, proposal, is_dag_file).await });
        }
        in_turns(works, |tried| self.take(tried?, &proposals, &staged, &mut checked)).await?;
        self.users(&staged, &proposals, &mut checked).await?;
        Ok(checked)
    }

    fn take(
        &self,
        tried: Tried,
        proposals: &[Proposal],
        staged: &StagedFolder,
        checked: &mut Checked,
    ) -> Result<(), FilesError> {
        if !tried.errors.is_empty() {
            let report = staged.as_if_in(self.catalog.folder(), &tried.errors.join("\n"));
            let is_taken = match self.broken {
                Broken::Refused => false,
                Broken::RefusedIfNew => tried.was_so,
                Broken::Taken => true,
            };
            if !is_taken {
                return Err(FilesError::Broken { path: tried.path, report });
            }
            checked.warnings.push(format!("{} is broken, and was taken as it is: {report}", tried.path));
            return Ok(());
        }
        checked.warnings.extend(tried.warnings.iter().map(|text| staged.as_if_in(self.catalog.folder(), text)));
        for dag_id in &tried.dags {
            let owner = self.catalog.facts(dag_id).map(|facts| facts.source);
            let elsewhere = match &owner {
                Some(DagSource::File(file)) => *file != local(&tried.path) && !is_changed(proposals, file),
                Some(_) => true,
                None => checked.dags.values().flatten().any(|other| other == dag_id.as_str()),
            };
            if elsewhere {
                let by = owner.map_or_else(|| "another file of these".to_owned(), |owner| owner.to_string());
                checked.warnings.push(format!(
                    "dag id {:?} is already defined by {by}: {} will not be loaded until one of them has another id",
                    dag_id.as_str(),
                    tried.path
                ));
            }
        }
        if !tried.dags.is_empty() {
            let ids = tried.dags.iter().map(|dag_id| dag_id.as_str().to_owned()).collect();
            checked.dags.insert(tried.path, ids);
        }
        Ok(())
    }

    async fn one(&self, staged: &StagedFolder, proposal: Proposal, is_dag_file: bool) -> Result<Tried, FilesError> {
        let content = proposal.content.clone();
        let mut tried = self.parsed(staged, proposal, is_dag_file).await?;
        if let Some(content) = content.filter(|_| !tried.errors.is_empty() && self.broken == Broken::RefusedIfNew) {
            let (there, most) = (self.catalog.folder().join(local(&tried.path)), self.catalog.limits().file_bytes);
            let is_same = move || {
                let there = crate::dags::read_bounded(&there, most).ok()?;
                Some(there == bytes_of(&content, most).ok()?)
            };
            let is_same = tokio::task::spawn_blocking(is_same).await.map_err(std::io::Error::other)?;
            tried.was_so = is_same == Some(true);
        }
        Ok(tried)
    }

    async fn parsed(&self, staged: &StagedFolder, proposal: Proposal, is_dag_file: bool) -> Result<Tried, FilesError> {
        let path = proposal.path.clone();
        let mut tried = Tried { path, dags: Vec::new(), errors: Vec::new(), warnings: Vec::new(), was_so: false };
        let Some(content) = proposal.content else { return Ok(tried) };
        let kind = Kind::of(Path::new(proposal.path.as_str()));
        let max_bytes = self.catalog.limits().file_bytes;
        match kind.filter(|_| is_dag_file) {
            None => {}
            Some(Kind::Text(format)) => {
                let parsed = tokio::task::spawn_blocking(move || {
                    let content = bytes_of(&content, max_bytes)?;
                    Ok::<_, std::io::Error>(parse(&content, format))
                });
                match parsed.await.map_err(std::io::Error::other)?? {
                    Ok(dag) => tried.dags = ids(&[dag]),
                    Err(error) => tried.errors.push(error.to_string()),
                }
            }
            Some(kind) => {
                let bytes = tokio::task::spawn_blocking(move || bytes_of(&content, max_bytes));
                let bytes = bytes.await.map_err(std::io::Error::other)??;
                if kind.may_define(&bytes) {
                    self.python_file(staged, local(&proposal.path), &mut tried).await;
                } else {
                    self.module(staged, &proposal.path, &mut tried).await?;
                }
            }
        }
        Ok(tried)
    }

    async fn python_file(&self, staged: &StagedFolder, file: PathBuf, tried: &mut Tried) {
        let done = self.python.parse_staged(file, staged.path().to_owned()).await;
        for (text, is_warning) in done.told() {
            if is_warning { &mut tried.warnings } else { &mut tried.errors }.push(text);
        }
        tried.dags = ids(&done.into_dags());
    }

    /// A Python file that defines no DAGs is not run, but it must be Python.
    async fn module(&self, staged: &StagedFolder, path: &TreePath, tried: &mut Tried) -> Result<(), FilesError> {
        let name = serde_json::to_string(path.as_str()).map_err(std::io::Error::other)?;
        let program = format!(
            "# A DAG file of Couture by its words alone.\nimport os\nname = os.path.join(os.environ['COUTURE_DAGS_FOLDER'], {name})\n\
             with open(name, 'rb') as opened:\n    compile(opened.read(), name, 'exec', dont_inherit=True)\n"
        );
        let compiler = format!("{}_{COMPILER}", version_of(path.as_str().as_bytes()));
        staged.add(Path::new(&compiler), program.as_bytes())?;
        let done = self.python.parse_staged(compiler.into(), staged.path().to_owned()).await;
        tried.errors.extend(done.told().into_iter().filter(|(_, is_warning)| !is_warning).map(|(text, _)| text));
        Ok(())
    }

    /// Files that import changed ones and were right must stay so.
    async fn users(
        &self,
        staged: &Arc<StagedFolder>,
        proposals: &[Proposal],
        checked: &mut Checked,
    ) -> Result<(), FilesError> {
        let changed = proposals.iter().filter(|it| it.content.is_some()).map(|it| local(&it.path)).collect();
        let catalog = self.catalog.clone();
        let users = tokio::task::spawn_blocking(move || catalog.users_of(&changed));
        let mut users = users.await.map_err(std::io::Error::other)?;
        users.retain(|user| !is_changed(proposals, user));
        if users.len() > MAX_USERS {
            checked.warnings.push(format!("{} files import this; {MAX_USERS} of them were tried with it", users.len()));
            users.truncate(MAX_USERS);
        }
        let mut works = Vec::new();
        for user in users {
            let (python, staged) = (self.python.clone(), staged.clone());
            works.push(async move {
                let done = python.parse_staged(user.clone(), staged.path().to_owned()).await;
                (user, done)
            });
        }
        in_turns(works, |(user, done)| {
            let error = done.told().into_iter().find(|(_, is_warning)| !is_warning);
            let Some((text, _)) = error else { return Ok(()) };
            let text = staged.as_if_in(self.catalog.folder(), &text);
            let report = format!("{}, which imports it, would be wrong: {text}", user.display());
            if self.broken == Broken::Taken {
                checked.warnings.push(report);
                return Ok(());
            }
            Err(FilesError::Broken { path: proposals[0].path.clone(), report })
        })
        .await
    }
}

/// Does works, some at a time, and `each` with what comes out, in their order, until that is an error.
async fn in_turns<T: Send + 'static>(
    works: Vec<impl Future<Output = T> + Send + 'static>,
    mut each: impl FnMut(T) -> Result<(), FilesError>,
) -> Result<(), FilesError> {
    let mut waiting = works.into_iter();
    loop {
        let running: Vec<_> = waiting.by_ref().take(AT_ONCE).map(tokio::spawn).collect();
        if running.is_empty() {
            return Ok(());
        }
        for work in running {
            each(work.await.map_err(std::io::Error::other)?)?;
        }
    }
}

fn ids(dags: &[Dag]) -> Vec<DagId> {
    dags.iter().map(|dag| dag.dag_id.clone()).collect()
}
