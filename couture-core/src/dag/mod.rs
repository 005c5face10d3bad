//! DAGs: the model, the builder with typed edges, and the serialised form.

mod asset;
mod attributes;
mod builder;
mod callback;
mod cycle;
mod edges;
mod error;
mod expand;
mod group;
mod grouping;
mod model;
mod options;
mod over;
mod roles;
mod serial;
mod setups;
mod skips;
mod waits;
mod weight;
mod wire;

pub use asset::{Asset, AssetCondition};
pub use attributes::DagAttributes;
pub use builder::{DagBuilder, Out};
pub use callback::Callback;
pub use edges::Nodes;
pub use error::DagError;
pub use expand::{Expand, ExpandSource};
pub use group::TaskGroup;
pub use grouping::Group;
pub use model::{Dag, Input, Task};
pub use options::{TaskOptions, TaskRole};
pub use over::Over;
pub use serial::SerialDag;
pub use waits::waiting_cycle;
pub use weight::{MAX_WEIGHED_TASKS, WeightRule};
pub use wire::Wire;
