//! The logs of attempts: written as files while the attempt runs, kept as objects afterwards.
//!
//! While an attempt runs, its log is the folder `<live>/<token>/` of segments `<start offset, 20 digits>.log`. Writers append to
//! the newest segment and begin another when it is full; all but the newest are final. Shipping moves segments, each whole, to
//! the object `logs/<run>/<task>/<map index>/<try>/<launch>/<start offset>.log`. A segment that is in both places, because
//! something stopped the move, counts once.

mod live;
mod log_store;
mod part;
mod ship;

pub use log_store::LogStore;
pub use part::LogPart;
