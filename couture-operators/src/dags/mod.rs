//! Operators that run other DAGs.
//!
//! They wait for a run without holding anything, and know its end at once where the same scheduler has it. The id of a run follows from the
//! task instance and its try, so that an attempt whose worker was lost finds its run again instead of starting another.

mod child_run;
mod dag;
mod skippable;
mod sub_dag;
mod target;
mod trigger;

pub(crate) use child_run::{ChildRuns, LOOK};
pub use dag::DagOperator;
pub use skippable::SkippableDagOperator;
pub use sub_dag::SubDagOperator;
pub use target::DagTarget;
pub use trigger::TriggerDagRunOperator;
