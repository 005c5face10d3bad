//! The DAG folder, as people change it through the server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use couture_core::Clock;
use couture_store::{Author, Content, Manifest, PastFile, TreeChange, TreeError, TreePath, TreeStore};

use super::dag_check::{Broken, Checked, DagCheck};
use super::disk_record::{Known, known_content};
use super::error::{FilesError, NowThere};
use super::folder_change::Pending;
use super::folder_listing::{FolderFile, file_of, files_of};
use super::folder_name::{check_parts, check_place};
use super::proposal::{Base, Proposal, text_of, version_of};
use crate::dags::{Catalog, FolderLimits, PythonFiles, read_bounded};

/// The DAG folder, as people change it through the server. What is on disk counts: an edit by hand becomes a version of the file by `disk`.
/// Changes happen one after the other, each as a whole, and only where every DAG file of it can be parsed.
#[derive(Debug)]
pub struct DagFolder {
    parts: DagFolderParts,
    /// Held while files change.
    pub(super) changing: Arc<tokio::sync::Mutex<()>>,
    /// What is known of the contents on disk.
    pub(super) known: Mutex<BTreeMap<TreePath, Known>>,
}

/// What a [`DagFolder`] works with.
#[derive(Clone, Debug)]
pub struct DagFolderParts {
    /// Knows the folder, and what it defines.
    pub catalog: Arc<Catalog>,
    /// What parses Python files.
    pub python: PythonFiles,
    /// Where the history of the files is kept.
    pub trees: TreeStore,
    /// A folder of the data folder for changes that go on.
    pub work: PathBuf,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What a change came to.
#[derive(Clone, Debug)]
pub struct Saved {
    /// The versions of the files now.
    pub versions: BTreeMap<TreePath, Option<String>>,
    /// What they define.
    pub checked: Checked,
}

impl DagFolder {
    /// The tree with the history of the files.
    pub(super) const TREE: &'static str = "dags";
    /// Who edits by hand.
    pub const DISK: &'static str = "disk";

    /// The DAG folder of `parts`. A change that was planned when an earlier server was killed is completed by [`complete`](Self::complete).
    pub fn new(parts: DagFolderParts) -> Self {
        Self { parts, changing: Arc::default(), known: Mutex::default() }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        self.parts.catalog.folder()
    }

    /// Where temporary files are made.
    pub fn work(&self) -> &Path {
        &self.parts.work
    }

    pub(super) fn limits(&self) -> &FolderLimits {
        self.parts.catalog.limits()
    }

    pub(super) fn trees(&self) -> &TreeStore {
        &self.parts.trees
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.parts.clock
    }

    pub(super) fn shared_clock(&self) -> Arc<dyn Clock> {
        self.parts.clock.clone()
    }

    /// What knows which DAGs it defines.
    pub fn catalog(&self) -> &Catalog {
        &self.parts.catalog
    }

    /// The author of a change made now.
    pub fn author(&self, name: &str, message: Option<String>) -> Author {
        Author { message, ..Author::new(name, self.clock().now().wall) }
    }

    /// Completes the change that an earlier server was killed in the middle of, if there is one.
    pub async fn complete(&self) -> Result<(), FilesError> {
        let _alone = self.changing.lock().await;
        self.complete_alone().await
    }

    async fn complete_alone(&self) -> Result<(), FilesError> {
        let (work, root) = (self.parts.work.clone(), self.root().to_owned());
        let pending = blocking(move || Ok(Pending::find(&work, &root)?)).await?;
        let Some(pending) = pending else { return Ok(()) };
        tracing::info!("an interrupted change of {} files of the DAG folder is completed", pending.paths().len());
        self.record_files(&pending.paths()).await?;
        carry_out(self.parts.clone(), pending).await.map_err(|error| match error {
            FilesError::Io(error) => FilesError::Interrupted(error),
            other => other,
        })
    }

    /// Its files.
    pub async fn list(&self) -> Result<Vec<FolderFile>, FilesError> {
        let (root, limits) = (self.root().to_owned(), *self.limits());
        let files = blocking(move || files_of(&root, &limits)).await?;
        Ok(files)
    }

