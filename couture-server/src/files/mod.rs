//! Files that people keep on the server: the DAG folder with its history, code artifacts, code bricks, and the configurations and dependencies
//! of clusters.

mod brick;
mod built_in_bricks;
mod changed_text;
mod dag_check;
mod dag_folder;
mod disk_record;
mod error;
mod file_tree;
mod folder_change;
mod folder_listing;
mod folder_name;
mod keeper;
mod proposal;
mod room;
mod staged_folder;

pub use brick::{Brick, BrickError, Bricks, NewBrick};
pub use built_in_bricks::BUILT_IN_BRICKS;
pub use changed_text::unified_diff;
pub use dag_check::{Broken, Checked};
pub use dag_folder::{DagFolder, DagFolderParts, Saved};
pub use error::{FilesError, NowThere};
pub use file_tree::FileTree;
pub use folder_change::clear_temporary;
pub use folder_listing::FolderFile;
pub use keeper::keep_swept;
pub(crate) use proposal::version_of;
pub use proposal::{Base, Proposal};
pub use room::FileRoom;
