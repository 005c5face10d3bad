//! What is said about a table, made from its state.

mod alert;
mod alerts;
mod association;
mod column;
mod columns;
mod finish;
mod histogram;
mod model;
mod nullity;
mod pictures;
mod sample;
mod semantic;
mod spread;
mod text_sample;
mod view;

pub use alert::{Alert, AlertKind};
pub use association::{Measure, Pair};
pub use column::{ColumnProfile, MomentStats, NumberStats, TextStats, TopValue};
pub use histogram::Histogram;
pub use model::{NoticeLine, Profile};
pub use nullity::Stripes;
pub use pictures::Interaction;
pub use semantic::Semantic;
pub use spread::Spread;

pub(crate) use sample::Sample;
pub(crate) use view::View;