    /// What the history knows: whose change each file is.
    pub async fn history(&self) -> Result<Manifest, FilesError> {
        Ok(self.trees().manifest(Self::TREE).await?)
    }

    /// A file, and its content.
    pub async fn read(&self, path: &TreePath) -> Result<(FolderFile, Vec<u8>), FilesError> {
        let (root, limits, name) = (self.root().to_owned(), *self.limits(), path.clone());
        blocking(move || {
            let file = file_of(&root, &name)?.ok_or_else(|| FilesError::Missing(name.clone()))?;
            let content = read_bounded(&root.join(name.as_str()), limits.file_bytes)?;
            Ok((file, content))
        })
        .await
    }

    /// The content of a version of a file.
    pub async fn read_version(&self, path: &TreePath, version: &str) -> Result<Vec<u8>, FilesError> {
        match self.read(path).await {
            Ok((_, content)) if version_of(&content) == version => return Ok(content),
            Ok(_) | Err(FilesError::Missing(_)) => {}
            Err(error) => return Err(error),
        }
        super::file_tree::old_content(self.trees(), Self::TREE, path, version).await
    }

    /// What became of a file, the last change first.
    pub async fn versions(&self, path: &TreePath) -> Result<Vec<PastFile>, FilesError> {
        Ok(self.trees().history(Self::TREE, path).await?)
    }

    /// Whether the server may write a file of this name; why not.
    pub async fn is_writable(&self, path: &TreePath) -> Result<(), FilesError> {
        let (root, path) = (self.root().to_owned(), path.clone());
        blocking(move || {
            check_parts(&path)?;
            check_place(&root, &path)?;
            let folder = root.join(path.as_str());
            let existing = folder.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(&root).to_owned();
            rustix::fs::access(&existing, rustix::fs::Access::WRITE_OK)
                .map_err(|error| FilesError::in_folder(&root, error.into()))
        })
        .await
    }

    /// Parses what is proposed, and changes nothing.
    pub async fn try_out(&self, proposals: Vec<Proposal>) -> Result<Checked, FilesError> {
        self.check_names(&proposals).await?;
        self.check(proposals, Broken::Refused).await
    }

    async fn check(&self, proposals: Vec<Proposal>, broken: Broken) -> Result<Checked, FilesError> {
        let DagFolderParts { catalog, python, work, .. } = self.parts.clone();
        DagCheck { catalog, python, work, broken }.check(proposals).await
    }

    async fn check_names(&self, proposals: &[Proposal]) -> Result<(), FilesError> {
        let root = self.root().to_owned();
        let paths: Vec<TreePath> = proposals.iter().map(|it| it.path.clone()).collect();
        if paths.len() > self.limits().files {
            let most = format!("{} files", self.limits().files);
            return Err(FilesError::TooBig { what: "a change".into(), most });
        }
        blocking(move || {
            for path in &paths {
                check_parts(path)?;
                check_place(&root, path)?;
            }
            Ok(())
        })
        .await
    }

    /// Changes files, all or none: where each is what its sender knows, and all that is proposed is right. Every DAG file is parsed before, in a
    /// folder that is as the DAG folder would be.
    pub async fn change(&self, proposals: Vec<Proposal>, author: Author) -> Result<Saved, FilesError> {
        self.change_with(proposals, author, Broken::Refused).await
    }

