//! DAGs: the model, the builder with typed edges, and the serialised form.

mod builder;
mod cycle;
mod edges;
mod error;
mod model;
mod options;
mod serial;
mod wire;

pub use builder::{DagBuilder, Out};
pub use edges::Nodes;
pub use error::DagError;
pub use model::{Dag, DagAttributes, Input, Task};
pub use options::TaskOptions;
pub use serial::SerialDag;
pub use wire::Wire;
