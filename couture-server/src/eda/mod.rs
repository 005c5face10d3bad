//! Exploratory data analysis in the server: which data sets are listed, the DAG that looks at them, and where its reports are.

mod dag;
mod keeper;
mod program;
mod room;
mod source;

pub use dag::{exploratory_data_analysis, DAG_ID, TASK_ID};
pub use keeper::keep_swept;
pub(crate) use program::eda_program;
pub use room::{Closed, EdaRoom, SourceError};
pub use source::{Source, SourceWish, UnfitSource};
