//! Mergeable summaries of bounded size: `update` takes in values, `merge` another summary of the values that follow.

mod column;
mod days;
mod duplicates;
mod lengths;
mod moments;
mod numbers;
mod order;
mod rows;
mod sketched;
mod table;
mod tally;

pub use column::{Column, Values};
pub use days::Days;
pub use duplicates::Duplicates;
pub use lengths::Lengths;
pub use moments::Moments;
pub use numbers::Numbers;
pub use order::Order;
pub use rows::{Row, RowSample};
pub use sketched::Sketched;
pub use table::Table;
pub use tally::Tally;

pub(crate) use sketched::Scratch;
