//! Exploratory data analysis in the server: which data sets are listed, the DAG that looks at them, and where its reports are.

mod dag;
mod keeper;
mod program;
mod room;
mod source;
mod sweeping;

pub use dag::{DAG_ID, TASK_ID, exploratory_data_analysis};
pub use keeper::keep_swept;
pub(crate) use program::{WORK_FOLDER, eda_program};
pub(crate) use room::output_path;
pub use room::{Closed, EdaRoom, SourceError};
pub use source::{Source, SourceWish, UnfitSource};
