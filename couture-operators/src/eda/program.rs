//! What an [`EdaOperator`](super::EdaOperator) needs of the program that runs it.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use couture_core::BoxError;

/// What an [`EdaOperator`](super::EdaOperator) needs of the program that runs it: an extension among its
/// [`Services`](couture_core::Services).
#[derive(Clone, Debug)]
pub struct EdaProgram {
    /// The program: a path, or a name that is looked up in `PATH`.
    pub program: String,
    /// What stands before its arguments as `eda`.
    pub role: Vec<String>,
    /// Where it works; what is left in there after a crash may be removed after [`EdaProgram::KEPT`].
    pub work: PathBuf,
    /// What it must not read: absolute, without links.
    pub own_folder: PathBuf,
    /// The memory that it may take, in MiB, where the operator says nothing.
    pub memory_mib: u32,
    /// Where reports are put, and uploads are.
    pub files: Arc<dyn EdaFiles>,
}

impl EdaProgram {
    /// How long what a crash has left is kept: an attempt may come back to it.
    pub const KEPT: std::time::Duration = std::time::Duration::from_secs(7 * 24 * 60 * 60);
}

/// Where reports are put, and uploads are.
#[async_trait]
pub trait EdaFiles: Debug + Send + Sync {
    /// Keeps a local file as `path`, which begins with [`OutputPlace::ROOT`](super::OutputPlace::ROOT).
    async fn keep(&self, path: &str, file: &Path) -> Result<(), BoxError>;

    /// Whether there is a file in this folder, which begins with [`OutputPlace::ROOT`](super::OutputPlace::ROOT).
    async fn is_taken(&self, folder: &str) -> Result<bool, BoxError>;

    /// Copies a file of a report to a local path. An error where it is gone.
    async fn fetch_output(&self, path: &str, to: &Path) -> Result<(), BoxError>;

    /// Copies an upload to a local path. An error where it is gone.
    async fn fetch(&self, upload: &str, to: &Path) -> Result<(), BoxError>;

    /// Removes an upload, if it is there.
    async fn forget(&self, upload: &str) -> Result<(), BoxError>;
}