    /// The same, where `broken` says what becomes of files that are not right.
    pub async fn change_with(
        &self,
        proposals: Vec<Proposal>,
        author: Author,
        broken: Broken,
    ) -> Result<Saved, FilesError> {
        let alone = self.changing.clone().lock_owned().await;
        self.complete_alone().await?;
        self.check_names(&proposals).await?;
        for proposal in &proposals {
            self.check_base(proposal).await?;
        }
        let paths: Vec<TreePath> = proposals.iter().map(|it| it.path.clone()).collect();
        // What an edit by hand has made is not lost.
        self.record_files(&paths).await?;
        let checked = self.check(proposals.clone(), broken).await?;
        // Parsing takes a while, in which the disk may have changed.
        for proposal in &proposals {
            self.check_base(proposal).await?;
        }
        let (parts, root) = (self.parts.clone(), self.root().to_owned());
        let changes: Vec<(TreePath, Option<Content>)> = proposals.into_iter().map(|it| (it.path, it.content)).collect();
        // What has begun is not ended by a client that goes away, and no other change begins before its end.
        let work = tokio::spawn(async move {
            let _alone = alone;
            let work = parts.work.clone();
            let pending = blocking(move || Ok(Pending::prepare(&work, &root, &changes, author)?)).await?;
            carry_out(parts, pending).await
        });
        work.await.map_err(std::io::Error::other)??;
        let manifest = self.history().await?;
        let version =
            |path: &TreePath| manifest.files.get(path).map(|file| super::proposal::version_of_hash(&file.sha256));
        let versions = paths.into_iter().map(|path| (path.clone(), version(&path))).collect();
        Ok(Saved { versions, checked })
    }

    async fn check_base(&self, proposal: &Proposal) -> Result<(), FilesError> {
        if proposal.base == Base::Any && proposal.content.is_some() {
            return Ok(());
        }
        let content = match self.read(&proposal.path).await {
            Ok((_, content)) => Some(content),
            Err(FilesError::Missing(_)) => None,
            Err(error) => return Err(error),
        };
        if content.is_none() && proposal.content.is_none() {
            return Err(FilesError::Missing(proposal.path.clone()));
        }
        let version = content.as_deref().map(version_of);
        if proposal.base.fits(version.as_deref()) {
            return Ok(());
        }
        let now = NowThere { version, content: content.and_then(text_of) };
        Err(FilesError::Conflict { path: proposal.path.clone(), now })
    }

    /// What is on disk under these names becomes part of the history. The lock for changes is held.
    async fn record_files(&self, paths: &[TreePath]) -> Result<(), FilesError> {
        let manifest = self.history().await?;
        let (root, limits) = (self.root().to_owned(), *self.limits());
        let paths = paths.to_vec();
        let changes = blocking(move || {
            let mut changes = Vec::new();
            for path in paths {
                let content = known_content(&root, &path, &limits)?;
                changes.extend(super::disk_record::edit(&manifest, &path, content));
            }
            Ok(changes)
        })
        .await?;
        self.record(changes).await
    }

    /// Edits by hand become part of the history.
    pub(super) async fn record(&self, changes: Vec<(TreePath, TreeChange)>) -> Result<(), FilesError> {
        if !changes.is_empty() {
            let author = Author::new(Self::DISK, self.clock().now().wall);
            self.trees().change(Self::TREE, None, changes, &author).await?;
        }
        Ok(())
    }
}

/// Makes a planned change, in the folder and in the history.
async fn carry_out(parts: DagFolderParts, pending: Pending) -> Result<(), FilesError> {
    let (catalog, root) = (parts.catalog.clone(), parts.catalog.folder().to_owned());
    let applied = blocking(move || {
        let result = catalog.undisturbed(|| pending.apply());
        Ok((result, pending))
    });
    let (result, pending) = applied.await?;
    if let Err(error) = result {
        blocking(move || Ok(pending.forget()?)).await?;
        return Err(FilesError::in_folder(&root, error));
    }
    let changes = pending.changes().into_iter().map(|(path, content)| match content {
        Some(content) => (path, TreeChange::Put(content)),
        None => (path, TreeChange::Remove),
    });
    let result = parts.trees.change(DagFolder::TREE, None, changes.collect(), &pending.plan.author).await;
    match result {
        // Old names in the history may stand in the way of new ones only until the disk was recorded.
        Ok(_) | Err(TreeError::Clash { .. }) => blocking(move || Ok(pending.forget()?)).await,
        Err(error) => Err(error.into()),
    }
}

/// Runs what waits for a disk on a thread that may.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FilesError> + Send + 'static,
) -> Result<T, FilesError> {
    tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)?
}
