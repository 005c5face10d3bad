//! Runs by schedule, the limits on them, and what a run takes from the one before it.

mod assets;
mod beginnings;
mod bench;
mod drawn;
mod fairness;
mod fates;
mod limits;
mod notices;
mod operators;
mod past;
mod schedules;
mod slas;
mod waiting;
