//! Variables and connections in a SQL database, their secrets encrypted; pools as people manage them.

mod connections;
mod keys;
mod mark;
mod pools;
mod rotation;
mod sql_values;
mod variables;

pub use keys::{FernetKeys, KeyError};
pub use rotation::Rotation;
pub use sql_values::SqlValues;
