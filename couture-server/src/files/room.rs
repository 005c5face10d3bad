//! All files that people keep on the server.

use std::path::Path;
use std::sync::Arc;

use couture_store::TreeStore;

use super::brick::Bricks;
use super::dag_folder::DagFolder;
use super::file_tree::FileTree;

/// All files that people keep on the server. Clones share them.
#[derive(Clone, Debug)]
pub struct FileRoom {
    /// The DAG folder.
    pub dags: Arc<DagFolder>,
    /// Code that tasks refer to by name.
    pub artifacts: FileTree,
    /// Snippets for DAG files.
    pub bricks: Bricks,
    /// Configurations of clusters: a folder for each group.
    pub configs: FileTree,
    /// Libraries for jobs: `jars` and `py-files`.
    pub dependencies: FileTree,
}

impl FileRoom {
    /// What the trees hold, and the DAG folder.
    pub fn new(dags: Arc<DagFolder>, trees: &TreeStore) -> Self {
        let tree = |name| FileTree::new(trees.clone(), name);
        Self {
            dags,
            artifacts: tree("artifacts"),
            bricks: Bricks::new(tree("bricks")),
            configs: tree("configs"),
            dependencies: tree("dependencies"),
        }
    }

    /// Where temporary files are made.
    pub fn work(&self) -> &Path {
        self.dags.work()
    }
}
