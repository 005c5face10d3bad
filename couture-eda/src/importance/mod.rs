//! Which columns tell most about a target: on rows drawn at random, with fixed seeds, so that the same data give the same
//! report.

mod bins;
mod curves;
mod features;
mod files;
mod measure;
mod model;
mod score;
mod shown;
mod target;

pub use files::write;
pub use measure::{Curve, Feature, Importance, measure};
pub use shown::html;
pub use target::{Target, Task, propose};
