//! Exploratory data analysis: running `eda` over a data set.

mod attempt;
mod database;
mod environment;
mod merge;
mod operator;
mod output;
mod own_data;
mod program;
mod source_name;
mod work;

pub use merge::EdaMergeOperator;
pub use operator::EdaOperator;
pub use output::{EdaKind, OutputPlace, UnknownKind};
pub use own_data::{UnfitPath, check_path, leads_into};
pub use program::{EdaFiles, EdaProgram};
pub use source_name::{query_name, source_name};
