//! What holds for all data: splits change nothing, and bounds hold.

mod bounds;
mod merging;
